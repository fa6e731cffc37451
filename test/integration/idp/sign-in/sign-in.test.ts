import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { OverloadedError } from '../../../../src/crypto/hashing-queue.js';
import { createPasswordHasher } from '../../../../src/crypto/password.js';
import { storablePasswordHash } from '../../../../src/protocol/password/hash.js';
import { disableUser, setPasswordHash } from '../../../../src/storage/people/user-changes.js';
import { type Answer, type Browser, formsOf } from '../../../support/browser.js';
import { configuration } from '../../../support/configuration.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { importedHashes } from '../../../support/imported-hashes.js';
import { addClient, change } from '../../../support/rows.js';

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database);
});
afterAll(() => idp.close());
afterEach(() => idp.clock.advance(2 * 60 * 60_000));

interface Typed {
  readonly identifier: string;
  readonly password: string;
}

const loginForm = async (browser: Browser) => {
  const interaction = await idp.start(client);
  if (!browser.cookies.has('browser')) await browser.get(hub(interaction));
  const [form] = formsOf((await browser.get(`${hub(interaction)}?account=other`)).text);
  if (!form) throw new Error('there is no login form');
  return { ...form, interaction };
};

const tryToSignIn = async (browser: Browser, typed: Typed, headers = {}): Promise<Answer> => {
  const form = await loginForm(browser);
  return browser.post(form.action, { ...form.fields, ...typed }, headers);
};

const wrong = (user: TestUser): Typed => ({ identifier: user.username, password: 'wrong' });
const right = (user: TestUser): Typed => ({ identifier: user.username, password: user.password });
const from = (address: string) => ({ 'x-forwarded-for': address });

describe('Sign-in by password', () => {
  it.each([
    ['username', (user: TestUser) => user.username],
    ['e-mail address', (user: TestUser) => user.email],
    ['another case', (user: TestUser) => user.email.toUpperCase()],
    ['spaces around', (user: TestUser) => ` ${user.username} `],
  ])('by %s', async (_name, identifierOf) => {
    const user = await idp.addUser();
    const browser = idp.newBrowser();
    const answer = await tryToSignIn(browser, { identifier: identifierOf(user), password: user.password });
    expect(answer.status).toBe(303);
    expect(browser.cookies.get('session')).toMatch(/^[\w-]{43}$/);
  });

  it('writes the session, the audit row and nothing secret', async () => {
    const user = await idp.addUser();
    const browser = idp.newBrowser();
    await tryToSignIn(browser, right(user));
    const [event] = (await idp.audited('sign_in')).filter(({ user_id }) => user_id === user.id);
    expect(event?.context).toMatchObject({
      amr: ['pwd'],
      client_id: client,
      address: '127.0.0.1',
      request_id: expect.any(String),
    });
    const dump = JSON.stringify((await idp.database.pool.query('SELECT * FROM sessions, audit_events')).rows);
    const secrets = [user.password, browser.cookies.get('session') ?? '-', browser.cookies.get('browser') ?? '-'];
    for (const secret of secrets) {
      expect(dump).not.toContain(secret);
      expect(idp.logged.join('\n')).not.toContain(secret);
    }
  });

  it('S27: by every spelling that is one name', async () => {
    const user = await idp.addUser({ username: 'ΟΔΥΣΣΕΎΣ' });
    for (const identifier of ['ΟΔΥΣΣΕΎΣ', 'Οδυσσεύς', 'οδυσσεύς']) {
      expect((await tryToSignIn(idp.newBrowser(), { identifier, password: user.password })).status).toBe(303);
    }
  });

  it('takes up no session that somebody else prepared (session fixation)', async () => {
    const [attacker, victim] = [await idp.addUser(), await idp.addUser()];
    const prepared = idp.newBrowser();
    await tryToSignIn(prepared, right(attacker));
    const fixed = prepared.cookies.get('session') ?? '';
    const browser = idp.newBrowser();
    browser.cookies.set('session', fixed);
    await tryToSignIn(browser, right(victim));
    expect(browser.cookies.get('session')).not.toBe(fixed);
    expect((await prepared.get(hub(await idp.start(client)))).text).toContain('name="password"');
  });

  it('sets a cookie for this host only, unreadable for scripts, gone with the window', async () => {
    const answer = await tryToSignIn(idp.newBrowser(), right(await idp.addUser()));
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('session='));
    expect(cookie).toMatch(/; Path=\/(;|$)/);
    expect(cookie).toMatch(/; HttpOnly/i);
    expect(cookie).toMatch(/; SameSite=Lax/i);
    expect(cookie).not.toMatch(/Domain|Max-Age|Expires/i);
  });

  it('replaces a hash made with other parameters, and only then', async () => {
    const old = createPasswordHasher({ ...configuration.password, iterations: 2 });
    const hash = await old.hash('old password');
    const user = await idp.addUser({ hash });
    const stored = async () =>
      (await idp.database.pool.query('SELECT password_hash FROM users WHERE id = $1', [user.id])).rows[0].password_hash;
    await tryToSignIn(idp.newBrowser(), { identifier: user.username, password: 'not it' });
    expect(await stored()).toBe(hash);
    await tryToSignIn(idp.newBrowser(), { identifier: user.username, password: 'old password' });
    const replaced = await stored();
    expect(replaced).toContain('m=8,t=1,p=1');
    const again = await tryToSignIn(idp.newBrowser(), { identifier: user.username, password: 'old password' });
    expect(again.status).toBe(303);
    expect(await stored()).toBe(replaced);
  });

  it.each([
    ['identifier', { identifier: '  ', password: 'x' }, 'Enter your username or e-mail.'],
    ['password', { identifier: 'somebody', password: '' }, 'Enter your password.'],
  ])('asks for a missing %s without looking anybody up', async (_name, typed, text) => {
    const browser = idp.newBrowser();
    const form = await loginForm(browser);
    idp.database.statements();
    const answer = await browser.post(form.action, { ...form.fields, ...typed });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(text);
    expect(idp.database.statements()).toEqual(['visit_interaction']);
  });

  it('escapes what was typed', async () => {
    const answer = await tryToSignIn(idp.newBrowser(), { identifier: '"><script>alert(1)</script>', password: 'x' });
    expect(answer.text).not.toContain('<script>');
  });
});

