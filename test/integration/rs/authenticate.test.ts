import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import type { SigningKey } from '../../../src/crypto/jwt.js';
import { type AuthenticateByIssuerOptions, authenticateByIssuer } from '../../../src/rs/authenticate.js';
import { type FakeIssuer, startFakeIssuer } from '../../support/fake-issuer.js';

const audience = 'https://api.example/v1';
const metadataUrl = 'https://api.example/.well-known/oauth-protected-resource/v1';
const seconds = 2_000_000_000;

let issuer: FakeIssuer;
let key: SigningKey;
let now: number;
let servers: { close(): void }[];
let api: string;

const claims = () => ({
  iss: issuer.url,
  sub: 'user',
  aud: [audience],
  client_id: 'client',
  exp: seconds + 60,
  iat: seconds,
  jti: 'id',
  scope: 'read write',
});

/** An API of somebody else: nothing of this application but the middleware. */
async function startApi(options: Partial<AuthenticateByIssuerOptions> = {}): Promise<string> {
  const { authenticate, requireScope, accessTokenOf } = authenticateByIssuer({
    issuer: issuer.url,
    audience,
    introspection: { clientId: 'rs', clientSecret: () => 'rs-secret' },
    clock: { now: () => new Date(now) },
    realm: 'api',
    timeout: 200,
    ...options,
  });
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.use('/read', authenticate, requireScope('read'), (_req, res) => void res.json(accessTokenOf(res).claims));
  app.get('/both', authenticate, requireScope('read', 'delete'), (_req, res) => void res.json({}));
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const encode = (text: string) => Buffer.from(text).toString('base64url');
const read = (token: string, base = api) => fetch(`${base}/read`, bearer(token));
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const invalidToken = (description: string) =>
  `Bearer realm="api", error="invalid_token", error_description="${description}", resource_metadata="${metadataUrl}"`;

async function expectInvalidToken(response: Response): Promise<void> {
  expect(response.status).toBe(401);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { error, error_description: description } = (await response.json()) as Record<string, string>;
  expect([error, description]).toEqual(['invalid_token', expect.stringMatching(/^The (access )?token /)]);
  expect(response.headers.get('www-authenticate')).toBe(invalidToken(description ?? ''));
}

beforeAll(async () => {
  issuer = await startFakeIssuer();
  key = await issuer.publish('one');
});
afterAll(() => issuer.close());
beforeEach(async () => {
  now = seconds * 1000;
  servers = [];
  issuer.mode = 'up';
  issuer.asked.clear();
  issuer.introspected.clear();
  api = await startApi();
});
afterEach(() => {
  for (const server of servers) server.close();
});

describe('a good token', () => {
  test('JWT, keys found by discovery (RFC 9068 §4, RFC 8414 §3)', async () => {
    const response = await read(await issuer.sign(key, claims()));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(claims());
  });

  test.each([['ES256'], ['EdDSA'], ['RS256'], ['PS256']] as const)('JWT signed with %s', async (alg) => {
    const other = await issuer.publish(alg, alg);
    expect((await read(await issuer.sign(other, claims()))).status).toBe(200);
    issuer.withdraw(alg);
  });

  test('I2: of typ JWT where that is accepted, unless it is an ID token (RFC 8725 §3.11)', async () => {
    const lenient = await startApi({ types: ['JWT', 'at+jwt'] });
    const signed = (changes: object, typ = 'JWT') => issuer.sign(key, { ...claims(), ...changes }, typ);
    expect((await read(await signed({}), lenient)).status).toBe(200);
    expect((await read(await signed({}, 'at+jwt'), lenient)).status).toBe(200);
    const idTokens = [
      { client_id: undefined },
      { jti: undefined },
      { scope: undefined },
      { at_hash: 'x' },
      { nonce: 'n' },
    ];
    for (const changes of idTokens) await expectInvalidToken(await read(await signed(changes), lenient));
    await expectInvalidToken(await read(await signed({}, 'logout+jwt'), lenient));
    await expectInvalidToken(await read(await signed({})));
  });

  test('the scheme in another case (RFC 9110 §11.1)', async () => {
    const headers = { Authorization: `bEaReR ${await issuer.sign(key, claims())}` };
    expect((await fetch(`${api}/read`, { headers })).status).toBe(200);
  });

  test('opaque, by introspection as client_secret_post (RFC 7662 §2.1)', async () => {
    issuer.introspected.set('opaque', { ...claims(), active: true, token_type: 'Bearer' });
    expect((await read('opaque')).status).toBe(200);
    expect(issuer.lastForm?.get('client_id')).toBe('rs');
    expect(issuer.lastForm?.get('client_secret')).toBe('rs-secret');
  });
});

describe('no credentials (RFC 6750 §3.1): the challenge names no error', () => {
  test.each([
    ['no Authorization', {}],
    ['another scheme', { Authorization: 'Basic dXNlcjpwYXNz' }],
  ])('%s', async (_, headers) => {
    const response = await fetch(`${api}/read`, { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(`Bearer realm="api", resource_metadata="${metadataUrl}"`);
    expect(await response.text()).toBe('');
  });
});

describe('presented the wrong way (RFC 6750 §2, OAuth 2.1 §5.1): invalid_request, 400', () => {
  const form = (body: string, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
  });

  test.each<[string, string, (token: string) => RequestInit]>([
    ['§2.3 in the query', '?access_token=TOKEN', () => ({})],
    ['§2 in the query and the header', '?access_token=TOKEN', bearer],
    ['§2.3 in the query behind another parameter', '?a=b&access%5Ftoken=TOKEN', () => ({})],
    ['§2.2 in the body', '', (token) => form(`access_token=${token}`)],
    ['§2 in the body and the header', '', (token) => form(`access_token=${token}`, bearer(token).headers)],
    ['§2.1 no token behind the scheme', '', () => ({ headers: { Authorization: 'Bearer' } })],
    ['§2.1 two tokens', '', (token) => ({ headers: { Authorization: `Bearer ${token} ${token}` } })],
  ])('%s', async (_, query, init) => {
    const token = await issuer.sign(key, claims());
    const response = await fetch(`${api}/read${query.replace('TOKEN', token)}`, init(token));
    expect(response.status).toBe(400);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="api", error="invalid_request"/);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  });
});

describe('claims (RFC 9068 §4): invalid_token, 401', () => {
  test.each<[string, object]>([
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: ['https://other.example'] }],
    ['no audience', { aud: undefined }],
    ['expired beyond the skew (RFC 7519 §4.1.4)', { exp: seconds - 5 }],
    ['no exp (RFC 7519 §4.1.4)', { exp: undefined }],
    ['not yet valid (RFC 7519 §4.1.5)', { nbf: seconds + 6 }],
    ['no client_id', { client_id: undefined }],
    ['bound to a key but presented as bearer (RFC 9449 §7.2)', { cnf: { jkt: 'x' } }],
  ])('%s', async (_, wrong) => {
    await expectInvalidToken(await read(await issuer.sign(key, { ...claims(), ...wrong })));
  });

  test('expired while the process runs', async () => {
    const token = await issuer.sign(key, claims());
    expect((await read(token)).status).toBe(200);
    now += 65_000;
    await expectInvalidToken(await read(token));
  });
});

