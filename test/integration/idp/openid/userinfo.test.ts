import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPair, importPrivateKey } from '../../../../src/crypto/jwt.js';
import { disableClient } from '../../../../src/storage/clients/clients.js';
import { revokeAuthorizationGrant } from '../../../../src/storage/grants/authorization-grants.js';
import { withdrawConsent } from '../../../../src/storage/grants/consents.js';
import { disableUser } from '../../../../src/storage/people/user-changes.js';
import { addGrant, type Grant, idTokenFor, jwtFor, opaqueFor } from '../../../support/grants.js';
import { openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient, audit, change } from '../../../support/rows.js';

const path = '/oidc/v1/userinfo';
const claims = {
  name: 'Ann Example',
  family_name: 'Example',
  given_name: 'Ann',
  birthdate: '2000-01-31',
  phone_number: '+31 20 1234567',
  phone_number_verified: true,
  address: { country: 'NL' },
};

let idp: TestIdp;
let client: string;
let user: TestUser;
let grant: Grant;
beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database);
  user = await idp.addUser({ claims });
  grant = await addGrant(idp, { userId: user.id, clientId: client, scopes: ['openid', 'email'] });
});
afterAll(() => idp.close());

const ask = (init: RequestInit = {}, query = '') => fetch(`${idp.origin}${path}${query}`, init);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const withToken = (token: string) => ask({ headers: bearer(token) });
const own = () => ({ sub: user.id, email: user.email, email_verified: true });

describe('Userinfo (OIDC Core §5.3)', () => {
  it.each<[string, (token: string) => Promise<Response>]>([
    ['§5.3.1 GET with the header', (token) => withToken(token)],
    ['RFC 9110 §11.1 scheme in another case', (token) => ask({ headers: { authorization: `bEARER ${token}` } })],
    ['§5.3.1 POST with the header', (token) => ask({ method: 'POST', headers: bearer(token) })],
    [
      'RFC 6750 §2.2 POST with the form',
      (token) => ask({ method: 'POST', body: new URLSearchParams({ access_token: token }) }),
    ],
  ])('%s: JWT and opaque', async (_name, present) => {
    for (const token of [await jwtFor(idp, grant), await opaqueFor(idp, grant)]) {
      idp.database.statements();
      const response = await present(token);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toEqual(own());
      // The client is read once a second, whatever the load.
      expect(idp.database.statements().filter((name) => name !== 'find_client')).toHaveLength(1);
    }
  });

  it('I2: takes an access token of typ JWT', async () => {
    expect((await withToken(await jwtFor(idp, grant, { typ: 'JWT' }))).status).toBe(200);
  });

  it.each([
    [['openid'], []],
    [
      ['openid', 'profile'],
      ['birthdate', 'family_name', 'given_name', 'name', 'preferred_username', 'updated_at'],
    ],
    [
      ['openid', 'phone'],
      ['phone_number', 'phone_number_verified'],
    ],
    [['openid', 'address'], ['address']],
  ])('§5.4 %j gives %j', async (scopes, expected) => {
    const token = await jwtFor(idp, { ...grant, scopes });
    const { sub, ...rest } = (await (await withToken(token)).json()) as Record<string, unknown>;
    expect(sub).toBe(user.id);
    expect(Object.keys(rest).sort()).toEqual(expected);
  });

  it('§5.1 claims have their JSON types', async () => {
    const token = await jwtFor(idp, { ...grant, scopes: ['openid', 'profile', 'email', 'address', 'phone'] });
    expect(await (await withToken(token)).json()).toMatchObject({
      preferred_username: user.username,
      email_verified: true,
      phone_number_verified: true,
      address: { country: 'NL' },
      updated_at: change.now.getTime() / 1000,
    });
  });
});

