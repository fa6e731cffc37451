import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { rotateKey } from '../../../src/storage/key-pairs.js';
import { basic, openAuthz, paths, type TestAuthz, withAuthz } from '../../support/authz.js';
import { api, idpUrl, spaOrigin } from '../../support/configuration.js';
import { change } from '../../support/rows.js';

let authz: TestAuthz;
beforeAll(async () => {
  authz = await openAuthz();
});
afterAll(() => authz.close());

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${authz.origin}${path}`, { headers, redirect: 'manual' });
  const text = await response.text();
  const json = () => JSON.parse(text) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, text, json };
};

const wellKnown = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

describe.each(wellKnown)('%s (OIDC Discovery §4, RFC 8414 §3)', (path) => {
  it('is JSON that may be kept for a while and read by every page', async () => {
    const { status, headers } = await get(path, { origin: 'https://anybody.example' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(headers.get('cache-control')).toMatch(/^public, max-age=\d+$/);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('names the issuer, whatever the Host says', async () => {
    const { json } = await get(path, { host: 'evil.example', 'x-forwarded-host': 'evil.example' });
    expect(json().issuer).toBe(authz.origin);
    expect(JSON.stringify(json())).not.toContain('evil.example');
  });

  it('is the same at every request', async () => expect((await get(path)).text).toBe((await get(path)).text));

  it('says what is there', async () =>
    expect((await get(path)).json()).toMatchObject({
      authorization_endpoint: `${authz.origin}${paths.authorize}`,
      token_endpoint: `${authz.origin}${paths.token}`,
      pushed_authorization_request_endpoint: `${authz.origin}${paths.par}`,
      require_pushed_authorization_requests: false,
      userinfo_endpoint: `${idpUrl}/oidc/v1/userinfo`,
      end_session_endpoint: `${idpUrl}/oidc/v1/logout`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      frontchannel_logout_supported: true,
      frontchannel_logout_session_supported: true,
      id_token_signing_alg_values_supported: ['ES256', 'EdDSA', 'PS256', 'RS256'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: expect.arrayContaining(['openid', 'offline_access', 'read:resource']),
      acr_values_supported: ['aal1', 'aal2', 'phr'],
      protected_resources: expect.arrayContaining([api]),
    }));

  it('promises nothing that is not there', async () => {
    const document = (await (await get(path)).json()) as Record<string, unknown>;
    for (const member of [
      'registration_endpoint',
      'client_id_metadata_document_supported',
      'check_session_iframe',
      'dpop_signing_alg_values_supported',
      'tls_client_certificate_bound_access_tokens',
    ])
      expect([member, document[member]]).toEqual([member, undefined]);
  });

  it('names no endpoint of ours that is not mounted', async () => {
    const own = Object.entries((await get(path)).json()).filter(
      (entry): entry is [string, string] =>
        /_endpoint$|^jwks_uri$/.test(entry[0]) && String(entry[1]).startsWith(authz.origin),
    );
    expect(own.length).toBeGreaterThanOrEqual(5);
    for (const [, url] of own) {
      const statuses = await Promise.all(
        ['GET', 'POST'].map(async (method) => (await fetch(url, { method, redirect: 'manual' })).status),
      );
      expect(statuses).not.toContain(404);
      expect(statuses.some((status) => status !== 405)).toBe(true);
    }
  });
});

it('an issuer with a path is found behind the well-known part, too (RFC 8414 §3.1)', async () => {
  await withAuthz({ config: { issuer: 'https://issuer.example/tenant' } }, async (tenant) => {
    for (const path of wellKnown) {
      const answer = await fetch(`${tenant.origin}${path}/tenant`);
      expect(((await answer.json()) as { issuer: string }).issuer).toBe('https://issuer.example/tenant');
    }
  });
});

describe('GET /jwks (RFC 7517 §5)', () => {
  const keys = async () => (await get(paths.jwks)).json().keys as Record<string, unknown>[];

  it('holds public keys only, each with kid, alg and use', async () => {
    const published = await keys();
    expect(published.map(({ alg }) => alg).sort()).toEqual(['ECDH-ES', 'ES256', 'EdDSA', 'PS256', 'RS256']);
    expect(new Set(published.map(({ kid }) => kid)).size).toBe(published.length);
    for (const key of published) {
      expect(key.use).toBe(key.alg === 'ECDH-ES' ? 'enc' : 'sig');
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(member);
    }
  });

  it('may be read by every page, and kept far shorter than a key waits before it signs', async () => {
    const { headers } = await get(paths.jwks, { origin: 'https://anybody.example' });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('cache-control')).toBe('public, max-age=60');
  });

  it('costs no statement once the keys are known', async () => {
    await keys();
    authz.database.statements();
    await keys();
    expect(authz.database.statements()).toEqual([]);
  });

  it('publishes the next key before it signs, and keeps the last one (no verification fails)', async () => {
    const client = await authz.addClient(
      { grant_types: ['client_credentials'], redirect_uris: [], scope: 'read:resource' },
      's',
    );
    const sign = async () =>
      (await authz.token({ grant_type: 'client_credentials' }, basic(client, 's'))).json.access_token;
    const kidOf = (token: string) => decodeProtectedHeader(token).kid;
    const before = await sign();
    const now = authz.clock.now();
    await rotateKey(authz.database.transactions, 'ES256', authz.rotation, { ...change, now });
    authz.clock.advance(5_000);
    const set = await keys();
    const next = set.filter(({ alg, kid }) => alg === 'ES256' && kid !== kidOf(before)).map(({ kid }) => kid);
    expect(next).toHaveLength(1);
    expect(kidOf(await sign())).toBe(kidOf(before)); // still waiting
    authz.clock.advance(60_000);
    const after = await sign();
    expect(kidOf(after)).toBe(next[0]);
    const verify = createLocalJWKSet({ keys: await keys() } as unknown as JSONWebKeySet);
    for (const token of [before, after]) await jwtVerify(token, verify, { currentDate: authz.clock.now() });
  });
});

describe('CORS (Fetch §3.3): configured origins at the token endpoint, never with credentials', () => {
  const preflight = (path: string, origin: string) =>
    fetch(`${authz.origin}${path}`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it.each([paths.token, paths.revoke])('%s', async (path) => {
    const allowed = await preflight(path, spaOrigin);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(spaOrigin);
    const refused = await preflight(path, 'https://evil.example');
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    for (const { headers } of [allowed, refused]) {
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toContain('Origin');
    }
  });

  it.each([paths.token, paths.revoke])('I11: %s takes the Authorization field of a script', async (path) => {
    const { headers } = await preflight(path, spaOrigin);
    expect(headers.get('access-control-allow-headers')?.toLowerCase().split(', ')).toEqual([
      'authorization',
      'traceparent',
    ]);
  });

  it('an error can be read as well', async () => {
    const { status, headers } = await authz.post(paths.token, {}, { origin: spaOrigin });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([401, spaOrigin]);
  });

  it.each([paths.authorize, paths.introspect])('%s: none', async (path) => {
    const { headers } = await get(path, { origin: spaOrigin });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('GET /health', () => {
  it('is exactly what the runbook says', async () => {
    const { status, text } = await get('/health');
    expect([status, text]).toEqual([200, '{"status":"ok","service":"authz"}']);
  });

  it('says so when the database is away', async () => {
    let away = false;
    const over = {
      sql: (database) => ({
        query: (statement, parameters) =>
          away ? Promise.reject(new Error('connection refused')) : database.sql.query(statement, parameters),
      }),
    } satisfies Parameters<typeof openAuthz>[0];
    await withAuthz(over, async (broken) => {
      expect((await fetch(`${broken.origin}/health`)).status).toBe(200);
      away = true;
      broken.clock.advance(1_001);
      const answer = await fetch(`${broken.origin}/health`);
      expect([answer.status, await answer.json()]).toEqual([503, { status: 'unavailable', service: 'authz' }]);
      away = false;
    });
  });
});
