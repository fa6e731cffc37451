import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express, { type ErrorRequestHandler } from 'express';
import type { OAuthError } from '../../../src/protocol/oauth-error.js';
import { AccessTokenError, validateAccessTokenClaims } from '../../../src/protocol/token/access-token.js';
import { type AuthenticateOptions, createAuthenticate } from '../../../src/resource/authenticate.js';
import { listen } from '../../support/listen.js';

const now = new Date('2030-01-01T12:00:00.000Z');
const good = {
  ...validateAccessTokenClaims(
    { iss: 'i', aud: 'a', sub: 'user', client_id: 'c', exp: now.getTime() / 1000 + 60, scope: 'read' },
    { issuer: 'i', audience: 'a', now, clockSkew: 0 },
  ),
  account: 'of the user',
};

/** How whoever mounts the middleware verifies a token. */
async function verify(token: string) {
  if (token === 'good') return good;
  throw token === 'bad' ? new AccessTokenError('inactive') : new Error('the database is away');
}

const handedOn: ErrorRequestHandler = (error, _req, res, _next) => void res.status(500).send(String(error));

let closing: (() => void)[];
let refused: [OAuthError, string][];
beforeEach(() => {
  closing = [];
  refused = [];
});
afterEach(() => {
  for (const close of closing) close();
});

async function startApi(over: Partial<AuthenticateOptions<typeof good>> = {}) {
  const options = { verify, role: 'rs', challenge: { realm: 'api' }, ...over } as const;
  const onRefusal = (...refusal: (typeof refused)[number]) => void refused.push(refusal);
  const { authenticate, requireScope, accessTokenOf } = createAuthenticate({ ...options, onRefusal });
  const app = express();
  app.use('/read', authenticate, requireScope('read'), (_req, res) => void res.send(accessTokenOf(res).account));
  app.get('/write', authenticate, requireScope('write'), (_req, res) => void res.send('written'));
  app.get('/open', (_req, res) => void res.send(accessTokenOf(res).account));
  app.use(handedOn);
  const { server, origin } = await listen();
  server.on('request', app);
  closing.push(() => server.close());
  return (path: string, token?: string, init: RequestInit = {}) =>
    fetch(`${origin}${path}`, token === undefined ? init : { ...init, headers: { authorization: `Bearer ${token}` } });
}

const form = (token: string): RequestInit => ({ method: 'POST', body: new URLSearchParams({ access_token: token }) });

describe('a protected resource (RFC 6750), however its tokens are verified', () => {
  it('hands the handler what the verifier made', async () => {
    const response = await (await startApi())('/read', 'good');
    expect([response.status, await response.text()]).toEqual([200, 'of the user']);
  });

  it.each([
    ['§3.1 no token', '/read', undefined, 401, 'Bearer realm="api"', undefined],
    ['§3.1 a bad token', '/read', 'bad', 401, 'error="invalid_token"', 'inactive'],
    ['§3.1 a weak token', '/write', 'good', 403, 'scope="write"', 'scope'],
    ['§2.1 a token that is none', '/read', 'a b', 400, 'error="invalid_request"', 'presentation'],
  ])('%s is refused, and a refused token is told of', async (_, path, token, status, challenge, reason) => {
    const response = await (await startApi())(path, token);
    expect(response.status).toBe(status);
    expect(response.headers.get('www-authenticate')).toContain(challenge);
    expect(refused.map(([, why]) => why)).toEqual(reason === undefined ? [] : [reason]);
  });

  it('§2.2 a token in the body is read only where it is accepted', async () => {
    const tokenInBody = async () => 'good';
    expect((await (await startApi({ tokenInBody }))('/read', undefined, form('good'))).status).toBe(400);
    const accepting = await startApi({ tokenInBody, accepts: ['header', 'body'] });
    expect((await accepting('/read', undefined, form('good'))).status).toBe(200);
  });

  it('hands on what is no refusal', async () => {
    const response = await (await startApi())('/read', 'other');
    expect([response.status, await response.text()]).toEqual([500, 'Error: the database is away']);
    expect(refused).toEqual([]);
  });

  it('gives nothing to a handler before which it is not mounted', async () => {
    expect(await (await (await startApi())('/open', 'good')).text()).toContain('authenticate is not mounted');
  });
});
