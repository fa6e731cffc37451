import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { basic, challenge, openAuthz, paths, type TestAuthz, verifier } from '../../support/authz.js';
import { redirectUri } from '../../support/rows.js';

const scope = 'openid offline_access read:resource';
const clientSecret = 'k3J-x9QvT2mLw8ZrB5nYc1HdF7sGpA4e';

let authz: TestAuthz;
/** What only its owner may know, as it was used on the way. */
const secrets: Record<string, string> = { verifier, clientSecret };
beforeAll(async () => {
  authz = await openAuthz();
  const client = await authz.addClient({ scope, access_token_format: 'opaque' }, clientSecret);
  const user = await authz.addUser();
  const browser = authz.newBrowser();
  const query = new URLSearchParams({
    client_id: client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const { location } = await browser.get(`${paths.authorize}?${query}`);
  secrets.interaction = location?.split('/').at(-1) ?? '';
  secrets.cookie = [...browser.cookies.values()][0] ?? '';
  const back = await authz.complete(location, authz.success(user, scope.split(' ')));
  secrets.handle = new URLSearchParams(back.split('?')[1]).get('handle') ?? '';
  const answer = await browser.get(back);
  secrets.session = browser.cookies.get('authz_session') ?? '';
  secrets.code = new URL(answer.location ?? '').searchParams.get('code') ?? '';
  const headers = basic(client, clientSecret);
  const form = { grant_type: 'authorization_code', code: secrets.code, redirect_uri: redirectUri };
  const { json } = await authz.token({ ...form, code_verifier: verifier }, headers);
  const refresh = { grant_type: 'refresh_token', refresh_token: json.refresh_token ?? '' };
  const next = (await authz.token(refresh, headers)).json;
  Object.assign(secrets, { access: json.access_token, refresh: json.refresh_token, idToken: json.id_token });
  Object.assign(secrets, { nextAccess: next.access_token, nextRefresh: next.refresh_token });
  await authz.post(paths.introspect, { token: next.access_token }, headers);
  await authz.post(paths.revoke, { token: next.refresh_token ?? '' }, headers);
  // and what goes wrong, which is what gets logged
  await authz.token({ ...form, code_verifier: verifier }, headers);
  await authz.token(refresh, headers);
  await authz.token({ ...form, code_verifier: 'wrong' }, basic(client, `${clientSecret}x`));
  await authz.newBrowser().get(back);
  await authz.deps.auditBatch.flush();
});
afterAll(() => authz.close());

it('every secret of the run was gathered', () => {
  for (const value of Object.values(secrets)) expect(value.length).toBeGreaterThan(20);
});

describe('a whole flow leaves no secret behind', () => {
  it('in the log', () => {
    const log = authz.logged.join('\n');
    expect(log.length).toBeGreaterThan(1_000);
    for (const [name, value] of Object.entries(secrets)) expect([name, log.includes(value)]).toEqual([name, false]);
  });

  it('in the database, in any spelling', async () => {
    const tables = await authz.database.pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    let dump = '';
    for (const { name } of tables.rows) {
      dump += JSON.stringify((await authz.database.pool.query(`SELECT t::text FROM ${name} t`)).rows);
    }
    expect(dump).toContain('refresh_token');
    for (const [name, value] of Object.entries(secrets)) {
      const spellings = [value, Buffer.from(value).toString('hex'), Buffer.from(value, 'base64url').toString('hex')];
      expect([name, spellings.some((text) => dump.includes(text))]).toEqual([name, false]);
    }
    expect(dump).not.toContain('"d":'); // the private half of a key
  });
});
