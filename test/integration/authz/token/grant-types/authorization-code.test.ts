import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { accessTokenHash } from '../../../../../src/protocol/token/id-token.js';
import { disableClient } from '../../../../../src/storage/clients/clients.js';
import { disableUser } from '../../../../../src/storage/people/user-changes.js';
import { endSession } from '../../../../../src/storage/sessions/sessions.js';
import {
  basic,
  openAuthz,
  paths,
  type TestAuthz,
  type Tokens,
  verifier,
  withAuthz,
} from '../../../../support/authz.js';
import { api, files } from '../../../../support/configuration.js';
import { audit, change, redirectUri } from '../../../../support/rows.js';

let authz: TestAuthz;
let client: string;
let other: string;
let rs: string;
let user: string;
beforeAll(async () => {
  authz = await openAuthz();
  const scope = 'openid profile offline_access read:resource write:resource files';
  client = await authz.addClient({ scope });
  other = await authz.addClient({ scope });
  rs = await authz.addClient(
    { token_endpoint_auth_method: 'client_secret_post', protected_resources: [api, files] },
    'rs secret',
  );
  user = await authz.addUser();
});
afterAll(() => authz.close());

const exchange = <Body = Tokens>(code: string, changes: Record<string, string | string[] | undefined> = {}) => {
  const form: Record<string, string | string[] | undefined> = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    client_id: client,
    ...changes,
  };
  const given = Object.entries(form).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined);
  return authz.token<Body>(Object.fromEntries(given));
};

const isActive = async (token: string) =>
  (await authz.post(paths.introspect, { token, client_id: rs, client_secret: 'rs secret' })).json.active;

const keys = () => createRemoteJWKSet(new URL(`${authz.origin}${paths.jwks}`));

