import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Secret } from '../../../src/config/secret.js';
import type { SigningKey } from '../../../src/crypto/jwt.js';
import { systemRandom } from '../../../src/crypto/random.js';
import type { Role } from '../../../src/http/role.js';
import { createRoleApp, createStandaloneRole } from '../../../src/process/roles.js';
import { createLog } from '../../../src/telemetry/log/logger.js';
import { configuration } from '../../support/configuration.js';
import { type FakeIssuer, startFakeIssuer } from '../../support/fake-issuer.js';

const resource = 'http://127.0.0.1:8082/api/v1';
const path = '/api/v1/protected/resource';
const spa = 'http://127.0.0.1:8083';
const seconds = 2_000_000_000;

let issuer: FakeIssuer;
let key: SigningKey;
let now: number;
let lines: string[];
let rs: Role;
let server: Server;
let base: string;

const claims = (scope: string, over: object = {}) => ({
  iss: issuer.url,
  sub: 'user',
  aud: [resource, issuer.url],
  client_id: 'client',
  exp: seconds + 60,
  iat: seconds,
  jti: 'id',
  scope,
  acr: 'aal2',
  auth_time: seconds,
  ...over,
});
const token = (scope: string, over?: object) => issuer.sign(key, claims(scope, over));
const bearer = async (scope: string, over?: object) => ({ Authorization: `Bearer ${await token(scope, over)}` });

