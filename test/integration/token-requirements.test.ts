import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose';
import { parse } from 'yaml';
import { jwtBearerAssertionType } from '../../src/protocol/client/client-authentication.js';
import { openidScopes } from '../../src/protocol/scope.js';
import { basic, openAuthz, paths, type TestAuthz, type Tokens, verifier } from '../support/authz.js';
import { openIdp, type TestIdp, type TestUser } from '../support/idp.js';
import { redirectUri } from '../support/rows.js';

/** The demo user of the development profile, whom the conformance suite signs in. */
const demo = parse(readFileSync('configs/identity/development.yml', 'utf8')).users[0].claims;
const { email: _, email_verified: __, ...claims } = demo;
const secret = 'p%:+ä a secret of some length';
const scope = openidScopes.join(' ');

let authz: TestAuthz;
let idp: TestIdp;
let user: TestUser;
let client: string;
let other: string;
beforeAll(async () => {
  const publicUrls = { idp: '', rs: 'http://127.0.0.1:8082', spaRp: 'http://127.0.0.1:8083' };
  authz = await openAuthz({ config: { publicUrls } });
  idp = await openIdp({ beside: authz, config: { signingKeys: authz.deps.config.signingKeys } });
  publicUrls.idp = idp.origin;
  user = await idp.addUser({ claims });
  client = await authz.addClient({ scope }, secret);
  other = await authz.addClient({ scope }, secret);
});
afterAll(async () => {
  await idp.close();
  await authz.close();
});

const encoded = (id: string) => basic(id, encodeURIComponent(secret).replaceAll('%20', '+'));

type Form = Record<string, string>;

const exchange = <Body = Tokens>(code: string, over: Form = {}, who = client) =>
  authz.token<Body>(
    { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, ...over },
    encoded(who),
  );

const codeFor = (parameters: Form = {}) => authz.code(client, user.id, { scope, ...parameters });
const tokens = async (parameters: Form = {}): Promise<Tokens> => (await exchange(await codeFor(parameters))).json;
const refresh = <Body = Tokens>(refresh_token: string, over: Form = {}, who = client) =>
  authz.token<Body>({ grant_type: 'refresh_token', refresh_token, ...over }, encoded(who));
const userinfo = (init: RequestInit = {}, query = '') => fetch(`${idp.origin}/oidc/v1/userinfo${query}`, init);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const errorText = /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/;

async function refused(answer: Promise<{ status: number; json: Record<string, unknown> }>) {
  const { status, json } = await answer;
  expect(json.error_description).toMatch(errorText);
  return [status, json.error];
}

describe('What the suite asks of the token endpoint', () => {
  it('§5.1.1: a success is JSON that no cache keeps, with tokens that nobody guesses', async () => {
    const { status, headers, json } = await exchange(await codeFor());
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope });
    for (const token of [json.access_token, json.refresh_token ?? '']) {
      expect(token).toMatch(/^[\x21-\x7E]{43,}$/);
      expect(new Set(token).size).toBeGreaterThan(20);
    }
  });

  it.each<[string, () => Promise<{ status: number; headers: Headers; json: Record<string, unknown> }>, number, string]>(
    [
      ['an unknown grant type', () => exchange('x', { grant_type: 'password' }), 400, 'unsupported_grant_type'],
      ['no code', () => exchange(''), 400, 'invalid_request'],
      ['an unknown code', () => exchange('x'), 400, 'invalid_grant'],
      ['an unknown client', () => exchange('x', {}, 'nobody'), 401, 'invalid_client'],
    ],
  )('§5.1.2: %s is an error in JSON', async (_, ask, status, error) => {
    const answer = await ask();
    expect([answer.status, answer.json.error]).toEqual([status, error]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.json.error_description).toMatch(errorText);
  });

  it.each([0, 1_000, 30_000])('§5.1.3: a code that comes again after %i ms ends what it issued', async (wait) => {
    const code = await codeFor();
    const { json } = await exchange(code);
    authz.clock.advance(wait);
    expect(await refused(exchange(code))).toEqual([400, 'invalid_grant']);
    expect((await userinfo({ headers: bearer(json.access_token) })).status).toBe(401);
    expect(await refused(refresh(json.refresh_token ?? ''))).toEqual([400, 'invalid_grant']);
  });

  it('§5.1.4: a code of another client, and one older than a minute', async () => {
    expect(await refused(exchange(await codeFor(), {}, other))).toEqual([400, 'invalid_grant']);
    const code = await codeFor();
    authz.clock.advance(62_000);
    expect(await refused(exchange(code))).toEqual([400, 'invalid_grant']);
  });

  it('§5.1.5: a verifier that is missing, wrong, or not asked for', async () => {
    expect(await refused(exchange(await codeFor(), { code_verifier: '' }))).toEqual([400, 'invalid_grant']);
    expect(await refused(exchange(await codeFor(), { code_verifier: 'w'.repeat(43) }))).toEqual([400, 'invalid_grant']);
    const lax = await authz.addClient({ require_pkce: false }, secret);
    const code = await authz.code(lax, user.id, { code_challenge: '', code_challenge_method: '' });
    expect(await refused(exchange(code, {}, lax))).toEqual([400, 'invalid_grant']);
  });

  it('§5.1.6: a refresh tells of the same sign-in, and is the client’s own', async () => {
    const first = await tokens({ nonce: 'n' });
    authz.clock.advance(2_000);
    const { json } = await refresh(first.refresh_token ?? '', { scope: 'openid email' });
    expect(json.access_token).not.toBe(first.access_token);
    const [before, after] = [decodeJwt(first.id_token ?? ''), decodeJwt(json.id_token ?? '')];
    for (const claim of ['iss', 'sub', 'aud', 'auth_time', 'sid']) expect(after[claim]).toEqual(before[claim]);
    expect(after.iat).toBe(Number(before.iat) + 2);
    expect(await refused(refresh(json.refresh_token ?? '', {}, other))).toEqual([400, 'invalid_grant']);
    expect((await refresh(json.refresh_token ?? '')).status).toBe(200);
  });
});