describe('a code, exchanged (RFC 6749 §4.1.3, OIDC Core §3.1.3.3)', () => {
  it('is answered with tokens that nobody may cache', async () => {
    const code = await authz.code(client, user, { scope: 'openid read:resource', nonce: 'n-1' });
    const { status, headers, json } = await exchange(code);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toContain('application/json');
    expect(json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      id_token: expect.any(String),
      scope: 'openid read:resource',
    });
  });

  it('takes two statements: look and redeem (decision 0008)', async () => {
    const code = await authz.code(client, user);
    await exchange('warm the caches');
    authz.database.statements();
    await exchange(code);
    expect(authz.database.statements()).toEqual(['find_authorization_code', 'redeem_authorization_code']);
  });

  it('gives an ID token that verifies with the published keys (OIDC Core §2, §3.1.3.7)', async () => {
    const { id_token: idToken = '', access_token: token } = await authz.tokens(client, user, { nonce: 'n-2' });
    const expected = { issuer: authz.origin, audience: client, currentDate: authz.clock.now() };
    const { payload, protectedHeader } = await jwtVerify(idToken, keys(), { ...expected, algorithms: ['RS256'] });
    const now = authz.clock.now().getTime() / 1000;
    expect(payload).toEqual({
      iss: authz.origin,
      sub: user,
      aud: client,
      iat: now,
      exp: now + 3600,
      auth_time: now - 5,
      nonce: 'n-2',
      acr: 'aal1',
      amr: ['pwd'],
      sid: expect.any(String),
      at_hash: accessTokenHash(token, 'RS256'),
    });
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) });
  });

  it.each(['RS256', 'ES256', 'PS256', 'EdDSA'] as const)('signs ID tokens with %s as registered', async (alg) => {
    const picky = await authz.addClient({ id_token_signed_response_alg: alg });
    const { id_token: idToken = '', access_token: token } = await authz.tokens(picky, user);
    const options = { audience: picky, currentDate: authz.clock.now(), algorithms: [alg] };
    const { payload } = await jwtVerify(idToken, keys(), options);
    expect(payload.at_hash).toBe(accessTokenHash(token, alg));
  });

  it('gives a JWT access token that says what it is for (RFC 9068 §2.2)', async () => {
    const { access_token: token } = await authz.tokens(client, user, { scope: 'openid read:resource' });
    const expected = { issuer: authz.origin, audience: api, typ: 'at+jwt', currentDate: authz.clock.now() };
    const { payload } = await jwtVerify(token, keys(), { ...expected, algorithms: ['ES256'] });
    expect(payload).toMatchObject({
      sub: user,
      aud: [api, authz.origin],
      client_id: client,
      scope: 'openid read:resource',
      jti: expect.any(String),
      auth_time: expect.any(Number),
      acr: 'aal1',
      amr: ['pwd'],
      sid: expect.any(String),
      grant_id: expect.any(String),
    });
  });

  it('I10: always gives a refresh token where the client is registered so, and it ends with the session', async () => {
    const always = await authz.addClient({ scope: 'openid offline_access', refresh_token: 'always' });
    const { refresh_token = '', scope } = await authz.tokens(always, user, { scope: 'openid' });
    expect(scope).toBe('openid');
    const refresh = (token: string) =>
      authz.token({ grant_type: 'refresh_token', refresh_token: token, client_id: always });
    const { status, json } = await refresh(refresh_token);
    expect(status).toBe(200);
    const { rows } = await authz.database.pool.query(
      'SELECT s.secret_hash FROM sessions s JOIN authorization_grants g ON g.session_id = s.id WHERE g.client_id = $1',
      [always],
    );
    const ended = { secretHash: rows[0].secret_hash, clientId: null, now: authz.clock.now(), audit };
    await endSession(authz.database.sql, ended);
    expect((await refresh(json.refresh_token ?? '')).status).toBe(400);
  });

  it('gives no ID token without openid, no refresh token without offline_access (OIDC Core §11)', async () => {
    const tokens = await authz.tokens(client, user, { scope: 'read:resource' });
    expect(tokens).not.toHaveProperty('id_token');
    expect(tokens).not.toHaveProperty('refresh_token');
    expect(await authz.tokens(client, user, { scope: 'openid offline_access' })).toHaveProperty('refresh_token');
  });

  it('gives opaque access tokens to clients registered for them', async () => {
    const opaque = await authz.addClient({ access_token_format: 'opaque' });
    const { access_token: token } = await authz.tokens(opaque, user);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await isActive(token)).toBe(true);
  });

  it('records who got what, without a secret', async () => {
    const code = await authz.code(client, user);
    const { json } = await exchange(code);
    const [event] = (await authz.audited('token_issued')).slice(-1);
    expect(event).toMatchObject({
      client_id: client,
      user_id: user,
      context: { grant_type: 'authorization_code', scopes: ['openid', 'profile'], address: expect.any(String) },
    });
    for (const secret of [code, json.access_token, json.id_token ?? '', verifier]) {
      expect(JSON.stringify(event)).not.toContain(secret);
    }
  });
});

