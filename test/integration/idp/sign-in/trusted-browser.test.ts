import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sql } from '../../../../src/storage/connection/sql.js';
import { removeFactors } from '../../../../src/storage/factors/second-factors.js';
import { disableUser, enableUser, setPasswordHash } from '../../../../src/storage/people/user-changes.js';
import { endUserSessions } from '../../../../src/storage/sessions/sessions.js';
import { openAccount, submitted } from '../../../support/account.js';
import { type Browser, formsOf } from '../../../support/browser.js';
import { configuration } from '../../../support/configuration.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient, change } from '../../../support/rows.js';
import { addRecoveryCode, addTotp, answerChallenge, codeOf } from '../../../support/second-factor.js';

const day = 86_400_000;
const path = '/account/sessions';

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  idp = await openIdp({ config: { policy: { ...configuration.policy, trustedBrowsers: 30 * day } } });
  client = await addClient(idp.database);
});
afterAll(() => idp.close());
beforeEach(() => idp.clock.advance(60_000));

const rowsOf = async ({ id }: TestUser) =>
  (await idp.database.pool.query('SELECT * FROM trusted_browsers WHERE user_id = $1', [id])).rows;

/** Signs in by password. @returns whether a code is asked for besides */
async function isAsked(browser: Browser, user: TestUser, request: object = {}, to = client): Promise<boolean> {
  const interaction = await idp.start(to, { prompts: ['login'], ...request });
  await idp.signIn(browser, interaction, user);
  return (await browser.get(hub(interaction))).text.includes('Six-digit code');
}

async function trust(browser: Browser, user: TestUser, secret: Buffer, fields: Record<string, string> = {}) {
  const interaction = await idp.start(client, { prompts: ['login'] });
  await idp.signIn(browser, interaction, user);
  return answerChallenge(browser, interaction, { code: codeOf(idp, secret), trust: 'yes', ...fields });
}

async function trusted() {
  const [browser, user] = [idp.newBrowser({ 'user-agent': 'Firefox/140.0 (Linux)' }), await idp.addUser()];
  const secret = await addTotp(idp, user);
  const answer = await trust(browser, user, secret);
  idp.clock.advance(60_000);
  return { browser, user, secret, answer };
}

type Trusted = Awaited<ReturnType<typeof trusted>>;

/** Signed in there, too, with a code. */
async function otherBrowser({ user, secret }: Trusted): Promise<Browser> {
  const [browser, interaction] = [idp.newBrowser(), await idp.start(client)];
  await idp.signIn(browser, interaction, user);
  await answerChallenge(browser, interaction, { code: codeOf(idp, secret) });
  return browser;
}

describe('A browser in which no code is asked for', () => {
  it('is one in which somebody said so, beside a right code', async () => {
    const { browser, user, answer } = await trusted();
    const secret = browser.cookies.get('trusted_browser') ?? '';
    expect(answer.headers.getSetCookie().join()).toMatch(/trusted_browser=[\w-]{43};.*Max-Age=2592000;.*HttpOnly/);
    const [row] = await rowsOf(user);
    expect(row).toMatchObject({ device: 'Firefox, Linux' });
    expect(JSON.stringify(row)).not.toContain(secret);
    expect(idp.logged.join()).not.toContain(secret);
    expect(await isAsked(browser, user)).toBe(false);
    const sessions = await idp.database.pool.query('SELECT amr, acr FROM sessions WHERE user_id = $1', [user.id]);
    expect(sessions.rows).toEqual([{ amr: ['pwd'], acr: 'aal1' }]);
    const [used] = await rowsOf(user);
    expect(used).toEqual({ ...row, last_used_at: idp.clock.now() });
    const events = (await idp.audited('sign_in')).filter(({ user_id }) => user_id === user.id);
    expect(events.map(({ context }) => context)).toMatchObject([
      { trusted_browser: 'added' },
      { trusted_browser: 'used' },
    ]);
  });

  it('costs no statement of its own', async () => {
    const { browser, user } = await trusted();
    const interaction = await idp.start(client, { prompts: ['login'] });
    const [form] = formsOf((await browser.get(hub(interaction))).text);
    const asked: string[] = [];
    const { sql } = idp.database;
    const query: Sql['query'] = sql.query.bind(sql);
    sql.query = (statement, parameters) => {
      asked.push(statement.name);
      return query(statement, parameters);
    };
    await browser.post(form?.action ?? '', { ...form?.fields, identifier: user.username, password: user.password });
    sql.query = query;
    expect(asked).toEqual(['visit_interaction', 'look_for_sign_in', 'sign_in']);
  });

  it('is no other browser, and nobody else’s', async () => {
    const { browser, user } = await trusted();
    expect(await isAsked(idp.newBrowser(), user)).toBe(true);
    const other = await idp.addUser();
    const secret = await addTotp(idp, other);
    expect(await isAsked(browser, other)).toBe(true);
    await trust(browser, other, secret);
    expect([await isAsked(browser, other), await isAsked(browser, user)]).toEqual([false, false]);
  });

  it('is not believed a value that somebody else planted', async () => {
    const [browser, user] = [idp.newBrowser(), await idp.addUser()];
    const secret = await addTotp(idp, user);
    const planted = 'A'.repeat(43);
    browser.cookies.set('trusted_browser', planted);
    await trust(browser, user, secret);
    const thief = idp.newBrowser();
    thief.cookies.set('trusted_browser', planted);
    expect([await isAsked(thief, user), await isAsked(browser, user)]).toEqual([true, false]);
  });

  it('is none for a recovery code', async () => {
    const [browser, user] = [idp.newBrowser(), await idp.addUser()];
    const secret = await addTotp(idp, user);
    await addRecoveryCode(idp, user, 'ddddd-fghjk-mnpqr-stuvw');
    await trust(browser, user, secret, { code: '', recovery_code: 'ddddd-fghjk-mnpqr-stuvw' });
    expect(await rowsOf(user)).toEqual([]);
  });

  it('is asked after thirty days, whatever it was used for', async () => {
    const { browser, user } = await trusted();
    idp.clock.advance(15 * day);
    expect(await isAsked(browser, user)).toBe(false);
    idp.clock.advance(15 * day);
    expect(await isAsked(browser, user)).toBe(true);
  });

  it('twenty at most: a further one takes the place of the oldest', async () => {
    const { browser, user, secret } = await trusted();
    const fill = `INSERT INTO trusted_browsers SELECT sha256(n::text::bytea), gen_random_uuid(), user_id, device,
      created_at + n * interval '1 millisecond', last_used_at, expires_at FROM trusted_browsers, generate_series(1, 19) n WHERE user_id = $1`;
    await idp.database.pool.query(fill, [user.id]);
    await trust(idp.newBrowser(), user, secret);
    expect(await rowsOf(user)).toHaveLength(20);
    expect(await isAsked(browser, user)).toBe(true);
  });
});

