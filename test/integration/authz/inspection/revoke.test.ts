import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { basic, openAuthz, paths, type TestAuthz } from '../../../support/authz.js';
import { api, spaOrigin } from '../../../support/configuration.js';

const scope = 'openid offline_access read:resource';
const machine = { grant_types: ['client_credentials'], redirect_uris: [], scope: 'read:resource' };

let authz: TestAuthz;
let client: string;
let opaque: string;
let machineClient: string;
let rs: string;
let user: string;
beforeAll(async () => {
  authz = await openAuthz();
  client = await authz.addClient({ scope });
  opaque = await authz.addClient({ scope, access_token_format: 'opaque' });
  machineClient = await authz.addClient(machine, 'a secret');
  rs = await authz.addClient(
    { token_endpoint_auth_method: 'client_secret_post', protected_resources: [api] },
    'rs secret',
  );
  user = await authz.addUser();
});
afterAll(() => authz.close());

const revoke = (token: string, clientId = client, extra: Record<string, string> = {}) =>
  authz.post(paths.revoke, { token, client_id: clientId, ...extra });
const isActive = async (token: string) =>
  (await authz.post(paths.introspect, { token, client_id: rs, client_secret: 'rs secret' })).json.active;
const refresh = (token: string, clientId = client) =>
  authz.token({ grant_type: 'refresh_token', refresh_token: token, client_id: clientId });
const start = async (clientId = client) => {
  const tokens = await authz.tokens(clientId, user, { scope });
  return { access: tokens.access_token, refresh: tokens.refresh_token ?? 'missing' };
};

describe('revocation (RFC 7009 §2)', () => {
  it.each([
    ['a refresh token', (tokens: { access: string; refresh: string }) => tokens.refresh],
    ['a JWT of an authorization grant', (tokens: { access: string; refresh: string }) => tokens.access],
  ])('%s takes the whole authorization grant along', async (_, which) => {
    const tokens = await start();
    const { status, headers, text } = await revoke(which(tokens));
    expect([status, headers.get('cache-control'), text]).toEqual([200, 'no-store', '']);
    expect(await isActive(tokens.access)).toBe(false);
    expect((await refresh(tokens.refresh)).status).toBe(400);
    const [event] = (await authz.audited('token_revoked')).slice(-1);
    expect(event).toMatchObject({ client_id: client, user_id: user });
  });

  it('a code takes the whole authorization grant along', async () => {
    const code = await authz.code(client, user, { scope });
    await revoke(code);
    const form = { grant_type: 'authorization_code', code, client_id: client };
    expect((await authz.token<Record<string, unknown>>(form)).json.error).toBe('invalid_grant');
  });

  it('an opaque access token goes alone', async () => {
    const tokens = await start(opaque);
    expect((await revoke(tokens.access, opaque)).status).toBe(200);
    expect(await isActive(tokens.access)).toBe(false);
    expect((await refresh(tokens.refresh, opaque)).status).toBe(200);
  });

  it('a rotated refresh token still takes its authorization grant along', async () => {
    const tokens = await start();
    const { json } = await refresh(tokens.refresh);
    await revoke(tokens.refresh);
    expect(await isActive(json.access_token)).toBe(false);
  });

  it('a JWT without an authorization grant is remembered until it expires', async () => {
    const headers = basic(machineClient, 'a secret');
    const { access_token: token } = (await authz.token({ grant_type: 'client_credentials' }, headers)).json;
    expect((await authz.post(paths.revoke, { token }, headers)).status).toBe(200);
    expect(await isActive(token)).toBe(false);
    const { rows } = await authz.database.pool.query('SELECT expires_at FROM revoked_access_tokens');
    expect(rows).toEqual([{ expires_at: new Date(authz.clock.now().getTime() + 600_000) }]);
    expect((await authz.post(paths.revoke, { token }, headers)).status).toBe(200); // once more is no harm
  });

  it.each([
    ['unknown', async () => 'unknown'],
    ['a JWT of somebody else', async () => 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln'],
    [
      'revoked before',
      async () => {
        const { refresh: token } = await start();
        await revoke(token);
        return token;
      },
    ],
    [
      'an expired JWT',
      async () => {
        const { access } = await start();
        authz.clock.advance(600_000);
        return access;
      },
    ],
  ])('%s counts as revoked (§2.2)', async (_, make) => expect((await revoke(await make())).status).toBe(200));

  it.each(['access_token', 'refresh_token', 'nonsense'])('the hint %s may be wrong (§2.1)', async (hint) => {
    const tokens = await start();
    await revoke(tokens.refresh, client, { token_type_hint: hint });
    expect(await isActive(tokens.access)).toBe(false);
  });
});

describe('own tokens only (RFC 7009 §2.1)', () => {
  it('another client’s stay good', async () => {
    for (const [owner, thief] of [
      [client, opaque],
      [opaque, client],
    ] as const) {
      const tokens = await start(owner);
      for (const token of [tokens.access, tokens.refresh]) {
        const { status, json } = await revoke(token, thief);
        expect([status, json.error]).toEqual([400, 'invalid_grant']);
      }
      expect(await isActive(tokens.access)).toBe(true);
      expect((await refresh(tokens.refresh, owner)).status).toBe(200);
    }
  });

  it('without client authentication nothing happens', async () => {
    const tokens = await start();
    expect((await authz.post(paths.revoke, { token: tokens.refresh })).status).toBe(401);
    const guessed = { token: tokens.refresh, client_id: client, client_secret: 'guess' };
    expect((await authz.post(paths.revoke, guessed)).status).toBe(401);
    expect(await isActive(tokens.access)).toBe(true);
  });

  it('token missing: invalid_request', async () =>
    expect((await authz.post(paths.revoke, { client_id: client })).json.error).toBe('invalid_request'));
});

it('pages of configured origins may revoke, without cookies', async () => {
  const { headers } = await authz.post(paths.revoke, { token: 'x', client_id: client }, { origin: spaOrigin });
  expect(headers.get('access-control-allow-origin')).toBe(spaOrigin);
  expect(headers.get('access-control-allow-credentials')).toBeNull();
});