describe('a code that does not fit (RFC 6749 §5.2, RFC 7636 §4.6)', () => {
  it.each([
    ['code missing', { code: undefined }, 'invalid_request'],
    ['code unknown', { code: 'unknown' }, 'invalid_grant'],
    ['redirect_uri missing', { redirect_uri: undefined }, 'invalid_grant'],
    ['redirect_uri another one', { redirect_uri: 'https://client.example/other' }, 'invalid_grant'],
    ['code_verifier missing', { code_verifier: undefined }, 'invalid_grant'],
    ['code_verifier wrong', { code_verifier: verifier.replace('a', 'b') }, 'invalid_grant'],
    ['code_verifier too short', { code_verifier: 'short' }, 'invalid_grant'],
    ['resource not granted (RFC 8707 §2.2)', { resource: files }, 'invalid_target'],
    ['resource unknown', { resource: 'https://other.example' }, 'invalid_target'],
  ])('%s: %s', async (_, changes, error) => {
    const code = await authz.code(client, user);
    const { status, json, headers } = await exchange<Record<string, unknown>>(code, changes);
    expect([status, json]).toEqual([400, { error, error_description: expect.any(String) }]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await exchange(code)).status).toBe(200); // a mistake does not burn it
  });

  it('of a confidential client that does not prove itself (RFC 6749 §3.2.1)', async () => {
    const confidential = await authz.addClient({}, 'a secret');
    const code = await authz.code(confidential, user);
    const ways: [Record<string, string>, Record<string, string>][] = [
      [{ client_id: confidential }, {}],
      [{}, basic(confidential, 'wrong')],
      [{ client_id: confidential, client_secret: 'wrong' }, {}],
    ];
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
    for (const [body, headers] of ways) {
      const { status, json } = await authz.token<Record<string, unknown>>({ ...form, ...body }, headers);
      expect([status, json.error, json.access_token]).toEqual([401, 'invalid_client', undefined]);
    }
    expect((await authz.token(form, basic(confidential, 'a secret'))).status).toBe(200);
  });

  it('an unsolicited verifier: the challenge was stripped (RFC 9700 §4.8.2)', async () => {
    const confidential = await authz.addClient({ require_pkce: false }, 'a secret');
    const query = { code_challenge: '', code_challenge_method: '' };
    const form = { grant_type: 'authorization_code', redirect_uri: redirectUri };
    const headers = basic(confidential, 'a secret');
    const code = await authz.code(confidential, user, query);
    const answer = await authz.token<Record<string, unknown>>({ ...form, code, code_verifier: verifier }, headers);
    expect([answer.status, answer.json.error]).toEqual([400, 'invalid_grant']);
    expect((await authz.token({ ...form, code }, headers)).status).toBe(200);
  });

  it('of another client, which burns nothing', async () => {
    const code = await authz.code(client, user);
    const { status, json } = await exchange<Record<string, unknown>>(code, { client_id: other });
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
    expect((await exchange(code)).status).toBe(200);
  });

  it('expired after a minute', async () => {
    const code = await authz.code(client, user);
    authz.clock.advance(60_000);
    const { status, json } = await exchange<Record<string, unknown>>(code);
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
  });

  it('of a user who has been disabled', async () => {
    const leaving = await authz.addUser();
    const code = await authz.code(client, leaving);
    await disableUser(authz.database.transactions, leaving, change);
    expect((await exchange<Record<string, unknown>>(code)).json.error).toBe('invalid_grant');
  });

  it('of a client that has been disabled, at once', async () => {
    const leaving = await authz.addClient();
    const code = await authz.code(leaving, user);
    await disableClient(authz.database.transactions, leaving, change);
    const { json } = await exchange<Record<string, unknown>>(code, { client_id: leaving });
    expect(['invalid_grant', 'invalid_client']).toContain(json.error);
  });
});