describe('It stands for no factor (NIST SP 800-63B §4.2)', () => {
  it.each([[{ acrValues: ['aal2'] }], [{ acrValues: ['aal2'], essentialAcr: true }]])(
    '%j is asked for all the same',
    async (request) => {
      const { browser, user } = await trusted();
      expect(await isAsked(browser, user, request)).toBe(true);
    },
  );

  it('and so is what the operator demands', async () => {
    const { browser, user } = await trusted();
    expect(await isAsked(browser, user, {}, await addClient(idp.database, { minimum_acr: 'aal2' }))).toBe(true);
  });

  it('off by default: the page does not offer it, and a form that says so is not heard', async () => {
    const plain = await openIdp({ beside: idp, config: { policy: configuration.policy } });
    const [browser, user, interaction] = [plain.newBrowser(), await idp.addUser(), await idp.start(client)];
    const secret = await addTotp(idp, user);
    await plain.signIn(browser, interaction, user);
    expect((await browser.get(hub(interaction))).text).not.toContain('name="trust"');
    const answer = await answerChallenge(browser, interaction, { code: codeOf(idp, secret), trust: 'yes' });
    expect(answer.headers.getSetCookie().join()).not.toContain('trusted_browser');
    expect(await rowsOf(user)).toEqual([]);
    await plain.close();
  });
});

describe('What is sensitive at the account', () => {
  const leadsTo = async (browser: Browser, page: string) => {
    const { location } = await browser.get(page);
    return location === null ? 'the page' : (await browser.get(location)).text;
  };

  it('needs the code in a trusted browser, too', async () => {
    const { browser, user, secret } = await trusted();
    browser.cookies.delete('session');
    await openAccount(browser, user);
    for (const page of ['/account/authenticator', '/account/password', '/account/passkeys'])
      expect(await leadsTo(browser, page)).toContain('Six-digit code');
    const interaction = (await browser.get('/account/authenticator')).location?.split('/').at(-1) ?? '';
    await answerChallenge(browser, interaction, { code: codeOf(idp, secret) });
    expect(await leadsTo(browser, '/account/authenticator')).toBe('the page');
    expect(await leadsTo(browser, '/account/password')).toBe('the page');
  });

  it('needs the passkey of who has one only where factors are changed: it may be lost', async () => {
    const [browser, user] = [idp.newBrowser(), await idp.addUser()];
    const passkey = `INSERT INTO passkeys (credential_id, user_id, public_key, counter, transports, device_type, backed_up, aaguid, name, created_at)
      VALUES (sha256($1::text::bytea), $1::uuid, '\\x00', 0, '{}', 'multi', true, gen_random_uuid(), 'Phone', $2)`;
    await idp.database.pool.query(passkey, [user.id, idp.clock.now()]);
    idp.clock.advance(1_000);
    await openAccount(browser, user);
    for (const page of ['/account/authenticator', '/account/passkeys'])
      expect(await leadsTo(browser, page)).toContain('Your passkey is needed');
    expect(await leadsTo(browser, '/account/password')).toBe('the page');
  });
});