describe('header and signature (RFC 8725 §3): invalid_token, 401, and no fetch of keys for a header that is refused', () => {
  test.each(['JWT', 'logout+jwt', 'dpop+jwt', 'id+jwt'])('typ %s (RFC 9068 §4)', async (typ) => {
    await expectInvalidToken(await read(await issuer.sign(key, claims(), typ)));
    expect(issuer.asked.get('/keys')).toBeUndefined();
  });

  test('alg none (RFC 8725 §3.2)', async () => {
    for (const alg of ['none', 'None', 'nOnE']) {
      await expectInvalidToken(await read(`${part({ alg, typ: 'at+jwt', kid: 'one' })}.${part(claims())}.`));
    }
    expect(issuer.asked.get('/keys')).toBeUndefined();
  });

  test('HS256 with the public key as secret (RFC 8725 §2.1)', async () => {
    const pem = createPublicKey({ key: issuer.publicKey('one') as JsonWebKey, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    const input = `${part({ alg: 'HS256', typ: 'at+jwt', kid: 'one' })}.${part(claims())}`;
    const mac = createHmac('sha256', pem).update(input).digest('base64url');
    await expectInvalidToken(await read(`${input}.${mac}`));
    expect(issuer.asked.get('/keys')).toBeUndefined();
  });

  test('S25: not in compact form (RFC 7515 §7.1), or longer than any token: nobody is asked', async () => {
    issuer.lastForm = undefined;
    const token = await issuer.sign(key, claims());
    for (const other of [`${token}==`, await issuer.sign(key, { ...claims(), filler: 'x'.repeat(8192) })]) {
      await expectInvalidToken(await read(other));
    }
    await expectInvalidToken(await read('o'.repeat(8193)));
    expect(issuer.asked.get('/keys')).toBeUndefined();
    expect(issuer.lastForm).toBeUndefined();
  });

  test('another key under a known kid', async () => {
    const stranger = await startFakeIssuer();
    const forged = await stranger.publish('one');
    await expectInvalidToken(await read(await issuer.sign(forged, claims())));
    await stranger.close();
  });

  test('another algorithm than the key’s', async () => {
    const [, body, signature] = (await issuer.sign(key, claims())).split('.');
    await expectInvalidToken(await read(`${part({ alg: 'EdDSA', typ: 'at+jwt', kid: 'one' })}.${body}.${signature}`));
  });

  test('a claim changed after signing', async () => {
    const [head, , signature] = (await issuer.sign(key, claims())).split('.');
    await expectInvalidToken(await read(`${head}.${part({ ...claims(), scope: 'read write delete' })}.${signature}`));
  });

  test('a key that the token brings along (RFC 8725 §3.10)', async () => {
    const stranger = await startFakeIssuer();
    const forged = await stranger.publish('two');
    const header = { alg: 'ES256', typ: 'at+jwt', jwk: stranger.publicKey('two'), jku: `${stranger.url}/keys` };
    const [, body, signature] = (await issuer.sign(forged, claims())).split('.');
    await expectInvalidToken(await read(`${part(header)}.${body}.${signature}`));
    expect(stranger.asked.size).toBe(0);
    await stranger.close();
  });

  test('an extension of the header (RFC 7515 §4.1.11)', async () => {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: 'one', crit: ['b64'], b64: false };
    await expectInvalidToken(await read(`${part(header)}.${part(claims())}.AAAA`));
  });

  test.each([
    [
      'an encrypted token, whatever it wraps',
      (token: string) => `${encode('{"alg":"dir","enc":"A128GCM"}')}..AAAA.${token.split('.')[1]}.AAAA`,
    ],
    ['kid __proto__', () => `${encode('{"alg":"ES256","typ":"at+jwt","kid":"__proto__"}')}.e30.AA`],
    ['a kid that is no text', () => `${encode('{"alg":"ES256","typ":"at+jwt","kid":["a"]}')}.e30.AA`],
    ['a header of 3,000 nested lists', () => `${encode('['.repeat(3_000) + ']'.repeat(3_000))}.e30.AA`],
    [
      'claims of 3,000 nested lists',
      (token: string) => `${token.split('.')[0]}.${encode('['.repeat(3_000) + ']'.repeat(3_000))}.AA`,
    ],
    ['15,000 characters', () => 'a'.repeat(15_000)],
    ['5,000 dots', () => '.'.repeat(5_000)],
  ])('%s', async (_, make) => {
    expect((await read(make(await issuer.sign(key, claims())))).status).toBe(401);
  });

  test('claims that are no object (RFC 7519 §7.2)', async () => {
    await expectInvalidToken(await read(await issuer.sign(key, [])));
  });
});

describe('unknown keys', () => {
  test('a flood of them causes one fetch per cooldown, whatever the concurrency', async () => {
    expect((await read(await issuer.sign(key, claims()))).status).toBe(200);
    const flood = async () => {
      const tokens = Array.from({ length: 50 }, (_, kid) => issuer.sign({ ...key, kid: `junk-${kid}` }, claims()));
      for (const response of await Promise.all((await Promise.all(tokens)).map((token) => read(token)))) {
        expect(response.status).toBe(401);
      }
    };
    await flood();
    expect(issuer.asked.get('/keys')).toBe(1);
    now += 30_000;
    await flood();
    await flood();
    expect(issuer.asked.get('/keys')).toBe(2);
  });

  test('a key that was published meanwhile is found, one that was withdrawn is forgotten', async () => {
    expect((await read(await issuer.sign(key, claims()))).status).toBe(200);
    now += 30_000;
    const next = await issuer.publish('next');
    expect((await read(await issuer.sign(next, claims()))).status).toBe(200);
    issuer.withdraw('next');
    now += 30_000;
    await expectInvalidToken(
      await read(await issuer.sign({ ...key, kid: 'junk' }, { ...claims(), exp: seconds + 90 })),
    );
    await expectInvalidToken(await read(await issuer.sign(next, { ...claims(), exp: seconds + 90 })));
  });

  test('twenty first requests at once fetch the keys once', async () => {
    const token = await issuer.sign(key, claims());
    const responses = await Promise.all(Array.from({ length: 20 }, () => read(token)));
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(issuer.asked.get('/keys')).toBe(1);
    expect(issuer.asked.get('/.well-known/oauth-authorization-server')).toBe(1);
  });
});

describe('the issuer is down (RFC 9110 §15.6.4): 503 with Retry-After, never 401', () => {
  async function expectUnavailable(response: Response): Promise<void> {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' });
  }

  test.each(['down', 'silent', 'broken'] as const)('introspection is %s', async (mode) => {
    expect((await read(await issuer.sign(key, claims()))).status).toBe(200);
    issuer.mode = mode;
    await expectUnavailable(await read('opaque'));
    issuer.mode = 'up';
    issuer.introspected.set('opaque', { ...claims(), active: true, token_type: 'Bearer' });
    expect((await read('opaque')).status).toBe(200);
  });

  test.each(['down', 'silent', 'broken'] as const)('no keys yet, and it is %s', async (mode) => {
    issuer.mode = mode;
    const token = await issuer.sign(key, claims());
    await expectUnavailable(await read(token));
    issuer.mode = 'up';
    now += 1000;
    expect((await read(token)).status).toBe(200);
  });

  test('known keys go on working', async () => {
    const token = await issuer.sign(key, { ...claims(), exp: seconds + 4000 });
    expect((await read(token)).status).toBe(200);
    issuer.mode = 'down';
    for (const minutes of [10, 20, 30]) {
      now = (seconds + 60 * minutes) * 1000;
      expect((await read(token)).status).toBe(200);
    }
  });

  test('metadata that names another issuer is an impostor’s (RFC 8414 §3.3)', async () => {
    const other = await startApi({ issuer: `${issuer.url}/other` });
    await expectUnavailable(await read(await issuer.sign(key, { ...claims(), iss: `${issuer.url}/other` }), other));
  });
});

describe('opaque tokens', () => {
  test('active: false (RFC 7662 §2.2) is invalid_token', async () => expectInvalidToken(await read('opaque')));

  test('without introspection they are invalid_token and nobody is asked', async () => {
    await expectInvalidToken(await read('opaque', await startApi({ introspection: undefined })));
    expect(issuer.asked.size).toBe(0);
  });

  test('a broken JWT is not passed on as opaque', async () => {
    const token = await issuer.sign(key, claims());
    issuer.introspected.set(token, { ...claims(), active: true, token_type: 'Bearer' });
    await expectInvalidToken(await read(`${token.slice(0, -4)}AAAA`));
    expect(issuer.asked.get('/introspect')).toBeUndefined();
  });
});

test('insufficient_scope (RFC 6750 §3.1) names what is needed', async () => {
  const response = await fetch(`${api}/both`, bearer(await issuer.sign(key, claims())));
  expect(response.status).toBe(403);
  expect(response.headers.get('www-authenticate')).toBe(
    `Bearer realm="api", error="insufficient_scope", error_description="The access token does not carry the scope that this needs.", scope="read delete", resource_metadata="${metadataUrl}"`,
  );
});

test('given where the keys are, it discovers nothing', async () => {
  const named = await startApi({ jwksUri: `${issuer.url}/keys` });
  expect((await read(await issuer.sign(key, claims()), named)).status).toBe(200);
  expect([...issuer.asked.keys()]).toEqual(['/keys']);
});
