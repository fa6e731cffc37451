import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { hashToken } from '../../../../../src/crypto/digest.js';
import { disableClient } from '../../../../../src/storage/clients/clients.js';
import { disableUser } from '../../../../../src/storage/people/user-changes.js';
import { basic, openAuthz, paths, type TestAuthz, type Tokens, withAuthz } from '../../../../support/authz.js';
import { api, files } from '../../../../support/configuration.js';
import { change } from '../../../../support/rows.js';

const scope = 'openid profile offline_access read:resource write:resource files';
const asked = { scope: 'openid offline_access read:resource write:resource' };

let authz: TestAuthz;
let client: string;
let opaque: string;
let rs: string;
let user: string;
beforeAll(async () => {
  authz = await openAuthz();
  client = await authz.addClient({ scope });
  opaque = await authz.addClient({ scope, access_token_format: 'opaque' });
  rs = await authz.addClient(
    { token_endpoint_auth_method: 'client_secret_post', protected_resources: [api, files] },
    'rs secret',
  );
  user = await authz.addUser();
});
afterAll(() => authz.close());

const start = async (clientId = client, parameters: Record<string, string> = asked) => {
  const tokens = await authz.tokens(clientId, user, parameters);
  return { ...tokens, refresh_token: tokens.refresh_token ?? 'missing' };
};

const refresh = <Body = Tokens & { refresh_token: string }>(
  refreshToken: string,
  changes: Record<string, string | string[]> = {},
) => authz.token<Body>({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: client, ...changes });

const refusal = async (refreshToken: string, changes: Record<string, string | string[]> = {}) => {
  const { status, json } = await refresh<Record<string, unknown>>(refreshToken, changes);
  return [status, json.error];
};

const isActive = async (token: string) =>
  (await authz.post(paths.introspect, { token, client_id: rs, client_secret: 'rs secret' })).json.active;

describe('a refresh (RFC 6749 §6, OIDC Core §12)', () => {
  it('gives new tokens of the same sign-in, and a successor', async () => {
    const first = await start();
    authz.clock.advance(60_000);
    const { status, headers, json } = await refresh(first.refresh_token);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: asked.scope });
    expect(json.refresh_token).not.toBe(first.refresh_token);
    expect(json.access_token).not.toBe(first.access_token);
    const [before, now] = [decodeJwt(first.id_token ?? ''), decodeJwt(json.id_token ?? '')];
    const { iss, sub, aud, auth_time, sid } = before;
    expect(now).toMatchObject({ iss, sub, aud, auth_time, sid });
    expect(now.iat).toBe((before.iat ?? 0) + 60);
    expect(now).not.toHaveProperty('nonce');
  });

  it('is one statement for a JWT client (decision 0008)', async () => {
    const { refresh_token: token } = await start();
    await refresh('warm the caches');
    authz.database.statements();
    await refresh(token);
    expect(authz.database.statements()).toEqual(['rotate_refresh_token']);
  });

  it('goes on for a chain, each token outliving its predecessor', async () => {
    let { refresh_token: token } = await start();
    for (let day = 0; day < 4; day += 1) {
      authz.clock.advance(20 * 86_400_000);
      token = (await refresh(token)).json.refresh_token;
    }
    expect(token).toEqual(expect.any(String));
  });

  it('S18: ends 90 days after the code, however often it was used', async () => {
    const first = await start();
    let token = first.refresh_token;
    for (let day = 0; day < 4; day += 1) {
      authz.clock.advance(20 * 86_400_000);
      token = (await refresh(token)).json.refresh_token;
    }
    authz.clock.advance(10 * 86_400_000 - 1);
    token = (await refresh(token)).json.refresh_token;
    authz.clock.advance(1);
    expect(await refusal(token)).toEqual([400, 'invalid_grant']);
  });

  it('S18: one that an earlier release issued ends there, too', async () => {
    for (const clientId of [client, opaque]) {
      const { refresh_token: token } = await start(clientId);
      await authz.database.pool.query(
        `UPDATE authorization_grants SET created_at = created_at - interval '90 days'
         WHERE id = (SELECT authorization_grant_id FROM tokens WHERE value_hash = $1)`,
        [hashToken(token)],
      );
      expect(await refusal(token, { client_id: clientId })).toEqual([400, 'invalid_grant']);
    }
  });

  it('is recorded, without a secret', async () => {
    const { refresh_token: token } = await start();
    await refresh(token);
    const [event] = (await authz.audited('token_refreshed')).slice(-1);
    expect(event).toMatchObject({ client_id: client, user_id: user });
    expect(JSON.stringify(event)).not.toContain(token);
  });

  it('of an opaque client is one statement where the token was handed out, and is looked up elsewhere', async () => {
    const { refresh_token: token } = await start(opaque);
    const statements = async (work: () => Promise<unknown>) => {
      authz.database.statements();
      await work();
      return authz.database.statements().filter((name) => name !== 'find_client');
    };
    let next = '';
    const rotated = await statements(async () => {
      next = (await refresh(token, { client_id: opaque })).json.refresh_token;
    });
    expect(rotated).toEqual(['rotate_refresh_token']);
    const refused = await statements(async () => {
      expect(await refusal(next, { client_id: opaque, scope: 'write:all' })).toEqual([400, 'invalid_scope']);
    });
    expect(refused).toEqual(['find_refresh_token']);
    const looked = await statements(() => refresh(next, { client_id: opaque }));
    expect(looked).toEqual(['find_refresh_token', 'rotate_refresh_token']);
  });

  it('of an opaque client keeps its format, scope and audience', async () => {
    const { refresh_token: token } = await start(opaque);
    const { json } = await refresh(token, { client_id: opaque });
    expect(json.access_token).toMatch(/^[\w-]{43}$/);
    const question = { token: json.access_token, client_id: rs, client_secret: 'rs secret' };
    expect((await authz.post(paths.introspect, question)).json).toMatchObject({
      active: true,
      sub: user,
      scope: asked.scope,
      aud: [api, authz.origin],
    });
  });
});

