import { type IncomingHttpHeaders, request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { jwtBearerAssertionType } from '../../../src/protocol/client/client-authentication.js';
import { challenge, openAuthz, paths, type TestAuthz } from '../../support/authz.js';
import { redirectUri } from '../../support/rows.js';

let authz: TestAuthz;
let client: string;
beforeAll(async () => {
  authz = await openAuthz();
  client = await authz.addClient();
});
afterAll(() => authz.close());
beforeEach(() => void authz.logged.splice(0));

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };

interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As it stands: no client of HTTP puts right what is wrong. */
function send({ method = 'POST', path, headers = {}, body = '' }: Sent): Promise<Received> {
  const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  return new Promise((resolve, reject) => {
    const options = { method, path, headers: { ...form, ...length, ...headers } };
    const req = request(authz.origin, options, async (res) => {
      let text = '';
      for await (const chunk of res) text += String(chunk);
      resolve({ status: res.statusCode ?? 0, headers: res.headers, text });
    });
    req.once('error', reject);
    req.end(body);
  });
}

const basicOf = (credentials: string) => ({ authorization: `Basic ${Buffer.from(credentials).toString('base64')}` });
const encode = (text: string) => Buffer.from(text).toString('base64url');
const assertion = (claims: string, header = '{"alg":"ES256"}') =>
  new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: jwtBearerAssertionType,
    client_assertion: `${encode(header)}.${encode(claims)}.AAAA`,
  }).toString();
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const grant = 'grant_type=client_credentials';
const query = (more: string) =>
  `${paths.authorize}?client_id=${client}&response_type=code&scope=openid&redirect_uri=${encodeURIComponent(redirectUri)}&code_challenge=${challenge}&code_challenge_method=S256&${more}`;