describe('What the suite asks of client authentication', () => {
  const machine = { grant_types: ['client_credentials'], redirect_uris: [], scope: 'read:resource' };
  const ask = (form: Form, headers: Record<string, string> = {}) =>
    authz.token<Record<string, unknown>>({ grant_type: 'client_credentials', ...form }, headers);

  it('§5.2.1: a secret by Basic, form-encoded, or in the form', async () => {
    const byBasic = await authz.addClient(machine, secret);
    expect((await ask({}, encoded(byBasic))).status).toBe(200);
    const post = await authz.addClient({ ...machine, token_endpoint_auth_method: 'client_secret_post' }, secret);
    expect((await ask({ client_id: post, client_secret: secret })).status).toBe(200);
  });

  let keyed: string;
  let privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    privateKey = pair.privateKey;
    const jwks = { keys: [await exportJWK(pair.publicKey)] };
    keyed = await authz.addClient({ ...machine, token_endpoint_auth_method: 'private_key_jwt', jwks });
  });
  const now = () => authz.clock.now().getTime() / 1000;
  const assertion = (over: Record<string, unknown> = {}) =>
    new SignJWT({ iss: keyed, sub: keyed, aud: authz.origin, exp: now() + 60, iat: now(), jti: randomUUID(), ...over })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(privateKey);
  const present = async (over: Record<string, unknown> = {}, form: Form = {}) =>
    ask({ client_assertion_type: jwtBearerAssertionType, client_assertion: await assertion(over), ...form });

  it('§5.2.2: aud of an assertion is the issuer or the token endpoint', async () => {
    expect((await present()).status).toBe(200);
    expect((await present({ aud: `${authz.origin}${paths.token}` })).status).toBe(200);
  });

  it.each<[string, () => Record<string, unknown>, number]>([
    ['sub missing', () => ({ sub: undefined }), 401],
    ['exp five minutes past', () => ({ exp: now() - 300 }), 401],
    ['iat eight seconds ahead', () => ({ iat: now() + 8 }), 200],
    ['nbf eight seconds ahead', () => ({ nbf: now() + 8 }), 200],
    ['iat more than a minute ahead', () => ({ iat: now() + 61 }), 401],
    ['nbf more than a minute ahead', () => ({ nbf: now() + 61 }), 401],
  ])('§5.3.3: %s', async (_, over, status) => expect((await present(over())).status).toBe(status));

  it('§5.3.4: no assertion at all, or another client_id beside one', async () => {
    expect(await refused(ask({ client_id: keyed }))).toEqual([401, 'invalid_client']);
    expect(await refused(present({}, { client_id: other }))).toEqual([401, 'invalid_client']);
  });

  it('§5.3.5: an assertion is good once', async () => {
    const jti = randomUUID();
    expect((await present({ jti })).status).toBe(200);
    expect(await refused(present({ jti }))).toEqual([401, 'invalid_client']);
  });
});