describe('An account that changes while its password is judged (S4)', () => {
  const signInWhile = async (user: TestUser, changed: () => Promise<unknown>) => {
    const { verify } = idp.deps.passwords;
    idp.deps.passwords.verify = async (...asked) => {
      const match = await verify(...asked);
      idp.deps.passwords.verify = verify;
      await changed();
      return match;
    };
    const browser = idp.newBrowser();
    const answer = await tryToSignIn(browser, right(user));
    return [answer.status, browser.cookies.has('session')];
  };
  const transactions = () => idp.database.transactions;

  it('S4: the old password is wrong from the moment it is changed', async () => {
    const user = await idp.addUser();
    const hash = await idp.deps.passwords.hash('another password');
    expect(await signInWhile(user, () => setPasswordHash(transactions(), user.id, hash, change))).toEqual([422, false]);
    expect((await tryToSignIn(idp.newBrowser(), { ...right(user), password: 'another password' })).status).toBe(303);
  });

  it('S4: a disabled account begins no session', async () => {
    const user = await idp.addUser();
    expect(await signInWhile(user, () => disableUser(transactions(), user.id, change))).toEqual([422, false]);
  });

  it('a hash that another sign-in made anew of the same password is as good', async () => {
    const user = await idp.addUser();
    const hash = await createPasswordHasher({ ...configuration.password, iterations: 2 }).hash(user.password);
    const rehash = 'UPDATE users SET password_hash = $2 WHERE id = $1';
    expect(await signInWhile(user, () => idp.database.pool.query(rehash, [user.id, hash]))).toEqual([303, true]);
  });
});