/** Each is the caller's fault: whatever it holds, it makes no error of ours. */
describe('what strangers send is refused, and is never an error of ours (RFC 6749 §5.2, §10)', () => {
  it.each<[string, () => Sent]>([
    ['a NUL in the client_id of Basic', () => ({ path: paths.token, headers: basicOf('a%00b:c'), body: grant })],
    ['a NUL in a form', () => ({ path: paths.token, body: `${grant}&client_id=a%00b` })],
    ['a NUL in the subject of an assertion', () => ({ path: paths.token, body: assertion('{"sub":"a\\u0000b"}') })],
    ['a lone surrogate as subject', () => ({ path: paths.token, body: assertion('{"sub":"\\ud800"}') })],
    ['a subject of 40 kB', () => ({ path: paths.token, body: assertion(`{"sub":"${'x'.repeat(40_000)}"}`) })],
    ['claims of 15,000 nested lists', () => ({ path: paths.token, body: assertion(nested(15_000)) })],
    [
      'a header of 15,000 nested lists',
      () => ({ path: paths.token, body: assertion(`{"sub":"${client}"}`, nested(15_000)) }),
    ],
    [
      'an assertion that is no JWT',
      () => ({
        path: paths.token,
        body: `${grant}&client_assertion_type=${encodeURIComponent(jwtBearerAssertionType)}&client_assertion=....`,
      }),
    ],
    [
      'Basic that is no UTF-8',
      () => ({
        path: paths.token,
        headers: { authorization: `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}` },
        body: grant,
      }),
    ],
    ['Basic with a broken escape', () => ({ path: paths.token, headers: basicOf('%zz:%'), body: grant })],
    [
      'Basic twice',
      () => ({ path: paths.token, headers: { authorization: ['Basic YTpi', 'Basic YTpi'] }, body: grant }),
    ],
    ['__proto__ as client_id', () => ({ path: paths.token, body: `${grant}&client_id=__proto__&client_secret=x` })],
    ['a client_id of 60 kB', () => ({ path: paths.token, body: `${grant}&client_id=${'x'.repeat(60_000)}` })],
    ['constructor as grant_type', () => ({ path: paths.token, body: `grant_type=constructor&client_id=${client}` })],
    ['a form of escapes that are no UTF-8', () => ({ path: paths.token, body: `${grant}&client_id=%ff%fe%c0%80` })],
    [
      'a code of 60 kB',
      () => ({
        path: paths.token,
        body: `grant_type=authorization_code&client_id=${client}&code=${'.'.repeat(60_000)}`,
      }),
    ],
    [
      '20,000 scopes',
      () => ({
        path: paths.token,
        body: `grant_type=refresh_token&refresh_token=x&client_id=${client}&scope=${'a+'.repeat(20_000)}`,
      }),
    ],
    [
      'a token of 30,000 dots to revoke',
      () => ({ path: paths.revoke, body: `client_id=${client}&token=${'.'.repeat(30_000)}` }),
    ],
    [
      'a JWT of 60 kB to revoke',
      () => ({ path: paths.revoke, body: `client_id=${client}&token=${'a'.repeat(30_000)}.${'b'.repeat(29_000)}.c` }),
    ],
    [
      'a JWT whose header nests',
      () => ({ path: paths.revoke, body: `client_id=${client}&token=${encode(nested(15_000))}.e30.AA` }),
    ],
    [
      'a hint whose header nests',
      () => ({ method: 'GET', path: query(`id_token_hint=${encode(nested(4_000))}.e30.AA`) }),
    ],
    [
      'a hint with kid __proto__',
      () => ({
        method: 'GET',
        path: query(`id_token_hint=${encode('{"alg":"ES256","typ":"JWT","kid":"__proto__"}')}.e30.AA`),
      }),
    ],
    [
      'a kid that is no text',
      () => ({
        method: 'GET',
        path: query(`id_token_hint=${encode('{"alg":"ES256","typ":"JWT","kid":{"a":1}}')}.e30.AA`),
      }),
    ],
    ['a NUL in state', () => ({ method: 'GET', path: query('state=a%00b') })],
    ['5,000 prompts', () => ({ method: 'GET', path: query(`prompt=${'x+'.repeat(5_000)}`) })],
    ['max_age beyond numbers', () => ({ method: 'GET', path: query(`max_age=${'9'.repeat(400)}`) })],
    ['resource that nobody can parse', () => ({ method: 'GET', path: query('resource=http://[') })],
    [
      'an odd cookie name',
      () => ({
        method: 'GET',
        path: query('state=s'),
        headers: { cookie: Array.from({ length: 30 }, (_, at) => `interaction-(${at})=x`).join('; ') },
      }),
    ],
    [
      'an odd cookie name at /resume',
      () => ({
        method: 'GET',
        path: `${paths.resume}?handle=x`,
        headers: { cookie: 'interaction-a b=x; interaction-é=y; interaction-=z; interaction-' },
      }),
    ],
    [
      '600 cookies at /resume',
      () => ({
        method: 'GET',
        path: `${paths.resume}?handle=x`,
        headers: { cookie: Array.from({ length: 600 }, (_, at) => `interaction-${at}=x`).join('; ') },
      }),
    ],
    ['a handle with a NUL', () => ({ method: 'GET', path: `${paths.resume}?handle=%00` })],
    [
      'a traceparent that is none',
      () => ({
        method: 'GET',
        path: query('state=s'),
        headers: { traceparent: '00-zz', tracestate: 'x'.repeat(4_000) },
      }),
    ],
    [
      'X-Forwarded-For that is no address',
      () => ({ path: paths.token, headers: { 'x-forwarded-for': "1'); DROP TABLE users;--" }, body: grant }),
    ],
  ])('%s', async (_, make) => {
    const answer = await send(make());
    expect(answer.status).toBeLessThan(500);
    expect(answer.text.length).toBeLessThan(20_000);
    expect(authz.logged.filter((line) => line.includes('"ERROR"'))).toEqual([]);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-frame-options': 'DENY' });
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });
});