it('S22: a refresh for the resource alone is no token for userinfo', async () => {
  const { refresh_token: token } = await start();
  expect(decodeJwt((await refresh(token, { scope: 'read:resource' })).json.access_token).aud).toEqual([api]);
});

it.each([
  ['as configured then', {}],
  ['without a default resource', { defaultResource: undefined }],
  ['with another default resource', { defaultResource: files }],
])(
  'I6: an authorization of an earlier release, which stored no resource, keeps its audience: %s',
  async (_, config) => {
    const { refresh_token: token = '', access_token: first } = await start();
    const { grant_id: id, aud } = decodeJwt(first);
    await authz.database.pool.query("UPDATE authorization_grants SET resources = '{}' WHERE id = $1", [id]);
    await withAuthz({ beside: authz, config }, async (upgraded) => {
      const form = { grant_type: 'refresh_token', refresh_token: token, client_id: client };
      const { json } = await upgraded.token(form);
      expect(decodeJwt(json.access_token)).toMatchObject({ aud, scope: asked.scope });
      expect(aud).toEqual([api, authz.origin]);
    });
  },
);

describe('scope and resource of a refresh (RFC 6749 §6, RFC 8707 §2.2)', () => {
  it.each([
    ['less scope', { scope: 'read:resource' }, 'read:resource'],
    ['the same', { scope: asked.scope }, asked.scope],
    ['the default resource alone', { resource: api }, asked.scope],
  ])('%s', async (_, changes, granted) => {
    const { refresh_token: token } = await start();
    const { json } = await refresh(token, changes);
    expect([json.scope, decodeJwt(json.access_token).scope]).toEqual([granted, granted]);
    expect((await refresh(json.refresh_token)).json.scope).toBe(asked.scope); // the grant has not shrunk
  });

  it.each([
    ['more scope', { scope: 'openid profile' }, 'invalid_scope'],
    ['unknown scope', { scope: 'vendor:scope' }, 'invalid_scope'],
    ['malformed scope', { scope: '"' }, 'invalid_scope'],
    ['a resource that was not granted', { resource: files }, 'invalid_target'],
    ['an unknown resource', { resource: 'https://other.example' }, 'invalid_target'],
  ])('%s: %s, which uses up nothing', async (_, changes, error) => {
    for (const clientId of [client, opaque]) {
      const { refresh_token: token } = await start(clientId);
      expect(await refusal(token, { client_id: clientId, ...changes })).toEqual([400, error]);
      authz.clock.advance(11_000);
      expect((await refresh(token, { client_id: clientId })).status).toBe(200);
    }
  });
});