describe('Who has an account stays unknown (ASVS §2.2.1)', () => {
  const shape = (answer: Answer, typed: Typed) => ({
    status: answer.status,
    text: answer.text
      .replaceAll(typed.identifier, '')
      .replaceAll(/name="csrf" value="[^"]*"/g, '')
      .replaceAll(/data-options="[^"]*"/g, '')
      .replaceAll(/[\w-]{22}(?=["?])/g, ''),
    headers: [...answer.headers.keys()].sort(),
  });

  it('unknown, wrong, disabled and without password: one answer', async () => {
    const [known, disabled, passwordless] = [
      await idp.addUser(),
      await idp.addUser(),
      await idp.addUser({ hash: null }),
    ];
    await disableUser(idp.database.transactions, disabled.id, change);
    const attempts = [
      wrong(known),
      { identifier: `nobody-${randomUUID().slice(0, 8)}`, password: 'wrong' },
      right(disabled),
      right(passwordless),
    ];
    const shapes = [];
    for (const typed of attempts) shapes.push(shape(await tryToSignIn(idp.newBrowser(), typed), typed));
    expect(shapes[0]?.status).toBe(422);
    for (const other of shapes) expect(other).toEqual(shapes[0]);
  });

  it('the same statements and the same hashing for an unknown user', async () => {
    const user = await idp.addUser();
    const path = async (typed: Typed) => {
      const browser = idp.newBrowser();
      const form = await loginForm(browser);
      idp.database.statements();
      await browser.post(form.action, { ...form.fields, ...typed });
      return idp.database.statements();
    };
    expect(await path({ identifier: 'nobody-at-all', password: 'x' })).toEqual(await path(wrong(user)));
  });

  it('S23: after parameters have been raised, unknown users have old and new ones as the others do', async () => {
    const small = await openIdp();
    const old = createPasswordHasher({ ...configuration.password, iterations: 2 });
    for (let n = 0; n < 8; n += 1) await small.addUser(n % 2 ? {} : { hash: await old.hash('old password') });
    const parametersOf: (string | null | undefined)[] = [];
    const { verify } = small.deps.passwords;
    small.deps.passwords.verify = (encoded, password, how) => {
      parametersOf.push(how?.parameters);
      return verify(encoded, password, how);
    };
    const application = await addClient(small.database);
    const tryAs = async (username: string) => {
      const nobody = { id: '', email: '', username, password: 'x' };
      await small.signIn(small.newBrowser(), await small.start(application), nobody);
      return parametersOf.pop() ?? '';
    };
    const first = [];
    for (let n = 0; n < 24; n += 1) first.push(await tryAs(`nobody-${n}`));
    for (let n = 0; n < 4; n += 1) expect(await tryAs(`NOBODY-${n}`)).toBe(first[n]);
    expect(new Set(first)).toEqual(new Set(['$argon2id$v=19$m=8,t=1,p=1$', '$argon2id$v=19$m=8,t=2,p=1$']));
    await small.close();
  });

  it('S23: where people were imported, unknown users take as long as they do', async () => {
    const { addUser, start, signIn, newBrowser, deps, database, close } = await openIdp();
    await addUser();
    const application = await addClient(database);
    const asked: (string | null | undefined)[] = [];
    const { verify } = deps.passwords;
    deps.passwords.verify = (encoded, password, how) => {
      asked.push(how?.parameters);
      return verify(encoded, password, how);
    };
    for (const [kind, text] of Object.entries(importedHashes)) {
      const hash = storablePasswordHash(text) ?? '';
      await database.pool.query('UPDATE users SET password_hash = $1', [hash]);
      const nobody = { id: '', email: '', username: `nobody ${kind}`, password: 'x' };
      await signIn(newBrowser(), await start(application), nobody);
      expect(hash.startsWith(asked.at(-1) ?? 'none')).toBe(true);
      expect(asked.at(-1)).toMatch(/^\$.*\$$/);
    }
    await close();
  });

  it('the log says which it was, the audit trail for whom, and neither what was typed', async () => {
    const user = await idp.addUser();
    const typed = { identifier: user.username, password: `typed ${randomUUID()}` };
    await tryToSignIn(idp.newBrowser(), typed);
    const [event] = (await idp.audited('sign_in_failed')).filter(({ user_id }) => user_id === user.id);
    expect(event).toMatchObject({ client_id: client, context: { reason: 'wrong_credentials', address: '127.0.0.1' } });
    const line = idp.logged.find((text) => text.includes('sign in failed') && text.includes(user.id));
    expect(line).toContain('wrong_credentials');
    expect(idp.logged.join('\n')).not.toContain(typed.password);
    expect(idp.logged.join('\n')).not.toContain(user.username);
  });
});

describe('Growing delays (NIST SP 800-63B §5.2.2)', () => {
  const fail = async (user: TestUser, times: number, headers = {}) => {
    for (let n = 0; n < times; n += 1)
      expect((await tryToSignIn(idp.newBrowser(), wrong(user), headers)).status).toBe(422);
  };

  it('grow with the failures, are told with Retry-After, and pass', async () => {
    const user = await idp.addUser();
    await fail(user, 4);
    const seconds = [];
    for (const expected of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const delayed = await tryToSignIn(idp.newBrowser(), right(user));
      expect(delayed.status).toBe(429);
      expect(delayed.text).toContain('Too many attempts');
      seconds.push(Number(delayed.headers.get('retry-after')));
      idp.clock.advance(expected * 1000);
      await fail(user, 1);
    }
    expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    idp.clock.advance(60_000);
    expect((await tryToSignIn(idp.newBrowser(), right(user))).status).toBe(303);
  });

  it('are forgiven by a success, and forgotten in time', async () => {
    const user = await idp.addUser();
    await fail(user, 3);
    expect((await tryToSignIn(idp.newBrowser(), right(user))).status).toBe(303);
    await fail(user, 4);
    idp.clock.advance(60 * 60_000);
    await fail(user, 4);
  });

  it('count unknown identifiers alike', async () => {
    const typed = { identifier: `nobody-${randomUUID().slice(0, 8)}`, password: 'x' };
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await tryToSignIn(idp.newBrowser(), typed)).status);
    expect(statuses).toEqual([422, 422, 422, 422, 429]);
  });

  it('do not tell that username and e-mail address are one account', async () => {
    const user = await idp.addUser();
    await fail(user, 4);
    expect((await tryToSignIn(idp.newBrowser(), { identifier: user.email, password: 'wrong' })).status).toBe(422);
  });

  it('twenty guesses at once are twenty failures', async () => {
    const user = await idp.addUser();
    const browsers = Array.from({ length: 20 }, () => idp.newBrowser());
    const forms = await Promise.all(browsers.map(loginForm));
    const answers = await Promise.all(
      forms.map((form, n) => browsers[n]?.post(form.action, { ...form.fields, ...wrong(user) })),
    );
    const tried = answers.filter((answer) => answer?.status === 422).length;
    expect(tried).toBe(4);
    expect((await tryToSignIn(idp.newBrowser(), right(user))).status).toBe(429);
  });

  it('S5: 32 sign-ins at once as one user from one address are 32 sessions', async () => {
    const user = await idp.addUser();
    const browsers = Array.from({ length: 32 }, () => idp.newBrowser());
    const forms = await Promise.all(browsers.map(loginForm));
    const answers = await Promise.all(
      forms.map((form, n) => browsers[n]?.post(form.action, { ...form.fields, ...right(user) })),
    );
    expect(answers.map((answer) => answer?.status)).toEqual(Array(32).fill(303));
    const sessions = 'SELECT count(*)::int AS count FROM sessions WHERE user_id = $1';
    expect((await idp.database.pool.query(sessions, [user.id])).rows).toEqual([{ count: 32 }]);
  });

  it('S5: a clock that is behind another process by some milliseconds refuses nobody', async () => {
    const user = await idp.addUser();
    await fail(user, 4);
    idp.clock.advance(995);
    expect((await tryToSignIn(idp.newBrowser(), right(user))).status).toBe(303);
  });

  it('slow down one address, or one /64, and not another', async () => {
    const user = await idp.addUser();
    await fail(user, 4, from('2001:db8:1:2::1'));
    expect((await tryToSignIn(idp.newBrowser(), right(user), from('2001:db8:1:2:ffff::9'))).status).toBe(429);
    expect((await tryToSignIn(idp.newBrowser(), wrong(user), from('2001:db8:1:3::1'))).status).toBe(422);
    expect((await tryToSignIn(idp.newBrowser(), right(user), from('203.0.113.9'))).status).toBe(303);
  });

  it('meet many addresses together, later', async () => {
    const user = await idp.addUser();
    for (let n = 1; n <= 31; n += 1) await fail(user, 1, from(`198.51.100.${n}`));
    expect((await tryToSignIn(idp.newBrowser(), right(user), from('198.51.100.31'))).status).toBe(429);
  });

  it('S9: while many addresses go on, the owner gets in from a new device', async () => {
    const user = await idp.addUser();
    const guess = (n: number) => tryToSignIn(idp.newBrowser(), wrong(user), from(`198.51.100.${n}`));
    for (let n = 1; n <= 31; n += 1) await guess(n);
    for (let round = 0; round < 5; round += 1) {
      idp.clock.advance(2_000);
      const statuses = [];
      for (let n = 1; n <= 31; n += 1) statuses.push((await guess(n)).status);
      expect(statuses.filter((status) => status === 422).length).toBeLessThan(2);
      const own = await tryToSignIn(idp.newBrowser(), wrong(user), from(`203.0.113.${round}`));
      expect(own.status).toBe(422);
    }
    const tooSoon = await tryToSignIn(idp.newBrowser(), right(user), from('203.0.113.9'));
    expect([tooSoon.status, tooSoon.headers.get('retry-after')]).toEqual([429, '2']);
    idp.clock.advance(2_000);
    expect((await tryToSignIn(idp.newBrowser(), right(user), from('203.0.113.9'))).status).toBe(303);
  });

  it('S9: an attempt that all strangers together have slowed is no failure of its address', async () => {
    const user = await idp.addUser();
    for (let n = 1; n <= 31; n += 1) await fail(user, 1, from(`198.51.100.${n}`));
    for (let n = 0; n < 5; n += 1) await tryToSignIn(idp.newBrowser(), wrong(user), from('198.51.100.1'));
    idp.clock.advance(1_000);
    for (let n = 0; n < 3; n += 1) {
      await fail(user, 1, from('198.51.100.1'));
      idp.clock.advance(60_000);
    }
  });

  it('no stranger can lock the owner out of a browser that he used before', async () => {
    const user = await idp.addUser();
    const own = idp.newBrowser();
    await tryToSignIn(own, right(user));
    for (let n = 1; n <= 31; n += 1) await fail(user, 1, from(`198.51.100.${n}`));
    expect((await tryToSignIn(idp.newBrowser(), right(user), from('198.51.100.1'))).status).toBe(429);
    expect((await tryToSignIn(own, right(user))).status).toBe(303);
  });

  it('a known browser is slowed by its own failures, and known for its own accounts only', async () => {
    const [user, other] = [await idp.addUser(), await idp.addUser()];
    const own = idp.newBrowser();
    await tryToSignIn(own, right(user));
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await tryToSignIn(own, wrong(user))).status);
    expect(statuses).toEqual([422, 422, 422, 422, 429]);
    await fail(other, 4);
    expect((await tryToSignIn(own, right(other))).status).toBe(429);
  });

  it('S15: a browser is known for the password that it signed in with, and no other', async () => {
    const user = await idp.addUser();
    const own = idp.newBrowser();
    await tryToSignIn(own, right(user));
    await setPasswordHash(idp.database.transactions, user.id, await idp.deps.passwords.hash('another'), {
      ...change,
      now: idp.clock.now(),
    });
    await fail(user, 4);
    const changed = { ...right(user), password: 'another' };
    expect((await tryToSignIn(own, changed)).status).toBe(429);
    idp.clock.advance(1_000);
    expect((await tryToSignIn(own, changed)).status).toBe(303);
    await fail(user, 4);
    expect((await tryToSignIn(own, changed)).status).toBe(303);
  });

  it('S15: many known browsers that fail are strangers together', async () => {
    const user = await idp.addUser();
    const browsers = Array.from({ length: 32 }, () => idp.newBrowser());
    for (const browser of browsers) expect((await tryToSignIn(browser, right(user))).status).toBe(303);
    await fail(user, 4);
    const [last = idp.newBrowser(), ...others] = browsers;
    for (const browser of others) expect((await tryToSignIn(browser, wrong(user))).status).toBe(422);
    expect((await tryToSignIn(last, right(user))).status).toBe(429);
    idp.clock.advance(60_000);
    expect((await tryToSignIn(last, right(user))).status).toBe(303);
  });

  it('a cookie that somebody made up or moved to another browser makes nothing known', async () => {
    const user = await idp.addUser();
    const own = idp.newBrowser();
    await tryToSignIn(own, right(user));
    await fail(user, 4);
    for (const value of [own.cookies.get('known_browser') ?? '', 'A'.repeat(22), '', '.'.repeat(5000)]) {
      const thief = idp.newBrowser();
      thief.cookies.set('known_browser', value);
      expect((await tryToSignIn(thief, right(user))).status).toBe(429);
    }
  });
});