describe('a code that comes a second time (RFC 6749 §4.1.2, §10.5)', () => {
  it('ends everything that it issued, and stays used after it has expired', async () => {
    const code = await authz.code(client, user, { scope: 'openid offline_access' });
    const { json } = await exchange(code);
    expect(await isActive(json.access_token)).toBe(true);
    authz.clock.advance(120_000);
    const again = await exchange<Record<string, unknown>>(code);
    expect([again.status, again.json.error]).toEqual([400, 'invalid_grant']);
    expect(await isActive(json.access_token)).toBe(false);
    const form = { grant_type: 'refresh_token', refresh_token: json.refresh_token ?? '', client_id: client };
    expect((await authz.token<Record<string, unknown>>(form)).json.error).toBe('invalid_grant');
    const [event] = (await authz.audited('token_reuse_detected')).slice(-1);
    expect(event).toMatchObject({ client_id: client, user_id: user });
  });

  it('presented by another client ends nothing', async () => {
    const code = await authz.code(client, user);
    const { json } = await exchange(code);
    await exchange(code, { client_id: other });
    expect(await isActive(json.access_token)).toBe(true);
  });

  it.each([
    ['without its verifier', { code_verifier: undefined }],
    ['with a wrong verifier', { code_verifier: verifier.replace('a', 'b') }],
    ['without its redirect_uri', { redirect_uri: undefined }],
    ['with another redirect_uri', { redirect_uri: 'https://client.example/other' }],
  ])('S20: %s says nothing about its owner and ends nothing (RFC 7636 §4.6)', async (_, changes) => {
    const code = await authz.code(client, user);
    const { json } = await exchange(code);
    const again = await exchange<Record<string, unknown>>(code, changes);
    expect([again.status, again.json.error]).toEqual([400, 'invalid_grant']);
    expect(await isActive(json.access_token)).toBe(true);
  });

  it('20 at once: at most one is answered with tokens, and the losers end them', async () => {
    const code = await authz.code(client, user);
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(code)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status, text }) => status === 400 && text.includes('invalid_grant'))).toHaveLength(19);
    expect(await isActive(won[0]?.json.access_token ?? '')).toBe(false);
  });
});

