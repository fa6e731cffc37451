import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../../src/crypto/digest.js';
import { renderMail } from '../../../../src/mail/render.js';
import { disableUser } from '../../../../src/storage/people/user-changes.js';
import { type Answer, type Browser, formsOf } from '../../../support/browser.js';
import { hub, openIdp, type TestIdp } from '../../../support/idp.js';
import { linksTo, mailsTo } from '../../../support/mailed-links.js';
import { addClient, change } from '../../../support/rows.js';

const signUp = '/oidc/v1/sign-up';
const wanted = { name: 'Ada Lovelace', password: 'an engine of my own' };

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database);
});
afterAll(() => idp.close());

const rows = async (query: string, values: unknown[] = []) => (await idp.database.pool.query(query, values)).rows;
const newAddress = () => `ada-${randomUUID().slice(0, 8)}@example.org`;
const userOf = (email: string) => rows('SELECT * FROM users WHERE email = $1', [email]);

/** Each from an address of its own, unless the test says otherwise. */
let asked = 0;
const ask = (email: string, browser: Browser = idp.newBrowser(), headers: Record<string, string> = {}) =>
  browser.post(signUp, { email }, { 'x-forwarded-for': `2001:db8:0:${(asked++).toString(16)}::1`, ...headers });

async function linkFor(email: string, browser?: Browser): Promise<string> {
  expect((await ask(email, browser)).status).toBe(200);
  const [link = ''] = await linksTo(idp, email, 'sign_up');
  return link;
}

async function use(link: string, browser = idp.newBrowser(), entered: Record<string, string> = wanted) {
  const [form] = formsOf((await browser.get(link)).text);
  return browser.post(link, { ...form?.fields, ...entered });
}

/** A browser that has come to the sign-in page. */
async function atSignIn(request = {}): Promise<{ browser: Browser; interaction: string; page: Answer }> {
  const browser = idp.newBrowser();
  const interaction = await idp.start(client, request);
  await browser.get(hub(interaction));
  return { browser, interaction, page: await browser.get(hub(interaction)) };
}

describe('Somebody without an account', () => {
  it('makes one by a link to their address, is signed in and goes on to the client', async () => {
    const { browser, interaction, page } = await atSignIn();
    expect(page.text).toContain(`href="${signUp}"`);
    expect((await browser.get(signUp)).text).toContain('Create an account');
    const email = newAddress();
    const link = await linkFor(email, browser);
    expect(await userOf(email)).toEqual([]);
    expect((await browser.get(link)).text).toContain(email);
    expect(await use(link, browser)).toMatchObject({ status: 303, location: hub(interaction) });
    const [user] = await userOf(email);
    expect(user).toMatchObject({ email_verified: true, claims: { name: wanted.name } });
    expect((await browser.get(hub(interaction))).text).toContain('Ada Lovelace');
    const [made] = await idp.audited('signed_up');
    expect(made).toMatchObject({ user_id: user.id });
    const signIns = (await idp.audited('sign_in')).filter(({ user_id: id }) => id === user.id);
    expect(signIns).toMatchObject([{ context: { amr: ['pwd'], client_id: client } }]);
    expect((await idp.newBrowser().get(link)).status).toBe(410);
  });

  it('comes by prompt=create, past the sign-in page, to which a link leads (OIDC Prompt Create §4.1)', async () => {
    const { browser, interaction, page } = await atSignIn({ prompts: ['create'] });
    expect(page).toMatchObject({ status: 303, location: signUp });
    const asks = await browser.get(signUp);
    expect(asks.text).toContain(`href="${hub(interaction)}?account=other"`);
    expect((await browser.get(`${hub(interaction)}?account=other`)).text).toContain('name="password"');
    expect(await use(await linkFor(newAddress(), browser), browser)).toMatchObject({ location: hub(interaction) });
    expect((await browser.get(hub(interaction))).text).toContain('Allow access?');
  });

  it('makes it in another browser, and is sent back to the application', async () => {
    const { browser } = await atSignIn();
    const email = newAddress();
    const done = await use(await linkFor(email, browser));
    expect([done.status, done.text.includes('Your account is ready')]).toEqual([200, true]);
    const user = { id: '', username: email, email, password: wanted.password };
    expect((await idp.signIn(idp.newBrowser(), await idp.start(client), user)).status).toBe(303);
  });

  it('is not signed in where the interaction is another browser’s', async () => {
    const { interaction } = await atSignIn();
    const thief = idp.newBrowser();
    await thief.get(hub(await idp.start(client)));
    thief.cookies.set('interaction', interaction);
    expect((await use(await linkFor(newAddress(), thief), thief)).status).toBe(200);
    expect(thief.cookies.has('session')).toBe(false);
  });

  it.each([
    ['too short', wanted.name, 'Use at least 15 characters.'],
    ['liverpool1234567', wanted.name, 'It is one that everybody tries first.'],
    ['Ada Lovelace 1815', wanted.name, 'It is made of your name or ours.'],
    [wanted.password, '  ', 'Enter your name.'],
  ])(
    'does not get one by the password %j and the name %j, and the link stays good',
    async (password, name, problem) => {
      const link = await linkFor(newAddress());
      const refused = await use(link, idp.newBrowser(), { password, name });
      expect([refused.status, refused.text.includes(problem)]).toEqual([422, true]);
      expect((await use(link)).status).toBe(200);
    },
  );

  it.each(['', 'ada', 'ada@', 'a b@example.org'])('gets no link to %j', async (email) => {
    const refused = await ask(email);
    expect([refused.status, refused.text.includes('Enter an e-mail address')]).toEqual([422, true]);
  });
});