describe('Guesses spread over accounts (S3)', () => {
  const spray = async (address: string, times: number) => {
    const statuses = [];
    for (let n = 0; n < times; n += 1) {
      const typed = { identifier: `nobody-${randomUUID().slice(0, 8)}`, password: 'Spring2030!' };
      statuses.push((await tryToSignIn(idp.newBrowser(), typed, from(address))).status);
    }
    return statuses;
  };
  const count = async (table: string) => {
    await idp.deps.auditBatch.flush();
    return (await idp.database.pool.query(`SELECT count(*)::int AS count FROM ${table}`)).rows[0].count as number;
  };

  it('S3: from one address are stopped over all identifiers, and write nothing from then on', async () => {
    const [user, own] = [await idp.addUser(), idp.newBrowser()];
    await tryToSignIn(own, right(user), from('192.0.2.1'));
    const before = await count('audit_events');
    expect(await spray('192.0.2.1', 100)).toEqual(Array(100).fill(422));
    expect((await count('audit_events')) - before).toBe(20);
    const [failures, audited] = [await count('sign_in_failures'), await count('audit_events')];
    const browser = idp.newBrowser();
    const form = await loginForm(browser);
    idp.database.statements();
    const stopped = await browser.post(form.action, { ...form.fields, ...right(user) }, from('192.0.2.1'));
    expect([stopped.status, stopped.headers.get('retry-after')]).toEqual([429, '36']);
    expect(idp.database.statements()).toEqual(['visit_interaction', 'look_for_sign_in']);
    expect([await count('sign_in_failures'), await count('audit_events')]).toEqual([failures, audited]);
    expect((await tryToSignIn(own, right(user), from('192.0.2.1'))).status).toBe(303);
    expect((await tryToSignIn(idp.newBrowser(), right(user), from('192.0.2.2'))).status).toBe(303);
  });

  it('S3: are forgiven by age, and a little by successes: an account of their own pays for few', async () => {
    const user = await idp.addUser();
    await spray('192.0.2.3', 98);
    expect((await tryToSignIn(idp.newBrowser(), right(user), from('192.0.2.3'))).status).toBe(303);
    expect((await tryToSignIn(idp.newBrowser(), right(user), from('192.0.2.3'))).status).toBe(303);
    expect(await spray('192.0.2.3', 5)).toEqual([422, 422, 422, 429, 429]);
    idp.clock.advance(2 * 36_000);
    expect(await spray('192.0.2.3', 3)).toEqual([422, 422, 429]);
    idp.clock.advance(60 * 60_000);
    expect(await spray('192.0.2.3', 100)).toEqual(Array(100).fill(422));
  });
});