describe('It is over with', () => {
  const transactions = () => idp.database.transactions;
  const now = () => ({ ...change, now: idp.clock.now() });
  it.each<[string, (the: Trusted) => Promise<unknown>]>([
    [
      'another password',
      async ({ user }) => setPasswordHash(transactions(), user.id, await idp.deps.passwords.hash(user.password), now()),
    ],
    [
      'a change of the password by another release',
      ({ user }) =>
        idp.database.pool.query('UPDATE users SET password_changed_at = $2 WHERE id = $1', [user.id, idp.clock.now()]),
    ],
    [
      'another authenticator app',
      ({ user }) =>
        idp.database.pool.query('UPDATE totp_authenticators SET created_at = $2 WHERE user_id = $1', [
          user.id,
          idp.clock.now(),
        ]),
    ],
    [
      'reset-factor',
      async ({ user }) => {
        await removeFactors(transactions(), user.id, ['totp'], now());
        await addTotp(idp, user);
      },
    ],
    ['end-sessions', ({ user }) => endUserSessions(transactions(), user.id, now())],
    [
      'a disabled account',
      async ({ user }) => {
        await disableUser(transactions(), user.id, now());
        await enableUser(transactions(), user.id, now());
      },
    ],
    [
      '“sign out everywhere else” in another browser',
      async (the) => {
        const browser = await otherBrowser(the);
        await submitted(browser, await browser.get(path), { session: 'others' });
      },
    ],
    [
      'its own button',
      async (the) => {
        const browser = await otherBrowser(the);
        const [{ id }] = await rowsOf(the.user);
        await submitted(browser, await browser.get(path), { trusted_browser: id });
      },
    ],
  ])('%s', async (_name, end) => {
    const the = await trusted();
    await end(the);
    idp.clock.advance(60_000);
    expect(await isAsked(the.browser, the.user)).toBe(true);
  });

  it('… at the very moment of a sign-in: that is asked for a code', async () => {
    const { browser, user } = await trusted();
    const { sql } = idp.database;
    const query: Sql['query'] = sql.query.bind(sql);
    sql.query = async (statement, parameters) => {
      const result = await query(statement, parameters);
      if (statement.name === 'look_for_sign_in')
        await idp.database.pool.query('DELETE FROM trusted_browsers WHERE user_id = $1', [user.id]);
      return result;
    };
    const asked = await isAsked(browser, user);
    sql.query = query;
    expect(asked).toBe(true);
  });
});

describe('The account page of trusted browsers', () => {
  it('says which they are, and ends all of them', async () => {
    const { browser, user, secret } = await trusted();
    await trust(idp.newBrowser(), user, secret);
    const page = await openAccount(browser, user, path);
    expect(page.text).toContain('Browsers that do not ask for a code');
    const named = formsOf(page.text).flatMap(({ fields }) => fields.trusted_browser ?? []);
    expect(named).toEqual([expect.any(String), expect.any(String), 'all']);
    const [form] = formsOf(page.text).filter(({ fields }) => fields.trusted_browser !== undefined);
    await browser.post(form?.action ?? '', { ...form?.fields, trusted_browser: 'nonsense' });
    expect(await rowsOf(user)).toHaveLength(2);
    await submitted(browser, page, { trusted_browser: 'all' });
    expect(await rowsOf(user)).toEqual([]);
    expect((await browser.get(path)).text).not.toContain('do not ask for a code');
    const events = (await idp.audited('user_changed')).filter(({ user_id }) => user_id === user.id);
    expect(events.map(({ context }) => context)).toMatchObject([{ change: 'trusted browsers removed' }]);
  });

  it('“sign out everywhere else” leaves this browser as it is', async () => {
    const the = await trusted();
    await otherBrowser(the);
    const here = await openAccount(the.browser, the.user, path);
    await submitted(the.browser, here, { session: 'others' });
    expect(await isAsked(the.browser, the.user)).toBe(false);
  });

  it('nobody ends another’s', async () => {
    const [{ browser, user }, other] = [await trusted(), await trusted()];
    const page = await openAccount(browser, user, path);
    const [row] = await rowsOf(other.user);
    const [form] = formsOf(page.text).filter(({ fields }) => fields.trusted_browser !== undefined);
    await browser.post(form?.action ?? '', { ...form?.fields, trusted_browser: row.id });
    expect(await rowsOf(other.user)).toHaveLength(1);
  });
});