async function start(internalUrls: { authz?: string } = {}): Promise<void> {
  const clock = { now: () => new Date(now) };
  const log = createLog({ level: 'TRACE', format: 'json', sink: (line) => void lines.push(line), clock });
  const config = {
    ...configuration,
    issuer: issuer.url,
    internalUrls,
    cors: { origins: [spa] },
    rs: {
      resource,
      clockSkew: 5000,
      stepUp: { acrValues: ['aal2', 'phr'], maxAge: 300_000 },
      introspection: { clientId: 'rs', clientSecret: new Secret('rs-secret-value') },
    },
  };
  const serving = { role: 'rs', config } as const;
  const surroundings = { clock, random: systemRandom, log };
  rs = await createStandaloneRole(serving, surroundings);
  const app = createRoleApp(serving, rs, surroundings);
  server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Sends a target exactly as it is written: fetch would tidy it up. */
const rawStatus = async (target: string, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    request({ hostname, port, path: target, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end();
  });

beforeAll(async () => {
  issuer = await startFakeIssuer();
  key = await issuer.publish('one');
});
afterAll(() => issuer.close());
beforeEach(async () => {
  now = seconds * 1000;
  lines = [];
  issuer.mode = 'up';
  await start();
});
afterEach(async () => {
  await rs.stop();
  server.close();
  server.closeAllConnections();
});

describe('health', () => {
  test('exactly {"status":"ok"}', async () => {
    const response = await fetch(`${base}/api/v1/public/health`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('{"status":"ok"}');
  });

  test('503 until the keys were reached once, naming whom it waits for; afterwards an outage does not matter', async () => {
    server.close();
    issuer.mode = 'down';
    await start();
    const health = () => fetch(`${base}/api/v1/public/health`).then(async (r) => [r.status, await r.json()]);
    expect(await health()).toEqual([503, { status: 'unavailable' }]);
    await expect(rs.checks.authz?.()).rejects.toThrow(`waiting for authz: the signing keys of ${issuer.url}`);
    issuer.mode = 'up';
    now += 2000;
    expect(await health()).toEqual([200, { status: 'ok' }]);
    issuer.mode = 'down';
    now += 7_200_000;
    expect(await health()).toEqual([200, { status: 'ok' }]);
  });
});

test('where the issuer’s name does not resolve, authz is asked below internal_urls.authz and nothing is discovered', async () => {
  server.close();
  issuer.asked.clear();
  await start({ authz: `${issuer.url}/internal` });
  expect((await fetch(base + path, { headers: await bearer('read:resource') })).status).toBe(200);
  expect((await fetch(base + path, { headers: { Authorization: 'Bearer opaque' } })).status).toBe(503);
  expect([...issuer.asked.keys()]).toEqual(['/internal/oauth2/v1/jwks', '/internal/oauth2/v1/introspect']);
});

describe('the protected resource', () => {
  test.each([
    ['GET', 'read:resource', 'read'],
    ['POST', 'write:resource', 'written'],
    ['DELETE', 'delete:resource', 'deleted'],
  ])('§7.5: %s with %s', async (method, scope, did) => {
    const response = await fetch(base + path, { method, headers: await bearer(`openid ${scope}`) });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      resource: did,
      sub: 'user',
      client_id: 'client',
      scope: `openid ${scope}`,
      exp: seconds + 60,
    });
  });

  test.each([
    ['GET', 'write:resource delete:resource', 'read:resource'],
    ['POST', 'read:resource delete:resource', 'write:resource'],
    ['DELETE', 'read:resource write:resource', 'delete:resource'],
    ['DELETE', 'delete:resources Delete:Resource', 'delete:resource'],
  ])('%s with %s is insufficient_scope (RFC 6750 §3.1)', async (method, scope, needed) => {
    const response = await fetch(base + path, { method, headers: await bearer(scope) });
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toContain(`error="insufficient_scope"`);
    expect(response.headers.get('www-authenticate')).toContain(`scope="${needed}"`);
  });

  test.each<[string, string, object, number]>([
    ['reading needs no such sign-in', 'GET', { acr: undefined, auth_time: undefined }, 200],
    ['writing: another class will do as well', 'POST', { acr: 'phr' }, 200],
    ['writing: too weak', 'POST', { acr: 'aal1' }, 401],
    ['deleting: too old', 'DELETE', { auth_time: seconds - 301 }, 401],
    ['deleting: nothing is known of it', 'DELETE', { acr: undefined, auth_time: undefined }, 401],
  ])('RFC 9470 §3: %s', async (_, method, over, status) => {
    const headers = await bearer('read:resource write:resource delete:resource', over);
    const response = await fetch(base + path, { method, headers });
    expect(response.status).toBe(status);
    const challenge = response.headers.get('www-authenticate') ?? '';
    expect(/error="([^"]*)".*acr_values="([^"]*)", max_age="(\d+)"/.exec(challenge)?.slice(1) ?? []).toEqual(
      status === 401 ? ['insufficient_user_authentication', 'aal2 phr', '300'] : [],
    );
    expect(lines.some((line) => line.includes('"reason":"authentication"'))).toBe(status === 401);
  });

  test('another method is 405, with or without a token (RFC 9110 §15.5.6)', async () => {
    const response = await fetch(base + path, { method: 'PUT', headers: await bearer('write:resource') });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toMatch(/GET.*DELETE|DELETE.*GET/);
  });

  test('a form with a token in it (RFC 6750 §2)', async () => {
    const body = new URLSearchParams({ access_token: await token('write:resource') });
    for (const headers of [{}, await bearer('write:resource')]) {
      expect((await fetch(base + path, { method: 'POST', body, headers })).status).toBe(400);
    }
  });

  test('other bodies are let through', async () => {
    const headers = await bearer('write:resource');
    const bodies = [new URLSearchParams({ a: 'b' }), JSON.stringify({ access_token: 'x' })];
    for (const body of bodies) expect((await fetch(base + path, { method: 'POST', body, headers })).status).toBe(200);
  });
});

describe('one spelling of each path (RFC 3986 §6.2): the same answer, or a refusal', () => {
  test.each([
    '/api/v1/protected/resource/',
    '//api/v1/protected/resource',
    '/api//v1/protected/resource',
    '/API/v1/protected/resource',
    '/api/v1/protected/Resource',
    '/api/v1/protected/%72esource',
    '/api/v1%2Fprotected/resource',
    '/api/v1/public/../protected/resource',
    '/api/v1/public/%2e%2e/protected/resource',
    '/api/v1/public/health/../../protected/resource',
    '/api/v1/./protected/resource',
    '/api/v1/protected/resource;a=b',
    '/api/v1/protected/resource.',
    '/api/v1/protected/resource%00',
    '/api/v1/protected/resource#x',
    'http://elsewhere.example/api/v1/protected/resource',
  ])('%s opens nothing without a token', async (target) => {
    expect([400, 401, 404]).toContain(await rawStatus(target, {}));
  });

  test('a token in the query is found however it is spelt (OAuth 2.1 §5.1)', async () => {
    for (const name of ['access_token', 'access%5Ftoken', '%61ccess_token']) {
      const target = `${path}?x=y&${name}=${await token('read:resource')}`;
      expect(await rawStatus(target, await bearer('read:resource'))).toBe(400);
    }
  });
});

describe('metadata (RFC 9728)', () => {
  test.each(['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/api/v1'])(
    '§3.1 %s',
    async (at) => {
      const response = await fetch(base + at, { headers: { Origin: 'https://any.example' } });
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(await response.json()).toEqual({
        resource,
        authorization_servers: [issuer.url],
        scopes_supported: ['read:resource', 'write:resource', 'delete:resource'],
        bearer_methods_supported: ['header'],
        resource_name: 'Protected resource',
      });
    },
  );

  test('§5.1 the challenge points to it', async () => {
    expect((await fetch(base + path)).headers.get('www-authenticate')).toBe(
      'Bearer realm="rs", resource_metadata="http://127.0.0.1:8082/.well-known/oauth-protected-resource/api/v1"',
    );
  });
});

describe('scripts of other origins (CORS, Fetch §3.3)', () => {
  const preflight = (origin: string) =>
    fetch(base + path, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'DELETE',
        'Access-Control-Request-Headers': 'authorization',
      },
    });

  test('a configured one may send a token and read the challenge, never with credentials', async () => {
    const asked = await preflight(spa);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(spa);
    expect(asked.headers.get('access-control-allow-methods')).toContain('DELETE');
    expect(asked.headers.get('access-control-allow-headers')).toContain('Authorization');
    const refused = await fetch(base + path, { headers: { Origin: spa } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe(spa);
    expect(refused.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    expect(refused.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test.each(['https://evil.example', 'null', `${spa}.evil.example`])('%s may not', async (origin) => {
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('neither tokens nor the secret are logged', async () => {
  const good = await token('read:resource');
  const forged = `${good.slice(0, -6)}AAAAAA`;
  for (const value of [good, forged, 'opaque-token-value']) {
    await fetch(base + path, { headers: { Authorization: `Bearer ${value}` } });
    await fetch(`${base}${path}?access_token=${value}`);
  }
  issuer.mode = 'down';
  await fetch(base + path, { headers: { Authorization: 'Bearer other-opaque-value' } });
  const log = lines.join('\n');
  expect(log).toContain('access token refused');
  expect(log).toContain('"signature"');
  expect(log).toContain('"unavailable"');
  for (const secret of [good, forged, 'opaque-token-value', 'other-opaque-value', 'rs-secret-value']) {
    expect(log).not.toContain(secret);
  }
});