describe('Forms (CSRF)', () => {
  it.each([
    ['no token', (fields: Record<string, string>) => ({ ...fields, csrf: '' })],
    ['a made-up token', (fields: Record<string, string>) => ({ ...fields, csrf: 'x'.repeat(43) })],
  ])('%s: 403 and a way on', async (_name, change_) => {
    const user = await idp.addUser();
    const browser = idp.newBrowser();
    const form = await loginForm(browser);
    const answer = await browser.post(form.action, { ...change_({ ...form.fields }), ...right(user) });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain(`href="${hub(form.interaction)}"`);
    expect(browser.cookies.has('session')).toBe(false);
  });

  it('a token of another interaction, or of another form, does not fit', async () => {
    const user = await idp.addUser();
    const browser = idp.newBrowser();
    const [one, two] = [await loginForm(browser), await loginForm(browser)];
    expect((await browser.post(one.action, { ...two.fields, ...right(user) })).status).toBe(403);
    const interaction = await idp.start(client);
    const [login, cancel] = formsOf((await browser.get(hub(interaction))).text);
    expect((await browser.post(login?.action ?? '', { ...cancel?.fields, ...right(user) })).status).toBe(403);
  });

  it.each([
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
    ['a foreign Origin', { origin: 'https://evil.example' }],
  ])('%s: refused before anything is read', async (_name, headers) => {
    const user = await idp.addUser();
    idp.database.statements();
    const browser = idp.newBrowser();
    const form = await loginForm(browser);
    idp.database.statements();
    const answer = await browser.post(form.action, { ...form.fields, ...right(user) }, headers);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('came from elsewhere');
    expect(idp.database.statements()).toEqual([]);
  });

  it.each([
    ['Origin: null, as our pages without referrer send it', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    ['a reload', { 'sec-fetch-site': 'none' }],
  ])('%s: taken', async (_name, headers) => {
    expect((await tryToSignIn(idp.newBrowser(), right(await idp.addUser()), headers)).status).toBe(303);
  });

  it('a body that is no form, is too long, or repeats a field: a page with the status that fits', async () => {
    const browser = idp.newBrowser();
    const form = await loginForm(browser);
    const send = async (body: string, type = 'application/x-www-form-urlencoded') => {
      const headers = { 'content-type': type, cookie: `browser=${browser.cookies.get('browser')}` };
      const response = await fetch(new URL(form.action, idp.origin), { method: 'POST', body, headers });
      return { status: response.status, text: await response.text() };
    };
    expect((await send('{}', 'application/json')).status).toBe(415);
    expect((await send(`password=${'x'.repeat(70_000)}`)).status).toBe(413);
    const repeated = await send('identifier=a&identifier=b');
    expect(repeated.status).toBe(400);
    expect(repeated.text).toContain('<!doctype html>');
  });
});

describe('Overload', () => {
  it('a storm of sign-ins: those too many are told to come back, at once and on a page', async () => {
    const password = { ...configuration.password, concurrency: 1, queue: 1, memoryKib: 19_456, iterations: 2 };
    const small = await openIdp({ config: { password } });
    const [storm, user] = [await addClient(small.database), await small.addUser()];
    const browsers = await Promise.all(
      Array.from({ length: 20 }, async () => ({ browser: small.newBrowser(), interaction: await small.start(storm) })),
    );
    const answers = await Promise.all(
      browsers.map(({ browser, interaction }, n) => small.signIn(browser, interaction, { ...user, username: `${n}` })),
    );
    const turnedAway = answers.filter(({ status }) => status === 503);
    expect(turnedAway.length).toBeGreaterThan(0);
    for (const { headers, text } of turnedAway) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(text).toContain('Just a moment');
    }
    await small.close();
  });

  it('S2: who was turned away has not failed', async () => {
    const user = await idp.addUser();
    const { verify } = idp.deps.passwords;
    idp.deps.passwords.verify = () => Promise.reject(new OverloadedError('too many passwords wait to be hashed'));
    for (let n = 0; n < 6; n += 1) expect((await tryToSignIn(idp.newBrowser(), right(user))).status).toBe(503);
    idp.deps.passwords.verify = verify;
    expect((await idp.audited('sign_in_failed')).filter(({ user_id }) => user_id === user.id)).toEqual([]);
    for (let n = 0; n < 4; n += 1) expect((await tryToSignIn(idp.newBrowser(), wrong(user))).status).toBe(422);
  });

  it('S2: too many at once for one account from one address are turned away, and a known browser is not', async () => {
    const user = await idp.addUser();
    const own = idp.newBrowser();
    await tryToSignIn(own, right(user));
    const browsers = Array.from({ length: 70 }, () => idp.newBrowser());
    const forms = await Promise.all([...browsers, own].map(loginForm));
    const { verify } = idp.deps.passwords;
    let goOn = (): void => undefined;
    const isCrowded = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    idp.deps.passwords.verify = async (...asked) => {
      await isCrowded;
      return verify(...asked);
    };
    const answers = await Promise.all(
      forms.map(async (form, n) => {
        const typed = browsers[n] ? wrong(user) : right(user);
        const answer = await (browsers[n] ?? own).post(form.action, { ...form.fields, ...typed });
        if (answer.status === 503) goOn();
        return answer;
      }),
    );
    idp.deps.passwords.verify = verify;
    const statuses = answers.map(({ status }) => status);
    expect(statuses.pop()).toBe(303);
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0);
    expect(statuses.filter((status) => status === 422)).toHaveLength(4);
  });
});