describe('A link to a new account', () => {
  it('is used by one of twenty at once', async () => {
    const email = newAddress();
    const link = await linkFor(email);
    const [form] = formsOf((await idp.newBrowser().get(link)).text);
    const entered = { ...form?.fields, ...wanted };
    const answers = await Promise.all(Array.from({ length: 20 }, () => idp.newBrowser().post(link, entered)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(19);
    expect(await userOf(email)).toHaveLength(1);
  });

  it('says so where there is an account with the address by now', async () => {
    const email = newAddress();
    for (let n = 0; n < 2; n += 1) await ask(email);
    const [one = '', other = ''] = await linksTo(idp, email, 'sign_up');
    await use(one);
    const late = await use(other);
    expect([late.status, late.text.includes('You have an account already')]).toEqual([409, true]);
    expect(await userOf(email)).toHaveLength(1);
    expect((await idp.newBrowser().get(other)).status).toBe(410);
  });

  it('lives for a day', async () => {
    const link = await linkFor(newAddress());
    idp.clock.advance(24 * 3_600_000 + 1);
    expect((await idp.newBrowser().get(link)).status).toBe(410);
  });

  it('is not used up by a program that opens it, nor by a form from elsewhere', async () => {
    const link = await linkFor(newAddress());
    for (let n = 0; n < 3; n += 1) expect((await idp.newBrowser().get(link)).status).toBe(200);
    expect((await idp.newBrowser().post(link, wanted)).status).toBe(403);
    expect((await idp.newBrowser().post(link, wanted, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await use(link)).status).toBe(200);
  });

  it('is no link to a new password, nor the reverse', async () => {
    const [link, user] = [await linkFor(newAddress()), await idp.addUser()];
    await ask(user.email);
    const [reset = ''] = await linksTo(idp, user.email, 'account_exists');
    const secretOf = (path: string) => path.split('/').at(-1);
    expect((await idp.newBrowser().get(`/oidc/v1/password/reset/${secretOf(link)}`)).status).toBe(410);
    expect((await idp.newBrowser().get(`${signUp}/${secretOf(reset)}`)).status).toBe(410);
  });

  it('is nowhere in clear: not in the database, not in the log', async () => {
    const link = await linkFor(newAddress());
    await use(link);
    const secret = link.split('/').at(-1) ?? '';
    for (const table of ['mailed_links', 'outgoing_mails', 'audit_events'])
      expect(JSON.stringify(await rows(`SELECT to_jsonb(t) AS row FROM ${table} t`))).not.toContain(secret);
    expect(await rows('SELECT FROM mailed_links WHERE secret_hash = $1', [hashToken(secret)])).toHaveLength(1);
    expect(idp.logged.join('\n')).not.toContain(secret);
    expect(idp.logged.join('\n')).not.toContain(wanted.password);
  });
});

describe('Nobody learns who has an account', () => {
  it('who has one is told by mail, with a link to another password, and the page is the same', async () => {
    const user = await idp.addUser();
    const stranger = `${'x'.repeat(user.email.length - 12)}@example.com`;
    idp.database.statements();
    const known = await ask(user.email);
    const ran = idp.database.statements();
    const unknown = await ask(stranger);
    expect(unknown.text.replaceAll(stranger, user.email)).toBe(known.text);
    expect([unknown.status, idp.database.statements()]).toEqual([known.status, ran]);
    const [mail] = await mailsTo(idp, user.email, 'account_exists');
    expect(mail && renderMail(mail, idp.deps.config).subject).toBe('You have an account at Test Identity already');
    const [link = ''] = await linksTo(idp, user.email, 'account_exists');
    const done = await use(link, idp.newBrowser(), { password: 'another that nobody knows' });
    expect(done.text).toContain('Your password is changed');
  });

  it('an address in another spelling is the same', async () => {
    const user = await idp.addUser();
    await ask(user.email.toUpperCase());
    expect(await mailsTo(idp, user.email, 'account_exists')).toHaveLength(1);
  });

  it('a disabled account is told nothing', async () => {
    const user = await idp.addUser();
    await disableUser(idp.database.transactions, user.id, change);
    expect((await ask(user.email)).status).toBe(200);
    expect(await mailsTo(idp, user.email, 'account_exists')).toEqual([]);
    expect(await mailsTo(idp, user.email, 'sign_up')).toEqual([]);
  });
});

describe('Registration', () => {
  it('is bounded for an address block, with Retry-After, and for each recipient', async () => {
    const from = { 'x-forwarded-for': '192.0.2.9' };
    const answers = await Promise.all(Array.from({ length: 25 }, () => ask(newAddress(), idp.newBrowser(), from)));
    const turnedAway = answers.filter(({ status }) => status === 429);
    expect(turnedAway).toHaveLength(5);
    expect(Number(turnedAway[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    const email = newAddress();
    for (let n = 0; n < 9; n += 1) await ask(email);
    expect(await mailsTo(idp, email, 'sign_up')).toHaveLength(idp.deps.config.mail.mostPerHour);
  });

  it('speaks the language of the request that led there', async () => {
    const { browser } = await atSignIn({ uiLocales: ['de'] });
    expect((await browser.get(signUp)).text).toContain('Konto anlegen');
    const email = newAddress();
    await ask(email, browser);
    const [mail] = await mailsTo(idp, email, 'sign_up');
    expect(mail && renderMail(mail, idp.deps.config).subject).toBe('Ihr Konto bei Test Identity einrichten');
  });

  it.each([
    ['it is off', { registration: 'off' }],
    ['no mail is sent', { profile: 'production' }],
  ] as const)('is not there where %s', async (_name, config) => {
    const other = await openIdp({ beside: idp, config });
    const browser = other.newBrowser();
    expect((await browser.get(signUp)).status).toBe(404);
    const interaction = await other.start(client);
    await browser.get(hub(interaction));
    expect((await browser.get(hub(interaction))).text).not.toContain(signUp);
    await other.close();
  });
});