it('of two requests that both saw the code unused, one redeems it and the other ends what it issued (RFC 6749 §10.5)', async () => {
  let waiting: (() => void)[] = [];
  const over = {
    sql: (database) => ({
      async query(statement, parameters) {
        if (statement.name === 'redeem_authorization_code') {
          await new Promise<void>((resolve) => {
            waiting.push(resolve);
            if (waiting.length < 2) return;
            for (const go of waiting) go();
            waiting = [];
          });
        }
        return database.sql.query(statement, parameters);
      },
    }),
  } satisfies Parameters<typeof openAuthz>[0];
  await withAuthz(over, async (together) => {
    const own = await together.addClient();
    const code = await together.code(own, await together.addUser());
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
    const answers = await Promise.all([1, 2].map(() => together.token({ ...form, client_id: own })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const { rows } = await together.database.pool.query('SELECT revoked_at FROM authorization_grants');
    expect(rows).toEqual([{ revoked_at: together.clock.now() }]);
    expect(await together.audited('token_reuse_detected')).toHaveLength(1);
  });
});

it('a client that is disabled after its code was looked up gets nothing, and that is no reuse', async () => {
  let disable = async (): Promise<unknown> => undefined;
  const over = {
    sql: (database) => ({
      async query(statement, parameters) {
        if (statement.name === 'redeem_authorization_code') await disable();
        return database.sql.query(statement, parameters);
      },
    }),
  } satisfies Parameters<typeof openAuthz>[0];
  await withAuthz(over, async (own) => {
    const leaving = await own.addClient();
    const code = await own.code(leaving, await own.addUser());
    disable = () => disableClient(own.database.transactions, leaving, change);
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
    const { status, json } = await own.token<Record<string, unknown>>({ ...form, client_id: leaving });
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
    expect(await own.audited('token_issued')).toEqual([]);
    expect(await own.audited('token_reuse_detected')).toEqual([]);
  });
});

describe('what a client was registered for when it asked, and no longer is (RFC 7591 §2)', () => {
  const register = (clientId: string, member: string, value: unknown) =>
    authz.database.pool.query(
      'UPDATE clients SET metadata = metadata || jsonb_build_object($2::text, $3::jsonb) WHERE client_id = $1',
      [clientId, member, JSON.stringify(value)],
    );
  const codeOf = async (member: string, value: unknown) => {
    const clientId = await authz.addClient({ scope: 'openid offline_access read:resource' });
    const code = await authz.code(clientId, user, { scope: 'openid offline_access read:resource' });
    await register(clientId, member, value);
    authz.clock.advance(2_000); // the client is remembered for a second
    return exchange<Tokens & { error?: string }>(code, { client_id: clientId });
  };

  it('a scope: neither it nor a refresh token comes with the code', async () => {
    const { json } = await codeOf('scope', 'openid');
    expect(json.scope).toBe('openid');
    expect(json.refresh_token).toBeUndefined();
  });

  it('refresh tokens: the code brings none', async () => {
    expect((await codeOf('grant_types', ['authorization_code'])).json.refresh_token).toBeUndefined();
  });

  it('codes: it is refused', async () => {
    const { status, json } = await codeOf('grant_types', ['client_credentials']);
    expect([status, json.error]).toEqual([400, 'unauthorized_client']);
  });
});

describe('resources decide the audience (RFC 8707 §2.2, RFC 9068 §3)', () => {
  const scope = 'openid read:resource files';
  it.each([
    [
      'I6: none: those that the scopes imply, and the issuer',
      {},
      {},
      () => [api, files, authz.origin],
      'openid read:resource files',
    ],
    ['I6: none: the other one', { scope: 'openid files' }, {}, () => [files, authz.origin], 'openid files'],
    ['I6: implied ones, of which the token request names one', {}, { resource: files }, () => [files], 'openid files'],
    ['none, and the scopes imply none: the default one', { scope: 'openid' }, {}, () => [api, authz.origin], 'openid'],
    [
      'S22: none and no openid: the default resource alone',
      { scope: 'read:resource' },
      {},
      () => [api],
      'read:resource',
    ],
    ['one: exactly that', { resource: files }, {}, () => [files], 'openid files'],
    ['the default, named at the token endpoint', {}, { resource: api }, () => [api], 'openid read:resource'],
    ['named at both', { resource: files }, { resource: files }, () => [files], 'openid files'],
    ['the issuer alone, for userinfo', {}, { resource: 'issuer' }, () => [authz.origin], 'openid'],
  ])('%s', async (_, asked, changes, audience, granted) => {
    const code = await authz.code(client, user, { scope, ...asked });
    const resource = 'resource' in changes && changes.resource === 'issuer' ? authz.origin : undefined;
    const { json } = await exchange(code, { ...changes, ...(resource && { resource }) });
    expect(decodeJwt(json.access_token)).toMatchObject({ aud: audience(), scope: granted });
    expect(json.scope).toBe(granted);
  });
});

it('I6: an authorization keeps the resource for which it was given, whichever knows the scope later', async () => {
  const code = await authz.code(client, user, { scope: 'openid files' });
  const resources = [
    { identifier: api, scopes: ['files'] },
    { identifier: files, scopes: [] },
  ];
  await withAuthz({ beside: authz, config: { resources } }, async (changed) => {
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
    const { json } = await changed.token({ ...form, client_id: client });
    expect(decodeJwt(json.access_token)).toMatchObject({ aud: [files, authz.origin], scope: 'openid' });
  });
});

it('I6: where people only sign in, no resource is needed', async () => {
  await withAuthz({ config: { resources: [], defaultResource: undefined } }, async (own) => {
    const clientId = await own.addClient({ scope: 'openid profile' });
    const { access_token: token, id_token: idToken, scope } = await own.tokens(clientId, await own.addUser());
    expect([decodeJwt(token).aud, idToken, scope]).toEqual([[own.origin], expect.any(String), 'openid profile']);
    const discovery = await fetch(`${own.origin}/.well-known/openid-configuration`);
    expect(await discovery.json()).not.toHaveProperty('protected_resources');
  });
});

describe('signing keys are shared and rotate without harm (RFC 7517 §5)', () => {
  it('every JWT names a published key', async () => {
    const { id_token: idToken = '', access_token: token } = await authz.tokens(client, user);
    const { keys: published } = (await (await fetch(`${authz.origin}${paths.jwks}`)).json()) as {
      keys: { kid: string }[];
    };
    for (const jwt of [idToken, token]) {
      expect(published.map(({ kid }) => kid)).toContain(decodeProtectedHeader(jwt).kid);
    }
  });
});
