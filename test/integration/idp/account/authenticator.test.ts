import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAccount, submitted } from '../../../support/account.js';
import type { Browser } from '../../../support/browser.js';
import { formsOf } from '../../../support/browser.js';
import { openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { bytesOfKey, codeOf } from '../../../support/second-factor.js';

const path = '/account/authenticator';

let idp: TestIdp;
beforeAll(async () => {
  idp = await openIdp();
});
afterAll(() => idp.close());

const secretOn = (page: string): Buffer => bytesOfKey(/id="key">([A-Z2-7 ]+)</.exec(page)?.[1] ?? '');
const codesOn = (page: string): string[] =>
  [...page.matchAll(/<code>([a-z2-9-]{23})<\/code>/g)].map(([, code]) => code ?? '');

const stored = async ({ id }: TestUser) => {
  const query = `SELECT (SELECT count(*)::integer FROM totp_authenticators WHERE user_id = $1) AS apps,
    (SELECT count(*)::integer FROM recovery_codes WHERE user_id = $1) AS codes`;
  return (await idp.database.pool.query(query, [id])).rows[0];
};

const mailed = async ({ id }: TestUser): Promise<string[]> =>
  (
    await idp.database.pool.query('SELECT template FROM outgoing_mails WHERE user_id = $1 ORDER BY template', [id])
  ).rows.map(({ template }) => template);

async function setUp(user: TestUser, browser: Browser = idp.newBrowser()) {
  const page = await openAccount(browser, user, path);
  const secret = secretOn(page.text);
  const done = await submitted(browser, page, { code: codeOf(idp, secret) });
  return { browser, page, secret, done, codes: codesOn(done.text) };
}

/** Signs in by password where a code is asked for besides. @returns the answer to the code */
async function codeIsTaken(user: TestUser, fields: Record<string, string>): Promise<boolean> {
  const browser = idp.newBrowser();
  const { location } = await browser.get('/account');
  const [login] = formsOf((await browser.get(location ?? '')).text);
  const sent = { ...login?.fields, identifier: user.username, password: user.password };
  const asked = await browser.get((await browser.post(login?.action ?? '', sent)).location ?? '');
  const [form] = formsOf(asked.text);
  return (await browser.post(form?.action ?? '', { ...form?.fields, ...fields })).status === 303;
}

describe('The authenticator app of an account', () => {
  it('is set up from a QR code or a key, and its recovery codes are shown once', async () => {
    const user = await idp.addUser();
    const { browser, page, secret, done, codes } = await setUp(user);
    expect(page.text).toContain('role="img" aria-label="QR code for the authenticator app"');
    expect(done.status).toBe(200);
    expect(new Set(codes).size).toBe(10);
    expect(await stored(user)).toEqual({ apps: 1, codes: 10 });
    expect(await mailed(user)).toEqual(['authenticator_added']);
    const shown = await browser.get(path);
    expect(shown.text).toContain('10 of your recovery codes are unused.');
    expect([codesOn(shown.text), shown.text.includes('id="key"')]).toEqual([[], false]);
    expect((await browser.get('/account/activity')).text).toContain('Set up an authenticator app');
    idp.clock.advance(60_000);
    expect(await codeIsTaken(user, { code: codeOf(idp, secret) })).toBe(true);
    expect(await codeIsTaken(user, { recovery_code: codes[4] ?? '' })).toBe(true);
    expect((await browser.get(path)).text).toContain('9 of your recovery codes are unused.');
    const secrets = [...codes, secret.toString('hex'), secret.toString('base64')];
    expect(secrets.filter((text) => idp.logged.join('\n').includes(text))).toEqual([]);
  });

  it('a wrong code sets nothing up, and the key stays the same', async () => {
    const user = await idp.addUser();
    const browser = idp.newBrowser();
    const page = await openAccount(browser, user, path);
    const wrong = await submitted(browser, page, { code: '000000' });
    expect([wrong.status, secretOn(wrong.text).equals(secretOn(page.text))]).toEqual([422, true]);
    expect(await stored(user)).toEqual({ apps: 0, codes: 0 });
  });

  it('of twenty at once one sets it up; another session does not set up a second', async () => {
    const user = await idp.addUser();
    const [here, there] = [idp.newBrowser(), idp.newBrowser()];
    const pages = [await openAccount(here, user, path), await openAccount(there, user, path)] as const;
    const code = codeOf(idp, secretOn(pages[0].text));
    const answers = await Promise.all(Array.from({ length: 20 }, () => submitted(here, pages[0], { code })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await submitted(there, pages[1], { code: codeOf(idp, secretOn(pages[1].text)) })).toMatchObject({
      status: 303,
    });
    expect(await stored(user)).toEqual({ apps: 1, codes: 10 });
  });

  it('is removed with its codes, told by mail, and does not come back with the same key', async () => {
    const user = await idp.addUser();
    const { browser, secret } = await setUp(user);
    const removed = await submitted(browser, await browser.get(path), { decision: 'remove' });
    expect(removed).toMatchObject({ status: 303, location: path });
    expect(await stored(user)).toEqual({ apps: 0, codes: 0 });
    expect(await mailed(user)).toEqual(['authenticator_added', 'authenticator_removed']);
    expect(secretOn((await browser.get(path)).text).equals(secret)).toBe(false);
  });

  it('new recovery codes replace the old ones as a set, whoever asks for them at once', async () => {
    const user = await idp.addUser();
    const { browser, codes: old } = await setUp(user);
    const page = await browser.get(path);
    const sets = await Promise.all(
      Array.from({ length: 20 }, async () => codesOn((await submitted(browser, page, { decision: 'codes' })).text)),
    );
    expect(await stored(user)).toEqual({ apps: 1, codes: 10 });
    expect(await mailed(user)).toContain('recovery_codes_replaced');
    expect(await codeIsTaken(user, { recovery_code: old[0] ?? '' })).toBe(false);
    const taken: boolean[] = [];
    for (const [code = ''] of sets) {
      taken.push(await codeIsTaken(user, { recovery_code: code }));
      idp.clock.advance(60_000);
    }
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it('is for somebody who proved within five minutes who they are', async () => {
    const user = await idp.addUser();
    const { browser } = await setUp(user);
    const page = await browser.get(path);
    idp.clock.advance(301_000);
    for (const decision of ['remove', 'codes']) {
      expect((await submitted(browser, page, { decision })).location).toContain('/interaction/');
    }
    expect(await stored(user)).toEqual({ apps: 1, codes: 10 });
  });
});
