import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../../src/crypto/digest.js';
import { renderMail } from '../../../../src/mail/render.js';
import { listMails } from '../../../../src/storage/mail/outgoing-mails.js';
import { disableUser } from '../../../../src/storage/people/user-changes.js';
import { type Answer, formsOf } from '../../../support/browser.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient, change } from '../../../support/rows.js';

const forgotten = '/oidc/v1/password/forgotten';
const newPassword = 'a new one that nobody knows';

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database);
});
afterAll(() => idp.close());

const rows = async (query: string, values: unknown[] = []) => (await idp.database.pool.query(query, values)).rows;

const ask = (identifier: string, headers: Record<string, string> = {}): Promise<Answer> =>
  idp.newBrowser(headers).post(forgotten, { identifier });

/** The paths of the links that a person was mailed, the newest first. */
async function linksOf({ email }: Pick<TestUser, 'email'>): Promise<string[]> {
  const mails = (await listMails(idp.database.sql, 100)).filter(({ recipient }) => recipient === email);
  const texts = mails
    .filter(({ template }) => template === 'password_reset')
    .map((mail) => renderMail(mail, idp.deps.config).text);
  return texts.map((text) => new URL(/http\S+reset\S+/.exec(text)?.[0] ?? '').pathname);
}

async function linkFor(user: TestUser): Promise<string> {
  expect((await ask(user.username)).status).toBe(200);
  const [link = ''] = await linksOf(user);
  return link;
}

async function use(link: string, password = newPassword): Promise<Answer> {
  const browser = idp.newBrowser();
  const [form] = formsOf((await browser.get(link)).text);
  return browser.post(link, { ...form?.fields, password });
}

const signIn = async (user: TestUser, password: string): Promise<number> => {
  const browser = idp.newBrowser();
  return (await idp.signIn(browser, await idp.start(client), { ...user, password })).status;
};

