import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAccount, submitted } from '../../../support/account.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient } from '../../../support/rows.js';

let idp: TestIdp;
beforeAll(async () => {
  idp = await openIdp();
});
afterAll(() => idp.close());

const claimsOf = async ({ id }: TestUser): Promise<Record<string, unknown>> =>
  (await idp.database.pool.query('SELECT claims FROM users WHERE id = $1', [id])).rows[0]?.claims;

const entered = {
  name: ' Ada Lovelace ',
  given_name: '',
  family_name: '',
  nickname: '',
  website: '',
  birthdate: '1815',
};

describe('What somebody says of themselves', () => {
  it('is set and taken away, and nothing else is touched', async () => {
    const user = await idp.addUser({ claims: { nickname: 'Ada', groups: ['staff'], locale: 'en' } });
    const browser = idp.newBrowser();
    const page = await openAccount(browser, user, '/account/profile');
    expect(page.text).toContain('value="Ada"');
    const answer = await submitted(browser, page, { ...entered, groups: 'admins', email: 'other@example.com' });
    expect(answer).toMatchObject({ status: 303, location: '/account/profile' });
    expect(await claimsOf(user)).toEqual({ name: 'Ada Lovelace', birthdate: '1815', groups: ['staff'], locale: 'en' });
    const [changed] = (await idp.audited('user_changed')).filter(({ user_id: id }) => id === user.id);
    expect(changed).toMatchObject({ context: { change: 'claims set', claims: ['name', 'nickname', 'birthdate'] } });
  });

  it.each([
    ['website', 'javascript:alert(1)'],
    ['birthdate', 'the tenth of December'],
  ])('is refused where %s is wrong, and kept in the form', async (name, value) => {
    const user = await idp.addUser({ claims: { nickname: 'Ada' } });
    const browser = idp.newBrowser();
    const page = await openAccount(browser, user, '/account/profile');
    const refused = await submitted(browser, page, { ...entered, [name]: value });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain(`id="${name}-fault"`);
    expect(refused.text).toContain(value);
    expect(await claimsOf(user)).toEqual({ nickname: 'Ada' });
  });

  it('the language is that of the pages and of mails, in each browser; `ui_locales` outdoes it', async () => {
    const user = await idp.addUser();
    const [here, there] = [idp.newBrowser(), idp.newBrowser({ 'accept-language': 'es' })];
    const page = await openAccount(here, user, '/account/profile');
    await submitted(here, page, { locale: 'de' });
    expect(await claimsOf(user)).toEqual({ locale: 'de' });
    expect((await here.get('/account')).text).toContain('<html lang="de"');
    expect((await openAccount(there, user, '/account')).text).toContain('<html lang="de"');
    const client = await addClient(idp.database);
    const hubOf = async (request = {}) => (await there.get(hub(await idp.start(client, request)))).text;
    expect([await hubOf(), await hubOf({ uiLocales: ['fr'] })]).toEqual([
      expect.stringContaining('<html lang="de"'),
      expect.stringContaining('<html lang="fr"'),
    ]);
    await submitted(here, await here.get('/account/profile'), { locale: 'auto' });
    expect(await claimsOf(user)).toEqual({});
    expect((await there.get('/account')).text).toContain('<html lang="es"');
  });

  it('the language is one of ours', async () => {
    const user = await idp.addUser({ claims: { locale: 'ja' } });
    const browser = idp.newBrowser();
    const page = await openAccount(browser, user, '/account/profile');
    expect(page.text).toContain('<option value="ja" selected>Japanese</option>');
    expect((await submitted(browser, page, { locale: 'xx' })).status).toBe(422);
    await submitted(browser, page, { nickname: 'Ada' });
    expect(await claimsOf(user)).toEqual({ locale: 'ja', nickname: 'Ada' });
  });
});

describe('What is kept of somebody', () => {
  it('is told in words, of theirs alone', async () => {
    const [user, other] = [await idp.addUser(), await idp.addUser()];
    await openAccount(idp.newBrowser(), other);
    const browser = idp.newBrowser({ 'accept-language': 'de' });
    const page = await openAccount(browser, user, '/account/activity');
    expect(page.text.match(/<strong>Angemeldet<\/strong>/g)).toHaveLength(1);
    await submitted(browser, await browser.get('/account/profile'), entered);
    expect((await browser.get('/account/activity')).text).toContain('Das Konto wurde geändert');
  });

  it('comes as a file without anything by which to sign in, after a fresh proof', async () => {
    const user = await idp.addUser({ claims: { name: 'Ada Lovelace' } });
    const browser = idp.newBrowser();
    const file = await openAccount(browser, user, '/account/data');
    expect(file.headers.get('content-type')).toContain('application/json');
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="account.json"');
    expect(file.headers.get('cache-control')).toBe('no-store');
    const data = JSON.parse(file.text);
    const kept = [
      'account',
      'claims',
      'sessions',
      'applications',
      'passkeys',
      'authenticator',
      'identities',
      'activity',
    ];
    expect(Object.keys(data)).toEqual(kept);
    expect(data).toMatchObject({ account: { sub: user.id }, claims: { name: 'Ada Lovelace', email: user.email } });
    expect(file.text).not.toMatch(/argon2|secret|hash/i);
    idp.clock.advance(301_000);
    expect((await browser.get('/account/data')).location).toContain('/interaction/');
  });
});