describe('What userinfo refuses (RFC 6750 §3.1)', () => {
  const challenge = (response: Response) => response.headers.get('www-authenticate') ?? '';

  it('§3.1 no token: a challenge without an error', async () => {
    const response = await ask();
    expect(response.status).toBe(401);
    expect(challenge(response)).toBe(`Bearer realm="${idp.deps.config.issuer}"`);
    expect(await response.text()).toBe('');
  });

  it.each<[string, (token: string) => Promise<Response>]>([
    ['§2.3 a token in the query (OAuth 2.1 §5.1)', (token) => ask({}, `?access_token=${token}`)],
    [
      '§2 two ways at once',
      (token) => ask({ method: 'POST', headers: bearer(token), body: new URLSearchParams({ access_token: token }) }),
    ],
    ['§2.1 a header that holds no token', () => ask({ headers: { authorization: 'Bearer a b' } })],
    [
      '§3.1 a repeated parameter',
      (token) => ask({ method: 'POST', body: new URLSearchParams(`access_token=${token}&access_token=${token}`) }),
    ],
  ])('%s: invalid_request', async (_name, present) => {
    const response = await present(await jwtFor(idp, grant));
    expect(response.status).toBe(400);
    expect(challenge(response)).toContain('error="invalid_request"');
  });

  const foreignKey = async () => {
    const { kid, alg } = (await idp.deps.signingKeys.keySet()).current('ES256');
    return { kid, alg, privateKey: importPrivateKey((await generateKeyPair('ES256')).privateJwk) };
  };
  const unsigned = (token: string) => {
    const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    return `${header}.${token.split('.')[1]}.`;
  };

  it.each<[string, () => Promise<string>]>([
    ['an unknown opaque token', async () => 'x'.repeat(43)],
    ['no JWT although it has dots', async () => 'a.b.c'],
    ['RFC 8725 §3.2 alg none', async () => unsigned(await jwtFor(idp, grant))],
    ['RFC 9068 §4 a foreign signature under our kid', async () => jwtFor(idp, grant, { key: await foreignKey() })],
    ['RFC 8725 §3.11 an ID token', () => idTokenFor(idp, grant)],
    ['RFC 9068 §4 another issuer', () => jwtFor(idp, grant, { issuer: 'https://other.example' })],
    ['RFC 9068 §4 another audience', () => jwtFor(idp, grant, { audience: ['https://api.example'] })],
    ['RFC 9068 §4 another audience, opaque', () => opaqueFor(idp, grant, { audience: ['https://api.example'] })],
    ['RFC 7519 §4.1.4 expired', () => jwtFor(idp, grant, { claims: { exp: 1_700_000_000 } })],
    ['RFC 7519 §4.1.5 not yet valid', () => jwtFor(idp, grant, { claims: { nbf: 4_000_000_000 } })],
    ['RFC 7800 §3.1 bound to a key', () => jwtFor(idp, grant, { claims: { cnf: { jkt: 'x' } } })],
    ['RFC 7800 §3.1 bound to a key, opaque', () => opaqueFor(idp, grant, { cnf: { jkt: 'x' } })],
    ['I2: an ID token with whatever claims', () => jwtFor(idp, grant, { typ: 'JWT', claims: { at_hash: 'x' } })],
    ['without an authorization grant', () => jwtFor(idp, grant, { claims: { grant_id: undefined } })],
    [
      'of an authorization grant that never was',
      () => jwtFor(idp, { ...grant, id: '00000000-0000-4000-8000-000000000000' }),
    ],
  ])('%s: invalid_token', async (_name, make) => {
    const response = await withToken(await make());
    expect(response.status).toBe(401);
    expect(challenge(response)).toContain('error="invalid_token"');
    expect(await response.json()).toMatchObject({ error: 'invalid_token' });
  });

  it.each<[string, RegExp, () => Promise<string>]>([
    ['another audience', /for another resource.*openid/, () => jwtFor(idp, grant, { audience: ['urn:api'] })],
    ['another audience, opaque', /for another resource/, () => opaqueFor(idp, grant, { audience: ['urn:api'] })],
    ['expired', /has expired/, () => jwtFor(idp, grant, { claims: { exp: 1_700_000_000 } })],
    ['unknown or revoked', /revoked, has expired, or the sign-in/, async () => 'x'.repeat(43)],
    ['revoked', /not active any more/, () => jwtFor(idp, { ...grant, id: '00000000-0000-4000-8000-000000000000' })],
    ['altered', /was altered/, () => jwtFor(idp, grant, { issuer: 'https://other.example' })],
    ['an ID token', /no access token/, () => idTokenFor(idp, grant)],
    ['malformed', /no token at all/, async () => 'a.b.c=='],
  ])('I6: names the reason (§3.1): %s', async (_name, description, make) => {
    const response = await withToken(await make());
    const { error_description: said } = (await response.json()) as { error_description: string };
    expect([response.status, said]).toEqual([401, expect.stringMatching(description)]);
    expect(challenge(response)).toContain(`error_description="${said}"`);
  });

  it.each([
    ['JWT', jwtFor],
    ['opaque', opaqueFor],
  ] as const)('§3.1 %s without openid: insufficient_scope', async (_name, make) => {
    const response = await withToken(await make(idp, { ...grant, scopes: ['read:resource'] }));
    expect(response.status).toBe(403);
    expect(challenge(response)).toContain('error="insufficient_scope"');
    expect(challenge(response)).toContain('scope="openid"');
  });

  it.each<[string, (it: Grant) => Promise<unknown>]>([
    [
      'its grant is revoked',
      ({ id }) => revokeAuthorizationGrant(idp.database.sql, { id, now: idp.clock.now(), audit }),
    ],
    ['its user is disabled', ({ userId }) => disableUser(idp.database.transactions, userId, change)],
    ['its consent is withdrawn', (which) => withdrawConsent(idp.database.transactions, which, change)],
    ['its client is disabled', ({ clientId }) => disableClient(idp.database.transactions, clientId, change)],
  ])('at once when %s', async (_name, spoil) => {
    const [someone, some] = [await idp.addUser(), await addClient(idp.database)];
    const doomed = await addGrant(idp, { userId: someone.id, clientId: some, scopes: ['openid'] });
    const tokens = [await jwtFor(idp, doomed), await opaqueFor(idp, doomed)];
    for (const token of tokens) expect((await withToken(token)).status).toBe(200);
    await spoil(doomed);
    for (const token of tokens) expect((await withToken(token)).status).toBe(401);
  });

  it.each([
    ['audience', { audience: ['https://api.example'] }],
    ['expired', { claims: { exp: 1_700_000_000 } }],
    ['signature', { issuer: 'https://other.example' }],
  ])('logs why (%s), and no token', async (reason, options) => {
    const token = await jwtFor(idp, grant, options);
    await withToken(token);
    const lines = idp.logged.filter((line) => line.includes('userinfo refused'));
    expect(lines.at(-1)).toContain(`"reason":"${reason}"`);
    expect(idp.logged.join('\n')).not.toContain(token);
  });

  it('other methods: 405', async () => {
    const response = await ask({ method: 'PUT' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toContain('POST');
  });
});

describe('CORS (Fetch §3.3)', () => {
  const preflight = (origin: string) =>
    ask({
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });

  it('a configured origin may ask with a token and read why not, never with cookies', async () => {
    const allowed = await preflight('https://spa.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://spa.example');
    expect(allowed.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
    const response = await ask({ headers: { origin: 'https://spa.example' } });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://spa.example');
    expect(response.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('another origin is told nothing', async () => {
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const response = await ask({ headers: { origin: 'https://evil.example', ...bearer(await jwtFor(idp, grant)) } });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('no page or form allows any origin', async () => {
    for (const page of ['/oidc/v1/logout', '/oidc/v1/interaction/x']) {
      const response = await fetch(`${idp.origin}${page}`, {
        headers: { origin: 'https://spa.example' },
        redirect: 'manual',
      });
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('Health', () => {
  it('says exactly what the runbook expects', async () => {
    const response = await fetch(`${idp.origin}/health`);
    expect([response.status, await response.text()]).toEqual([200, '{"status":"ok","service":"idp"}']);
  });
});
