import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAccount, submitted } from '../../../support/account.js';
import { formsOf } from '../../../support/browser.js';
import { openIdp, type TestIdp } from '../../../support/idp.js';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const path = '/account/sessions';

let idp: TestIdp;
beforeAll(async () => {
  idp = await openIdp();
});
afterAll(() => idp.close());

const isSignedIn = async (browser: { get(path: string): Promise<{ status: number }> }) =>
  (await browser.get('/account')).status === 200;

/** Somebody who is signed in on a computer, on a telephone and where nothing is known of the browser. */
async function threeBrowsers() {
  const user = await idp.addUser();
  const browsers = [
    idp.newBrowser({ 'user-agent': firefox }),
    idp.newBrowser({ 'user-agent': safari }),
    idp.newBrowser({ 'user-agent': 'curl' }),
  ] as const;
  for (const browser of browsers) {
    await openAccount(browser, user);
    idp.clock.advance(1_000);
  }
  return { user, browsers };
}

describe('The sessions of an account', () => {
  it('are listed by browser, with this one marked', async () => {
    const { browsers } = await threeBrowsers();
    const { text } = await browsers[0].get(path);
    expect(text).toMatch(/Firefox, Linux<\/strong> <em>\(this one\)/);
    expect(text).toMatch(/Safari, iPhone<\/strong>(?! <em>)/);
    expect(text).toMatch(/Unknown browser<\/strong>(?! <em>)/);
    expect(formsOf(text)).toHaveLength(3);
  });

  it('end one by one, this one excepted', async () => {
    const { user, browsers } = await threeBrowsers();
    const [here, phone, other] = browsers;
    const [{ id } = { id: '' }] = (
      await idp.database.pool.query(`SELECT id FROM sessions WHERE user_id = $1 AND device = 'Safari, iPhone'`, [
        user.id,
      ])
    ).rows;
    const answer = await submitted(here, await here.get(path), { session: id });
    expect(answer).toMatchObject({ status: 303, location: path });
    expect([await isSignedIn(here), await isSignedIn(phone), await isSignedIn(other)]).toEqual([true, false, true]);
    const ended = (await idp.audited('sign_out')).filter(({ user_id: who }) => who === user.id);
    expect(ended).toMatchObject([{ session_id: id }]);
    const [own] = (await idp.database.pool.query(`SELECT id FROM sessions WHERE device = 'Firefox, Linux'`)).rows;
    await submitted(here, await here.get(path), { session: own?.id });
    expect(await isSignedIn(here)).toBe(true);
  });

  it('end all but this one', async () => {
    const { user, browsers } = await threeBrowsers();
    const [here, phone, other] = browsers;
    await submitted(here, await here.get(path), { session: 'others' });
    expect([await isSignedIn(here), await isSignedIn(phone), await isSignedIn(other)]).toEqual([true, false, false]);
    const mails = "SELECT template FROM outgoing_mails WHERE user_id = $1 AND template = 'sessions_ended'";
    expect((await idp.database.pool.query(mails, [user.id])).rowCount).toBe(1);
    expect(formsOf((await here.get(path)).text)).toEqual([]);
  });

  it('of others are out of reach', async () => {
    const { browsers } = await threeBrowsers();
    const { user: victim, browsers: theirs } = await threeBrowsers();
    const { rows } = await idp.database.pool.query('SELECT id FROM sessions WHERE user_id = $1', [victim.id]);
    const page = await browsers[0].get(path);
    for (const { id } of rows) await submitted(browsers[0], page, { session: id });
    for (const browser of theirs) expect(await isSignedIn(browser)).toBe(true);
  });

  it('end by no form of another session, page or site', async () => {
    const { browsers } = await threeBrowsers();
    const [here, phone] = browsers;
    const [form] = formsOf((await here.get(path)).text);
    expect((await phone.post(path, { ...form?.fields, session: 'others' })).status).toBe(403);
    expect((await here.post(path, { session: 'others' })).status).toBe(403);
    const crossSite = await here.post(path, { ...form?.fields }, { 'sec-fetch-site': 'cross-site' });
    expect(crossSite.status).toBe(403);
    expect(await isSignedIn(phone)).toBe(true);
  });

  it('end by no form of somebody who is not signed in', async () => {
    const answer = await idp.newBrowser().post(path, { session: 'others' });
    expect(answer).toMatchObject({ status: 303 });
    expect(answer.location).toContain('/interaction/');
  });
});