describe('A forgotten password', () => {
  it('is replaced by a link to the owner’s address, which works once', async () => {
    const user = await idp.addUser();
    await rows('UPDATE users SET email_verified = false WHERE id = $1', [user.id]);
    const link = await linkFor(user);
    const done = await use(link);
    expect([done.status, done.text.includes('Your password is changed')]).toEqual([200, true]);
    expect(await signIn(user, user.password)).toBe(422);
    expect(await signIn(user, newPassword)).toBe(303);
    expect((await idp.newBrowser().get(link)).status).toBe(410);
    expect(await rows('SELECT email_verified FROM users WHERE id = $1', [user.id])).toEqual([{ email_verified: true }]);
    expect(await idp.audited('password_reset')).toContainEqual(expect.objectContaining({ user_id: user.id }));
    const told = (await listMails(idp.database.sql, 100)).filter(({ recipient }) => recipient === user.email);
    expect(told.map(({ template }) => template)).toContain('password_changed');
  });

  it('ends every session and authorization grant, and every other link', async () => {
    const user = await idp.addUser();
    const browser = idp.newBrowser();
    await idp.signIn(browser, await idp.start(client), user);
    const [older, newer] = [await linkFor(user), await linkFor(user)];
    expect((await use(newer)).status).toBe(200);
    expect((await idp.newBrowser().get(older)).status).toBe(410);
    expect(await rows('SELECT FROM sessions WHERE user_id = $1', [user.id])).toEqual([]);
    expect((await browser.get(hub(await idp.start(client)))).text).toContain('name="password"');
  });

  it('leads back to the sign-in that was left for it, which goes on to the client with the new password', async () => {
    const [user, browser] = [await idp.addUser(), idp.newBrowser()];
    const interaction = await idp.start(client, { uiLocales: ['de'] });
    await browser.get(hub(interaction));
    expect((await browser.get(hub(interaction))).text).toContain('Anmelden');
    const back = `${hub(interaction)}?account=other`;
    expect((await browser.get(forgotten)).text).toContain(`href="${back}">Zurück zur Anmeldung`);
    const link = await linkFor(user);
    const [form] = formsOf((await browser.get(link)).text);
    const done = await browser.post(link, { ...form?.fields, password: newPassword });
    expect(done.text).toContain(`href="${back}">Zurück zur Anmeldung`);
    expect(browser.cookies.has('session')).toBe(false);
    expect((await idp.signIn(browser, interaction, { ...user, password: newPassword })).location).toBe(
      hub(interaction),
    );
    expect((await browser.get(hub(interaction))).text).toContain('Zugriff erlauben?');
  });

  it('twenty that use one link at once: one of them sets the password', async () => {
    const user = await idp.addUser();
    const link = await linkFor(user);
    const passwords = Array.from({ length: 20 }, (_, n) => `one of twenty passwords ${n}`);
    const browser = idp.newBrowser();
    const [form] = formsOf((await browser.get(link)).text);
    const answers = await Promise.all(passwords.map((password) => browser.post(link, { ...form?.fields, password })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(
      await rows(`SELECT FROM audit_events WHERE type = 'password_reset' AND user_id = $1`, [user.id]),
    ).toHaveLength(1);
  });

  it('a sign-in with the old password that is under way comes to nothing', async () => {
    const user = await idp.addUser();
    const link = await linkFor(user);
    const signingIn = await idp.database.pool.connect();
    await signingIn.query('BEGIN');
    await signingIn.query('SELECT FROM users WHERE id = $1 FOR SHARE', [user.id]);
    await signingIn.query(
      `INSERT INTO sessions (id, secret_hash, user_id, auth_time, amr, created_at, last_seen_at, ends_at, expires_at)
       VALUES (gen_random_uuid(), sha256('late'), $1, $2, '{pwd}', $2, $2, $3, $3)`,
      [user.id, idp.clock.now(), new Date(idp.clock.now().getTime() + 3_600_000)],
    );
    const reset = use(link);
    const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%mailed_links%'`;
    while ((await rows(waits)).length === 0);
    await signingIn.query('COMMIT');
    signingIn.release();
    expect((await reset).status).toBe(200);
    expect(await rows('SELECT FROM sessions WHERE user_id = $1', [user.id])).toEqual([]);
  });

  it('a link lives for half an hour', async () => {
    const user = await idp.addUser();
    const link = await linkFor(user);
    idp.clock.advance(30 * 60_000 + 1);
    expect((await idp.newBrowser().get(link)).status).toBe(410);
  });

  it.each([
    ['too short', 'Use at least 15 characters.'],
    ['liverpool1234567', 'It is one that everybody tries first.'],
  ])('%j is not taken, and the link stays good', async (password, problem) => {
    const user = await idp.addUser();
    const link = await linkFor(user);
    const refused = await use(link, password);
    expect([refused.status, refused.text.includes(problem)]).toEqual([422, true]);
    expect((await use(link)).status).toBe(200);
  });

  it('a program that opens the link uses nothing up, and a form from elsewhere is refused', async () => {
    const user = await idp.addUser();
    const link = await linkFor(user);
    for (let n = 0; n < 3; n += 1) expect((await idp.newBrowser().get(link)).status).toBe(200);
    expect((await idp.newBrowser().post(link, { password: newPassword })).status).toBe(403);
    expect(
      (await idp.newBrowser().post(link, { password: newPassword }, { origin: 'https://evil.example' })).status,
    ).toBe(403);
    expect((await use(link)).status).toBe(200);
  });

  it('a disabled account gets no link, and its link is good for nothing', async () => {
    const user = await idp.addUser();
    const link = await linkFor(user);
    await disableUser(idp.database.transactions, user.id, change);
    expect((await idp.newBrowser().get(link)).status).toBe(410);
    await ask(user.username);
    expect(await linksOf(user)).toHaveLength(1);
  });
});

describe('Nobody learns who has an account', () => {
  it('the answer and the statements are the same for a stranger’s name', async () => {
    const user = await idp.addUser();
    idp.database.statements();
    const known = await ask(user.username);
    const ran = idp.database.statements();
    const unknown = await ask('nobody-of-this-name');
    expect(unknown.text).toBe(known.text);
    expect([known.status, idp.database.statements()]).toEqual([unknown.status, ran]);
  });

  it('nobody is told by the time', async () => {
    const user = await idp.addUser();
    const time = async (identifier: string) => {
      const begun = performance.now();
      await ask(identifier, { 'x-forwarded-for': '192.0.2.77' });
      return performance.now() - begun;
    };
    for (const identifier of [user.username, 'nobody-of-this-name'])
      expect(await time(identifier)).toBeGreaterThan(149);
  });
});

describe('Links that are asked for', () => {
  it('are bounded for an address block, with Retry-After', async () => {
    const from = { 'x-forwarded-for': '192.0.2.1' };
    const answers = await Promise.all(Array.from({ length: 25 }, (_, n) => ask(`nobody-${n}`, from)));
    const turnedAway = answers.filter(({ status }) => status === 429);
    expect(turnedAway).toHaveLength(5);
    expect(Number(turnedAway[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask('nobody', { 'x-forwarded-for': '198.51.100.1' })).status).toBe(200);
  });

  it('are bounded for a person', async () => {
    const user = await idp.addUser();
    for (let n = 0; n < 9; n += 1) await ask(user.username, { 'x-forwarded-for': `203.0.113.${n}` });
    expect(await linksOf(user)).toHaveLength(idp.deps.config.mail.mostPerHour);
  });

  it('are nowhere in clear: not in the database, not in the log', async () => {
    const user = await idp.addUser();
    const link = await linkFor(user);
    await use(link);
    const secret = link.split('/').at(-1) ?? '';
    expect(secret).toHaveLength(43);
    for (const table of ['mailed_links', 'outgoing_mails', 'audit_events']) {
      expect(JSON.stringify(await rows(`SELECT to_jsonb(t) AS row FROM ${table} t`))).not.toContain(secret);
    }
    expect(await rows('SELECT FROM mailed_links WHERE secret_hash = $1', [hashToken(secret)])).toHaveLength(1);
    expect(idp.logged.join('\n')).not.toContain(secret);
  });

  it('are in the person’s language, and so are the pages', async () => {
    const user = await idp.addUser({ claims: { locale: 'de-AT' } });
    const page = await idp.newBrowser({ 'accept-language': 'de' }).get(forgotten);
    expect(page.text).toContain('Passwort vergessen?');
    await ask(user.username);
    const [mail] = (await listMails(idp.database.sql, 100)).filter(({ recipient }) => recipient === user.email);
    expect(mail && renderMail(mail, idp.deps.config).subject).toMatch(/^Ein neues Passwort/);
  });

  it('are not to be had where no mail is sent', async () => {
    const other = await openIdp({ beside: idp, config: { profile: 'production' } });
    expect((await other.newBrowser().get(forgotten)).status).toBe(404);
    await other.close();
  });
});