describe('S19: a scope that was taken from a client', () => {
  it.each(['jwt', 'opaque'])('is gone from its next access token (%s), and the rest stays', async (format) => {
    const own = await authz.addClient({ scope: asked.scope, access_token_format: format });
    const { refresh_token: token } = await start(own);
    const taken = asked.scope.replace(' read:resource', '').replace('openid ', '');
    await authz.database.pool.query(
      `UPDATE clients SET metadata = jsonb_set(metadata, '{scope}', to_jsonb($2::text)) WHERE client_id = $1`,
      [own, taken],
    );
    authz.clock.advance(2_000); // the client is remembered for a second
    const { json } = await refresh(token, { client_id: own });
    expect(json.scope.split(' ').sort()).toEqual(taken.split(' ').sort());
    expect(json.id_token).toBeUndefined();
  });
});

describe('a refresh token that does not fit (RFC 6749 §5.2)', () => {
  it('missing or unknown', async () => {
    expect(await refusal('')).toEqual([400, 'invalid_request']);
    expect(await refusal('unknown')).toEqual([400, 'invalid_grant']);
  });

  it.each(['jwt', 'opaque'])('of another client (%s), which uses up nothing', async (format) => {
    const { refresh_token: token } = await start();
    const thief = await authz.addClient({ scope, access_token_format: format });
    expect(await refusal(token, { client_id: thief })).toEqual([400, 'invalid_grant']);
    expect((await refresh(token)).status).toBe(200);
  });

  it('a code or an access token in its place', async () => {
    const code = await authz.code(client, user, asked);
    expect(await refusal(code)).toEqual([400, 'invalid_grant']);
    const { access_token: token } = await start(opaque);
    expect(await refusal(token, { client_id: opaque })).toEqual([400, 'invalid_grant']);
  });

  it('expired', async () => {
    const { refresh_token: token } = await start();
    authz.clock.advance(30 * 86_400_000);
    expect(await refusal(token)).toEqual([400, 'invalid_grant']);
  });

  it('of a client without the grant type', async () => {
    const codeOnly = await authz.addClient({ grant_types: ['authorization_code'] });
    expect(await refusal('any', { client_id: codeOnly })).toEqual([400, 'unauthorized_client']);
  });

  it('of a disabled user or client, at once', async () => {
    const [leavingUser, leavingClient] = [await authz.addUser(), await authz.addClient({ scope })];
    const first = await authz.tokens(client, leavingUser, asked);
    const second = await start(leavingClient);
    await disableUser(authz.database.transactions, leavingUser, change);
    await disableClient(authz.database.transactions, leavingClient, change);
    expect(await refusal(first.refresh_token ?? '')).toEqual([400, 'invalid_grant']);
    const { status } = await refresh(second.refresh_token, { client_id: leavingClient });
    expect([400, 401]).toContain(status);
  });

  it('needs the client’s secret again (RFC 6749 §6)', async () => {
    const confidential = await authz.addClient({ scope }, 'a secret');
    const { refresh_token: token = '' } = await authz.tokens(confidential, user, asked, 'a secret');
    const form = { grant_type: 'refresh_token', refresh_token: token };
    expect((await authz.token({ ...form, client_id: confidential })).status).toBe(401);
    expect((await authz.token(form, basic(confidential, 'wrong'))).status).toBe(401);
    expect((await authz.token(form, basic(confidential, 'a secret'))).status).toBe(200);
  });
});

