import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createRegistrationToken,
  listRegistrationTokens,
  revokeRegistrationToken,
} from '../../../src/administration/registration-tokens.js';
import { sweepTable } from '../../../src/storage/expirable.js';
import { administer } from '../../support/administration.js';
import { openAuthz, type TestAuthz, withAuthz } from '../../support/authz.js';
import { configuration } from '../../support/configuration.js';
import { redirectUri } from '../../support/rows.js';

const register = '/oauth2/v1/register';
const day = 24 * 3_600_000;
const modeOf = (mode: 'open' | 'token', over: Partial<typeof configuration.clientRegistration> = {}) => ({
  config: { clientRegistration: { ...configuration.clientRegistration, mode, ...over } },
});

let authz: TestAuthz;
beforeAll(async () => {
  authz = await openAuthz(modeOf('token'));
});
afterAll(() => authz.close());

const administration = () => administer(authz.database, { clock: authz.clock });
const tokenFor = (uses = 1, lifetime = day, note?: string) =>
  createRegistrationToken(administration(), { uses, lifetime, note });

async function post(token: string | undefined, body: object = { redirect_uris: [redirectUri] }, at = authz) {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const answer = await fetch(at.origin + register, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: text === '' ? undefined : JSON.parse(text) };
}

/** Statuses and errors, each with how often there was it. */
const tally = (answers: readonly Awaited<ReturnType<typeof post>>[]) => {
  const counts: Record<string, number> = {};
  for (const { status, json } of answers) {
    const kind = `${status} ${json?.error ?? ''}`.trim();
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

describe('Initial access tokens (RFC 7591 §3)', () => {
  it('are needed, which discovery does not say but the challenge does (RFC 6750 §3.1)', async () => {
    const { status, headers, text } = await post(undefined);
    expect([status, headers.get('www-authenticate'), text]).toEqual([401, 'Bearer', '']);
    const discovery = await fetch(`${authz.origin}/.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({ registration_endpoint: authz.origin + register });
  });

  it('register a client; the audit trail has both', async () => {
    const { id, token } = await tokenFor();
    const { status, json } = await post(token);
    expect(status).toBe(201);
    const [made] = await authz.audited('registration_token_changed');
    expect(made?.context).toMatchObject({ change: 'created', registration_token: id, uses: 1, by: 'command' });
    const registered = (await authz.audited('client_changed')).find(({ client_id }) => client_id === json.client_id);
    expect(registered?.context).toMatchObject({ change: 'registered', registration_token: id });
  });

  it('are kept as a hash and logged nowhere', async () => {
    const { token } = await tokenFor();
    await post(token);
    const { rows } = await authz.database.pool.query('SELECT row_to_json(t)::text AS row FROM registration_tokens t');
    expect(rows.map(({ row }) => row).join()).not.toContain(token);
    expect(authz.logged.join()).not.toContain(token);
  });

  it('of twenty at once only as many as it has uses', async () => {
    const { id, token } = await tokenFor(3);
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(token)));
    expect(tally(answers)).toEqual({ '201': 3, '401 invalid_token': 17 });
    expect(await listRegistrationTokens(administration())).toContainEqual(expect.objectContaining({ id, usesLeft: 0 }));
  });

  it('lose no use by metadata that cannot be registered', async () => {
    const { token } = await tokenFor();
    expect((await post(token, { redirect_uris: [] })).status).toBe(400);
    expect((await post(token)).status).toBe(201);
  });

  it.each<[string, () => Promise<string>]>([
    ['unknown', async () => 'unknown'],
    [
      'expired',
      async () => {
        const { token } = await tokenFor(1, day);
        authz.clock.advance(day);
        return token;
      },
    ],
    [
      'revoked',
      async () => {
        const { id, token } = await tokenFor();
        await revokeRegistrationToken(administration(), id);
        return token;
      },
    ],
  ])('are refused when %s, with a challenge that says so (RFC 6750 §3.1)', async (_, make) => {
    const { status, headers, json } = await post(await make());
    expect([status, json.error]).toEqual([401, 'invalid_token']);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
  });

  it('in the query are refused (OAuth 2.1 §5.1)', async () => {
    const answer = await fetch(`${authz.origin}${register}?access_token=x`, { method: 'POST' });
    expect([answer.status, (await answer.json()) as object]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_request' }),
    ]);
  });

  it('are listed until they expire, revoked once, and swept', async () => {
    const { id, expiresAt } = await tokenFor(2, day, 'for the partners');
    const listed = async () => (await listRegistrationTokens(administration())).find((each) => each.id === id);
    expect(await listed()).toEqual({
      id,
      note: 'for the partners',
      usesLeft: 2,
      createdAt: authz.clock.now(),
      expiresAt,
    });
    authz.clock.advance(day);
    expect(await listed()).toBeUndefined();
    await sweepTable(authz.database.sql, 'registration_tokens', new Date(authz.clock.now().getTime() + 1), 1_000);
    await expect(revokeRegistrationToken(administration(), id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('keep their use where there is no room', () =>
    withAuthz(modeOf('token', { mostUnused: 1 }), async (full) => {
      const { token } = await createRegistrationToken(administer(full.database, { clock: full.clock }), {
        uses: 2,
        lifetime: day,
      });
      expect((await post(token, undefined, full)).status).toBe(201);
      expect((await post(token, undefined, full)).status).toBe(429);
      expect((await full.database.pool.query('SELECT uses_left FROM registration_tokens')).rows[0].uses_left).toBe(1);
      const { config, ...beside } = modeOf('open', { mostUnused: 10 });
      const opened = await openAuthz({ ...beside, beside: full, config: { ...config, issuer: full.origin } });
      expect((await post(undefined, undefined, opened)).status).toBe(201);
      expect((await post('wrong', undefined, opened)).status).toBe(401);
      expect((await post(token, undefined, opened)).status).toBe(201);
      expect((await post(token, undefined, opened)).status).toBe(401);
      await opened.close();
    }));
});