describe('What the suite asks of ID tokens', () => {
  it('§6.1: who signed in, when and for whom, by RS256 or as registered', async () => {
    const { id_token = '' } = await tokens({ nonce: 'a nonce', max_age: '1000' });
    const keys = createRemoteJWKSet(new URL(`${authz.origin}${paths.jwks}`));
    const currentDate = authz.clock.now();
    const { payload } = await jwtVerify(id_token, keys, { issuer: authz.origin, audience: client, currentDate });
    expect(payload).toMatchObject({ sub: user.id, nonce: 'a nonce', auth_time: expect.any(Number) });
    expect(payload.sub).toMatch(/^[\x20-\x7E]{1,255}$/);
    expect(decodeProtectedHeader(id_token)).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
    for (const alg of ['PS256', 'ES256', 'EdDSA']) {
      const registered = await authz.addClient({ id_token_signed_response_alg: alg });
      const answer = await authz.tokens(registered, user.id);
      expect(decodeProtectedHeader(answer.id_token ?? '').alg).toBe(alg);
    }
    expect(decodeJwt((await tokens()).id_token ?? '')).not.toHaveProperty('nonce');
  });

  it('§6.2: at_hash is the access token’s; acr is a text, amr a list of texts, sid is there', async () => {
    const { id_token = '', access_token } = await tokens();
    const half = createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url');
    expect(decodeJwt(id_token)).toMatchObject({ at_hash: half, acr: 'aal1', amr: ['pwd'], sid: expect.any(String) });
  });

  it('§6.3: what scopes tell of the person is at userinfo, not in the ID token', async () => {
    const told = Object.keys(decodeJwt((await tokens({ nonce: 'n' })).id_token ?? ''));
    const protocol = ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'sid', 'at_hash'];
    expect(told.sort()).toEqual(protocol.sort());
  });

  it('§6.4: without openid there is none', async () => {
    const plain = await authz.addClient({ scope: 'read:resource' });
    expect(await authz.tokens(plain, user.id, { scope: 'read:resource' })).not.toHaveProperty('id_token');
  });
});

describe('What the suite asks of userinfo', () => {
  it('§7.1: the token in the field, by GET and POST, or in the form; sub is the ID token’s', async () => {
    const { access_token, id_token } = await tokens();
    const headers = bearer(access_token);
    const body = new URLSearchParams({ access_token });
    for (const init of [{ headers }, { method: 'POST', headers }, { method: 'POST', body }]) {
      const answer = await userinfo(init);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
      expect(await answer.json()).toHaveProperty('sub', decodeJwt(id_token ?? '').sub);
    }
  });

  it('§7.2: the demo user has every standard claim, each of its type', async () => {
    const { access_token } = await tokens();
    const told = (await (await userinfo({ headers: bearer(access_token) })).json()) as Record<string, unknown>;
    const text = expect.stringMatching(/\S/);
    const url = expect.stringMatching(/^https?:\/\/\S+$/);
    expect(told).toEqual({
      sub: user.id,
      ...Object.fromEntries(
        [
          'name',
          'given_name',
          'family_name',
          'middle_name',
          'nickname',
          'preferred_username',
          'gender',
          'zoneinfo',
        ].map((name) => [name, text]),
      ),
      ...{ profile: url, picture: url, website: url, locale: text, updated_at: expect.any(Number) },
      birthdate: expect.stringMatching(/^\d{4}(-\d\d-\d\d)?$/),
      ...{ email: user.email, email_verified: true, phone_number: text, phone_number_verified: true },
      address: Object.fromEntries(Object.keys(demo.address).map((name) => [name, text])),
    });
  });

  it('§7.4: the scheme in any case, no token in the query, a Date, and the client’s name of the exchange', async () => {
    const { access_token } = await tokens();
    const id = randomUUID();
    const headers = { authorization: `bEARER ${access_token}`, 'x-fapi-interaction-id': id };
    const answer = await userinfo({ headers });
    expect([answer.status, answer.headers.get('x-fapi-interaction-id')]).toEqual([200, id]);
    expect(Date.parse(answer.headers.get('date') ?? '')).not.toBeNaN();
    const inQuery = await userinfo({}, `?access_token=${access_token}`);
    expect([inQuery.status, inQuery.headers.get('www-authenticate')]).toEqual([400, expect.stringMatching(/^Bearer /)]);
    const hostile = await userinfo({ headers: { ...headers, 'x-fapi-interaction-id': 'no uuid' } });
    expect(hostile.headers.has('x-fapi-interaction-id')).toBe(false);
    const bad = await userinfo({ headers: { ...bearer('bad'), 'x-fapi-interaction-id': id } });
    expect([bad.status, bad.headers.get('x-fapi-interaction-id')]).toEqual([401, id]);
  });
});
