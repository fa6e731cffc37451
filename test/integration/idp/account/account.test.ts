import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../../src/crypto/digest.js';
import { accountPages, endpoints } from '../../../../src/protocol/endpoints.js';
import { openAccount } from '../../../support/account.js';
import { formsOf } from '../../../support/browser.js';
import { openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';

let idp: TestIdp;
let user: TestUser;

beforeAll(async () => {
  idp = await openIdp();
  user = await idp.addUser({ claims: { name: 'Ada Lovelace' } });
});
afterAll(() => idp.close());

describe('The way to the account', () => {
  it('leads from the front page through the sign-in, without a client and back to the page', async () => {
    const browser = idp.newBrowser();
    expect(await browser.get('/')).toMatchObject({ status: 303, location: '/account' });
    const asked = await browser.get('/account');
    expect(asked.location).toMatch(/^\/oidc\/v1\/interaction\/[\w-]+$/);
    expect(asked.headers.get('cache-control')).toBe('no-store');
    const login = await browser.get(asked.location ?? '');
    expect(login.text).toContain('to continue to <strong>Test Identity</strong>');
    expect(formsOf(login.text)).toHaveLength(1);
    const [form] = formsOf(login.text);
    const fields = { ...form?.fields, identifier: user.username, password: user.password };
    const proven = await browser.post(form?.action ?? '', fields);
    expect(proven.location).toBe(asked.location);
    const done = await browser.get(proven.location ?? '');
    expect(done).toMatchObject({ status: 303, location: '/account' });
    const page = await browser.get('/account');
    expect(page.status).toBe(200);
    for (const fact of ['Ada Lovelace', user.username, user.email, '/oidc/v1/logout'])
      expect(page.text).toContain(fact);
    expect(page.headers.get('cache-control')).toContain('no-store');
    expect(await browser.get(asked.location ?? '')).toMatchObject({ status: 303, location: '/account' });
    const [signIn] = (await idp.audited('sign_in')).filter(({ user_id: id }) => id === user.id);
    expect(signIn).toMatchObject({ client_id: null });
  });

  it('says how safe the account is, and what would make it safer', async () => {
    const guarded = await idp.addUser();
    const browser = idp.newBrowser();
    await openAccount(browser, guarded);
    const overview = async (): Promise<string> => (await browser.get('/account')).text;
    const query = (text: string) => idp.database.pool.query(text, [guarded.id]);
    expect(await overview()).toContain('Your password is all that protects this account.');
    expect(await overview()).toMatch(/href="\/account\/passkeys">Create a passkey</);
    await query(`INSERT INTO passkeys (credential_id, user_id, public_key, counter, transports, device_type, backed_up, aaguid, name, created_at)
      VALUES ('\\x01', $1, '\\x02', 0, '{}', 'single', false, '00000000-0000-0000-0000-000000000000', 'Key', now())`);
    expect(await overview()).toContain('Your password alone still opens this account.');
    await query(`INSERT INTO totp_authenticators (user_id, sealed_secret, last_step, created_at, last_used_at)
      VALUES ($1, '\\x00', 0, now(), now())`);
    expect(await overview()).toContain('Few of your recovery codes are unused.');
    expect(await overview()).toContain('0 of your recovery codes are unused.');
    await query(`INSERT INTO recovery_codes (hash, user_id, number, created_at)
      SELECT sha256(convert_to('safe ' || n, 'UTF8')), $1, n, now() FROM generate_series(1, 3) n`);
    expect(await overview()).toContain('Your password alone does not open this account.');
  });

  it('leads to every other page, but to those for which there is nothing here', async () => {
    const browser = idp.newBrowser();
    await openAccount(browser, user);
    const { text } = await browser.get('/account');
    const { identityProviders } = idp.deps.config;
    const without: readonly string[] = identityProviders.length === 0 ? ['accountLinks'] : [];
    for (const name of accountPages.filter((each) => !without.includes(each)))
      expect(text).toContain(`href="${endpoints[name].path}"`);
  });

  it('is open to whoever is signed in already', async () => {
    const browser = idp.newBrowser();
    await openAccount(browser, user);
    idp.clock.advance(3_600_000);
    expect((await openAccount(browser, user)).text).toContain('Ada Lovelace');
  });

  it('ends at one of our own pages, whatever the row holds', async () => {
    const browser = idp.newBrowser();
    const asked = await browser.get('/account');
    const id = asked.location?.split('/').pop() ?? '';
    await idp.database.pool.query(
      `UPDATE interactions SET request = jsonb_set(request, '{redirectUri}', '"https://evil.example/"') WHERE id_hash = $1`,
      [hashToken(id)],
    );
    const [form] = formsOf((await browser.get(asked.location ?? '')).text);
    await browser.post(form?.action ?? '', { ...form?.fields, identifier: user.username, password: user.password });
    expect((await browser.get(asked.location ?? '')).location).toBe('/account');
  });

  it('gives authz nothing to redeem, and takes no decision about a client', async () => {
    const browser = idp.newBrowser();
    await openAccount(browser, user);
    const { rows } = await idp.database.pool.query(`SELECT * FROM interactions WHERE purpose = 'account'`);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toMatchObject({ client_id: null, authz_browser_hash: null, redeemed_at: null });
    expect((await idp.database.pool.query('SELECT * FROM authorization_grants')).rows).toEqual([]);
  });

  it('speaks the language that somebody chooses', async () => {
    const browser = idp.newBrowser({ 'accept-language': 'fr' });
    expect((await openAccount(browser, user)).text).toContain('<h1>Compte</h1>');
    const switched = await browser.get('/account?language=de');
    expect(switched.location ?? '/account').toBe('/account');
    expect((await browser.get('/account')).text).toContain('<h1>Konto</h1>');
  });

  it('is for so many without a session of one address (RFC 9700 §4.15)', async () => {
    const limits = {
      ...idp.deps.config.limits,
      interactionsPerAddress: { burst: 1, perSecond: 1 },
    };
    const small = await openIdp({ beside: idp, config: { limits } });
    try {
      const browser = small.newBrowser();
      expect((await browser.get('/account')).status).toBe(303);
      const refused = await browser.get('/account');
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('1');
    } finally {
      await small.close();
    }
  });
});
