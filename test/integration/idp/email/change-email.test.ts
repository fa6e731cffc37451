import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { renderMail } from '../../../../src/mail/render.js';
import { disableUser } from '../../../../src/storage/people/user-changes.js';
import { openAccount, submitted } from '../../../support/account.js';
import { type Answer, type Browser, formsOf } from '../../../support/browser.js';
import { openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { linksTo, mailsTo } from '../../../support/mailed-links.js';
import { change } from '../../../support/rows.js';

let idp: TestIdp;
beforeAll(async () => {
  idp = await openIdp();
});
afterAll(() => idp.close());

const rows = async (query: string, values: unknown[] = []) => (await idp.database.pool.query(query, values)).rows;
const newAddress = () => `ada-${randomUUID().slice(0, 8)}@example.org`;
const emailOf = async ({ id }: TestUser) =>
  (await rows('SELECT email, email_verified FROM users WHERE id = $1', [id]))[0];

/** Somebody at the page of their address. */
async function signedIn(user: TestUser): Promise<{ browser: Browser; page: Answer }> {
  const browser = idp.newBrowser();
  return { browser, page: await openAccount(browser, user, '/account/email') };
}

async function linkFor(user: TestUser, email: string): Promise<{ browser: Browser; link: string }> {
  const { browser, page } = await signedIn(user);
  const asked = await submitted(browser, page, { email });
  expect([asked.status, asked.text.includes(email)]).toEqual([200, true]);
  const [link = ''] = await linksTo(idp, email, 'change_email');
  return { browser, link };
}

async function use(browser: Browser, link: string): Promise<Answer> {
  const [form] = formsOf((await browser.get(link)).text);
  return browser.post(link, { ...form?.fields });
}

/** @returns the link that the address before was mailed */
async function changed(user: TestUser, to: string, from = user.email): Promise<string> {
  const { browser, link } = await linkFor(user, to);
  expect(await use(browser, link)).toMatchObject({ status: 303, location: '/account' });
  const [undo = ''] = await linksTo(idp, from, 'email_changed');
  return undo;
}

describe('Another e-mail address', () => {
  it('is the account’s once the link that went there is used, and the one before is told', async () => {
    const [user, email] = [await idp.addUser(), newAddress()];
    const { browser, link } = await linkFor(user, email);
    expect(await emailOf(user)).toMatchObject({ email: user.email });
    expect(await use(browser, link)).toMatchObject({ status: 303, location: '/account' });
    expect(await emailOf(user)).toEqual({ email, email_verified: true });
    expect((await browser.get('/account')).text).toContain(email);
    const [told] = await mailsTo(idp, user.email, 'email_changed');
    expect(told && renderMail(told, idp.deps.config).subject).toContain('was changed');
    const audited = (await idp.audited('user_changed')).filter(({ user_id: id }) => id === user.id);
    expect(audited).toMatchObject([{ context: { change: 'e-mail address set' } }]);
    expect((await browser.get(link)).status).toBe(410);
  });

  it('proves the one that there is, of which nobody is told', async () => {
    const user = await idp.addUser();
    await rows('UPDATE users SET email_verified = false WHERE id = $1', [user.id]);
    const { browser, page } = await signedIn(user);
    expect(page.text).toContain(`value="${user.email}"`);
    await submitted(browser, page, { email: user.email });
    const [link = ''] = await linksTo(idp, user.email, 'change_email');
    expect((await use(browser, link)).status).toBe(303);
    expect(await emailOf(user)).toEqual({ email: user.email, email_verified: true });
    expect(await mailsTo(idp, user.email, 'email_changed')).toEqual([]);
  });

  it('is not set by a link in a browser in which nobody or somebody else is signed in', async () => {
    const [user, other, email] = [await idp.addUser(), await idp.addUser(), newAddress()];
    const { link } = await linkFor(user, email);
    const { browser: others } = await signedIn(other);
    for (const browser of [idp.newBrowser(), others]) {
      expect((await browser.get(link)).text).toContain('Sign in to your account in this browser');
      expect((await browser.post(link, {})).text).toContain('Sign in to your account in this browser');
    }
    expect(await emailOf(user)).toMatchObject({ email: user.email });
  });

  it('is refused where it is another’s, and only whoever reads what is sent there learns so', async () => {
    const [user, other] = [await idp.addUser(), await idp.addUser()];
    const { browser, link } = await linkFor(user, other.email);
    expect((await use(browser, link)).status).toBe(409);
    expect(await emailOf(user)).toMatchObject({ email: user.email });
  });

  it.each([
    ['is none', () => 'nobody', 'Enter an e-mail address'],
    ['is theirs already', (user: TestUser) => user.email.toUpperCase(), 'This is your address already'],
  ])('is refused where it %s', async (_name, email, fault) => {
    const user = await idp.addUser();
    await rows('UPDATE users SET email_verified = true WHERE id = $1', [user.id]);
    const { browser, page } = await signedIn(user);
    const refused = await submitted(browser, page, { email: email(user) });
    expect([refused.status, refused.text.includes(fault)]).toEqual([422, true]);
  });

  it('twenty that use one link at once: one of them sets it, and the one before is told once', async () => {
    const [user, email] = [await idp.addUser(), newAddress()];
    const { browser, link } = await linkFor(user, email);
    const [form] = formsOf((await browser.get(link)).text);
    const all = await Promise.all(Array.from({ length: 20 }, () => browser.post(link, { ...form?.fields })));
    expect(all.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(all.filter(({ status }) => status === 410)).toHaveLength(19);
    expect(await mailsTo(idp, user.email, 'email_changed')).toHaveLength(1);
  });

  it('voids links to a new password that wait in the mailbox before; the link lives for a day', async () => {
    const [user, email] = [await idp.addUser(), newAddress()];
    await idp.newBrowser().post('/oidc/v1/password/forgotten', { identifier: user.username });
    const [reset = ''] = await linksTo(idp, user.email, 'password_reset');
    await changed(user, email);
    expect((await idp.newBrowser().get(reset)).status).toBe(410);
    const { browser, link } = await linkFor(user, newAddress());
    idp.clock.advance(24 * 3_600_000 + 1);
    expect((await browser.get(link)).status).toBe(410);
  });
});

describe('The link that puts an address back', () => {
  it('does so for whoever reads what is sent there, and signs everybody out', async () => {
    const [user, email] = [await idp.addUser(), newAddress()];
    const undo = await changed(user, email);
    expect(undo).toContain('/email/undo/');
    idp.clock.advance(6 * 24 * 3_600_000);
    const browser = idp.newBrowser();
    for (let n = 0; n < 2; n += 1) expect((await browser.get(undo)).text).toContain(user.email);
    expect((await idp.newBrowser().post(undo, {})).status).toBe(403);
    expect((await use(browser, undo)).text).toContain('The change is undone');
    expect(await emailOf(user)).toEqual({ email: user.email, email_verified: true });
    expect(await rows('SELECT FROM sessions WHERE user_id = $1', [user.id])).toEqual([]);
    expect((await browser.get(undo)).status).toBe(410);
  });

  it('outlives other passwords, and lives for seven days', async () => {
    const [user, email] = [await idp.addUser(), newAddress()];
    const undo = await changed(user, email);
    await idp.newBrowser().post('/oidc/v1/password/forgotten', { identifier: user.username });
    const [reset = ''] = await linksTo(idp, email, 'password_reset');
    const thief = idp.newBrowser();
    const [form] = formsOf((await thief.get(reset)).text);
    const password = 'one that a thief has chosen';
    expect((await thief.post(reset, { ...form?.fields, password })).status).toBe(200);
    const page = await openAccount(thief, { ...user, password }, '/account/password');
    const again = 'another that a thief has chosen';
    expect((await submitted(thief, page, { password: again, repeated: again })).status).toBe(303);
    expect((await idp.newBrowser().get(undo)).status).toBe(200);
    idp.clock.advance(7 * 24 * 3_600_000 + 1);
    expect((await idp.newBrowser().get(undo)).status).toBe(410);
  });

  it('undoes what came after, too, whose own links are void then', async () => {
    const user = await idp.addUser();
    const [second, third] = [newAddress(), newAddress()];
    const undo = await changed(user, second);
    idp.clock.advance(1_000);
    const later = await changed(user, third, second);
    expect((await use(idp.newBrowser(), undo)).status).toBe(200);
    expect(await emailOf(user)).toMatchObject({ email: user.email });
    expect((await idp.newBrowser().get(later)).status).toBe(410);
  });

  it('leaves those from before as they are', async () => {
    const user = await idp.addUser();
    const second = newAddress();
    const undo = await changed(user, second);
    idp.clock.advance(1_000);
    const later = await changed(user, newAddress(), second);
    expect((await use(idp.newBrowser(), later)).status).toBe(200);
    expect(await emailOf(user)).toMatchObject({ email: second });
    expect((await use(idp.newBrowser(), undo)).status).toBe(200);
    expect(await emailOf(user)).toMatchObject({ email: user.email });
  });

  it('twenty that use it at once: one of them does', async () => {
    const user = await idp.addUser();
    const undo = await changed(user, newAddress());
    const browser = idp.newBrowser();
    const [form] = formsOf((await browser.get(undo)).text);
    const all = await Promise.all(Array.from({ length: 20 }, () => browser.post(undo, { ...form?.fields })));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(all.filter(({ status }) => status === 410)).toHaveLength(19);
  });

  it('is refused where the address is another’s by now, and where the account is disabled', async () => {
    const user = await idp.addUser();
    const undo = await changed(user, newAddress());
    const other = await idp.addUser();
    await rows('UPDATE users SET email = $2, email_key = $2 WHERE id = $1', [other.id, user.email]);
    expect((await use(idp.newBrowser(), undo)).status).toBe(409);
    await disableUser(idp.database.transactions, user.id, change);
    expect((await idp.newBrowser().get(undo)).status).toBe(410);
  });
});

describe('The page of the address', () => {
  it('and its links are in nobody’s log or database in clear', async () => {
    const user = await idp.addUser();
    const { browser, link } = await linkFor(user, newAddress());
    await use(browser, link);
    const [undo = ''] = await linksTo(idp, user.email, 'email_changed');
    await use(idp.newBrowser(), undo);
    for (const secret of [link, undo].map((path) => path.split('/').at(-1) ?? '')) {
      for (const table of ['mailed_links', 'outgoing_mails', 'audit_events'])
        expect(JSON.stringify(await rows(`SELECT to_jsonb(t) AS row FROM ${table} t`))).not.toContain(secret);
      expect(idp.logged.join('\n')).not.toContain(secret);
    }
  });

  it('speaks German', async () => {
    const user = await idp.addUser({ claims: { locale: 'de' } });
    const { browser, page } = await signedIn(user);
    expect(page.text).toContain('E-Mail-Adresse');
    const email = newAddress();
    await submitted(browser, page, { email });
    const [mail] = await mailsTo(idp, email, 'change_email');
    expect(mail && renderMail(mail, idp.deps.config).subject).toContain('bestätigen');
  });

  it('is not there where no mail is sent', async () => {
    const other = await openIdp({ beside: idp, config: { profile: 'production' } });
    const browser = other.newBrowser();
    expect((await browser.get('/account/email')).status).toBe(404);
    expect((await openAccount(browser, await idp.addUser())).text).not.toContain('/account/email');
    await other.close();
  });
});