describe('a refresh token that comes a second time (RFC 9700 §4.14.2)', () => {
  it.each([['JWT', () => client] as const, ['opaque', () => opaque] as const])(
    'within 10 s gets the same successor (%s access tokens)',
    async (_, of) => {
      const { refresh_token: token } = await start(of());
      const first = (await refresh(token, { client_id: of() })).json;
      authz.clock.advance(9_000);
      const second = (await refresh(token, { client_id: of() })).json;
      expect(second.refresh_token).toBe(first.refresh_token);
      expect(second.access_token).not.toBe(first.access_token);
      expect(await isActive(second.access_token)).toBe(true);
      expect((await refresh(second.refresh_token, { client_id: of() })).status).toBe(200);
    },
  );

  it('within 10 s but of another client gets nothing and ends nothing', async () => {
    const { refresh_token: token } = await start();
    const { json } = await refresh(token);
    expect(await refusal(token, { client_id: opaque })).toEqual([400, 'invalid_grant']);
    expect(await isActive(json.access_token)).toBe(true);
  });

  it.each([
    ['after 10 s', async () => authz.clock.advance(10_000)],
    ['once the successor has been used', async (successor: string) => void (await refresh(successor))],
  ])('%s ends the whole authorization grant', async (_, meanwhile) => {
    const { refresh_token: token, access_token: early } = await start();
    const { json } = await refresh(token);
    await meanwhile(json.refresh_token);
    expect(await refusal(token)).toEqual([400, 'invalid_grant']);
    expect(await isActive(early)).toBe(false);
    expect(await isActive(json.access_token)).toBe(false);
    expect(await refusal(json.refresh_token)).toEqual([400, 'invalid_grant']);
    const [event] = (await authz.audited('token_reuse_detected')).slice(-1);
    expect(event).toMatchObject({ client_id: client, user_id: user });
  });

  describe('S21: nobody goes on beside the owner', () => {
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const again = async (token: string, headers: Record<string, string>) => {
      const form = { grant_type: 'refresh_token', refresh_token: token, client_id: client };
      const { status, json } = await authz.token<Record<string, unknown>>(form, headers);
      return [status, json.error];
    };
    const twice = async (first: string, second: string) => {
      const { refresh_token: token } = await start();
      expect(await again(token, from(first))).toEqual([200, undefined]);
      return again(token, from(second));
    };

    it.each([
      ['the same address', '192.0.2.1', '192.0.2.1'],
      ['the same /64 (RFC 6177 §2)', '2001:db8::1', '2001:db8::2'],
    ])('%s: the same successor', async (_, first, second) => {
      expect(await twice(first, second)).toEqual([200, undefined]);
    });

    it.each([
      ['another address', '192.0.2.1', '192.0.2.2'],
      ['another /64', '2001:db8::1', '2001:db8:0:1::1'],
    ])('%s, within 10 s: refused, recorded, and the end of the grant', async (_, first, second) => {
      expect(await twice(first, second)).toEqual([400, 'invalid_grant']);
      const [event] = (await authz.audited('token_reuse_detected')).slice(-1);
      expect(event).toMatchObject({ client_id: client, context: { address: second } });
    });

    it('a confidential client has no tabs: within 10 s it ends the grant', async () => {
      const confidential = await authz.addClient({ scope }, 'a secret');
      const tokens = await authz.tokens(confidential, user, asked, 'a secret');
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
      const { json } = await authz.token(form, basic(confidential, 'a secret'));
      const second = await authz.token<Record<string, unknown>>(form, basic(confidential, 'a secret'));
      expect([second.status, second.json.error]).toEqual([400, 'invalid_grant']);
      expect(await isActive(json.access_token)).toBe(false);
    });
  });

  it.each([['JWT', () => client] as const, ['opaque', () => opaque] as const])(
    '20 at once: one successor for all, redeemed once (%s access tokens)',
    async (_, of) => {
      const { refresh_token: token } = await start(of());
      const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(token, { client_id: of() })));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      const successors = new Set(answers.map(({ json }) => json.refresh_token));
      expect(successors.size).toBe(1);
      const grant = decodeJwt(answers[0]?.json.id_token ?? '').sid;
      const { rows } = await authz.database.pool.query(
        `SELECT count(*) FROM tokens t JOIN authorization_grants g ON g.id = t.authorization_grant_id
         WHERE g.session_id = $1 AND t.kind = 'refresh_token' AND t.consumed_at IS NULL`,
        [grant],
      );
      expect(rows[0].count).toBe('1');
    },
  );
});

it('a restart with a new key-encryption key keeps the grace (successors are found under every key)', async () => {
  const [current] = authz.deps.config.keyEncryptionKeys.all;
  if (!current) throw new Error('no key');
  const { refresh_token: token } = await start();
  const first = (await refresh(token)).json;
  const newer = { id: 'newer', key: Buffer.alloc(32, 7) };
  const config = { keyEncryptionKeys: { current: newer, all: [newer, current] } };
  await withAuthz({ beside: authz, config }, async (restarted) => {
    const again = { grant_type: 'refresh_token', refresh_token: token, client_id: client };
    expect((await restarted.token(again)).json.refresh_token).toBe(first.refresh_token);
  });
});
