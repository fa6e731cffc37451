import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { endUserSessions } from '../../src/administration/sessions.js';
import { checkSession } from '../../src/idp/browser/session-check.js';
import { administer } from '../support/administration.js';
import { type Answer, formsOf } from '../support/browser.js';
import { hub, type TestUser } from '../support/idp.js';
import { addTold, waiting } from '../support/logout.js';
import { openHouse, type TestHouse, toldClient, type Visitor } from '../support/visitor.js';

let house: TestHouse;
let client: string;
beforeAll(async () => {
  house = await openHouse({ config: { sessionManagement: true } });
  client = await house.authz.addClient();
});
afterAll(() => house.close());

const pool = () => house.idp.database.pool;
const interactionOf = ({ location }: Answer): string => location?.split('/').at(-1)?.split('?')[0] ?? '';

/** A browser in which these have signed in, one after the other: the last one is the current one. */
async function browserOf(...users: readonly TestUser[]): Promise<Visitor> {
  const person = house.visitor();
  for (const user of users) await house.signIn(person, client, user, { prompt: 'select_account' });
  return person;
}

const two = () => Promise.all([house.idp.addUser(), house.idp.addUser()]);

/** The page on which somebody chooses, and the interaction that it belongs to. */
async function chooser(person: Visitor, parameters: Record<string, string> = {}) {
  const asked = await house.ask(person, client, { prompt: 'select_account', ...parameters });
  const interaction = interactionOf(asked);
  return { page: await person.atIdp.get(hub(interaction)), interaction };
}

async function press(person: Visitor, page: Answer, button: Record<string, string>): Promise<Answer> {
  const [form] = formsOf(page.text);
  return person.atIdp.post(form?.action ?? '', { ...form?.fields, ...button });
}

const listed = ({ text }: Answer): readonly string[] =>
  [...text.matchAll(/name="continue" value="([^"]*)"/g)].map(([, id = '']) => id);

const subjectOf = async (told: Record<string, string>): Promise<unknown> =>
  decodeJwt((await house.exchange(client, told.code)).id_token ?? '').sub;

/** Whom an authorization request is answered for without a page; or why it is not. */
async function answeredFor(person: Visitor, parameters: Record<string, string> = {}): Promise<unknown> {
  const told = toldClient(await house.walk(person, await house.ask(person, client, parameters)));
  return told.error ?? subjectOf(told);
}

const hintOf = async (person: Visitor): Promise<string> =>
  (await house.exchange(client, toldClient(await house.ask(person, client)).code)).id_token ?? '';

const sessionsOf = async ({ id }: TestUser): Promise<number> =>
  (await pool().query('SELECT FROM sessions WHERE user_id = $1 AND expires_at > $2', [id, house.idp.clock.now()]))
    .rowCount ?? 0;

describe('prompt=select_account (OIDC Core §3.1.2.1)', () => {
  it('lists the accounts of the browser, and one click goes on as another without a password', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann, ben);
    expect(await answeredFor(person)).toBe(ben.id);
    const { page } = await chooser(person);
    expect(listed(page)).toEqual([ben.id, ann.id]);
    for (const { email } of [ann, ben]) expect(page.text).toContain(email);
    const chosen = await press(person, page, { continue: ann.id });
    expect(await subjectOf(toldClient(await house.walk(person, chosen)))).toBe(ann.id);
  });

  it('the choice stays: authz, idp and the account follow it, back and forth', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann, ben);
    for (const { id, email } of [ann, ben, ann]) {
      const { page } = await chooser(person);
      const known = person.atAuthz.copy();
      const chosen = await press(person, page, { continue: id });
      // Before the browser is back at authz, that asks idp again.
      expect((await house.ask({ ...person, atAuthz: known }, client)).location).toContain('/interaction/');
      await house.walk(person, chosen);
      expect(await answeredFor(person)).toBe(id);
      expect((await person.atIdp.get('/account')).text).toContain(email);
    }
  });

  it('who is the current one is chosen by a click as well, and need not sign in', async () => {
    const [ann] = await two();
    const person = await browserOf(ann);
    const { page } = await chooser(person);
    expect(listed(page)).toEqual([ann.id]);
    expect(await subjectOf(toldClient(await house.walk(person, await press(person, page, { continue: ann.id }))))).toBe(
      ann.id,
    );
  });

  it('a browser that knows nobody is shown the sign-in', async () => {
    expect((await chooser(house.visitor())).page.text).toContain('name="password"');
  });

  it('another account is signed in to beside those that are there', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann);
    const { page, interaction } = await chooser(person);
    expect(page.text).toContain(`${hub(interaction)}?account=other`);
    await house.idp.signIn(person.atIdp, interaction, ben);
    expect([await sessionsOf(ann), await sessionsOf(ben)]).toEqual([1, 1]);
  });

  it.each([
    ['max_age', { max_age: '60' }],
    ['prompt=login', { prompt: 'select_account login' }],
  ])('a session that %s makes too old is signed in to again, with the name filled in', async (_, parameters) => {
    const [ann, ben] = await two();
    const person = await browserOf(ann, ben);
    house.idp.clock.advance(120_000);
    const { page } = await chooser(person, parameters);
    const chosen = await press(person, page, { continue: ann.id });
    const asked = await person.atIdp.get(chosen.location ?? '');
    expect(asked.text).toContain(`name="identifier" type="text" value="${ann.username}"`);
    expect(await subjectOf(toldClient(await house.walk(person, asked, ann)))).toBe(ann.id);
    expect(await sessionsOf(ann)).toBe(1);
  });

  it('an account that is signed out is still listed, and asked for its password', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann, ben);
    await endUserSessions(administer(house.idp.database, { clock: house.idp.clock }), ann.username);
    const { page } = await chooser(person);
    expect(listed(page)).toEqual([ben.id, ann.id]);
    expect(page.text).toContain('Signed out. Last sign-in:');
    const asked = await press(person, page, { continue: ann.id });
    expect(asked.text).toContain(`name="identifier" type="text" value="${ann.email}"`);
    expect(await subjectOf(toldClient(await house.walk(person, asked, ann)))).toBe(ann.id);
  });

  it('five at once: the sixth ends the session that was used least', async () => {
    const users = await Promise.all(Array.from({ length: 6 }, () => house.idp.addUser()));
    const person = await browserOf(...users);
    expect(await Promise.all(users.map(sessionsOf))).toEqual([0, 1, 1, 1, 1, 1]);
    expect(listed((await chooser(person)).page)).toEqual(
      users
        .slice(1)
        .reverse()
        .map(({ id }) => id),
    );
  });
});

describe('Removing an account from the browser', () => {
  it('ends its session there, tells its clients, and forgets it; the others stay', async () => {
    const told = await addTold(house.idp.database, 'https://told.example/logout');
    const [ann, ben] = await two();
    const person = await browserOf(ann);
    await house.signIn(person, told, ann);
    await house.signIn(person, client, ben, { prompt: 'select_account' });
    const { page, interaction } = await chooser(person);
    const answer = await press(person, page, { remove: ann.id });
    expect(answer.location).toBe(`${hub(interaction)}?account=choose`);
    expect((await waiting(house.idp.database)).map(({ user_id: id }) => id)).toContain(ann.id);
    expect(listed(await person.atIdp.get(answer.location ?? ''))).toEqual([ben.id]);
    expect(await answeredFor(person)).toBe(ben.id);
  });

  it('of the current one leaves nobody current: whoever is left has to be chosen', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann, ben);
    await press(person, (await chooser(person)).page, { remove: ben.id });
    expect(await answeredFor(person, { prompt: 'none' })).toBe('login_required');
    const page = await person.atIdp.get((await house.ask(person, client)).location ?? '');
    expect(listed(page)).toEqual([ann.id]);
  });
});

describe('A hint names one of the accounts (OIDC Core §3.1.2.1)', () => {
  it('id_token_hint: that one answers, with prompt=none too, and the current one stays', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann);
    const hint = await hintOf(person);
    await house.signIn(person, client, ben, { prompt: 'select_account' });
    for (const parameters of [{ prompt: 'none' }, {}, { prompt: 'none' }])
      expect(await answeredFor(person, { id_token_hint: hint, ...parameters })).toBe(ann.id);
    expect(await answeredFor(person)).toBe(ben.id);
  });

  it('id_token_hint of a session that has ended is login_required', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann);
    const hint = await hintOf(person);
    await house.signIn(person, client, ben, { prompt: 'select_account' });
    await endUserSessions(administer(house.idp.database, { clock: house.idp.clock }), ann.username);
    expect(await answeredFor(person, { id_token_hint: hint, prompt: 'none' })).toBe('login_required');
  });

  it('login_hint: by name or address, in any case; another one changes nothing', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann, ben);
    for (const prompt of [{ prompt: 'none' }, {}]) {
      expect(await answeredFor(person, { login_hint: ann.username.toUpperCase(), ...prompt })).toBe(ann.id);
      expect(await answeredFor(person, { login_hint: ann.email, ...prompt })).toBe(ann.id);
      expect(await answeredFor(person, { login_hint: 'nobody', ...prompt })).toBe(ben.id);
    }
  });

  it('a choice outdoes login_hint', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann, ben);
    const { page } = await chooser(person, { login_hint: ann.username });
    const chosen = await press(person, page, { continue: ben.id });
    expect(await subjectOf(toldClient(await house.walk(person, chosen)))).toBe(ben.id);
  });

  it('a browser that never held a second account is answered at once, whatever the hint', async () => {
    const [ann] = await two();
    const person = await browserOf(ann);
    expect((await house.ask(person, client, { login_hint: 'nobody' })).location).toContain('code=');
  });
});

describe('The account pages', () => {
  it('lead to another account of the browser, and are then about that', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann, ben);
    const overview = await person.atIdp.get('/account');
    expect(overview.text).toContain('href="/account?account=choose"');
    const asked = await person.atIdp.get('/account?account=choose');
    const page = await person.atIdp.get(new URL(asked.location ?? '', house.idp.origin).pathname);
    expect(listed(page)).toEqual([ben.id, ann.id]);
    const chosen = await press(person, page, { continue: ann.id });
    expect((await person.atIdp.get(chosen.location ?? '')).location).toBe('/account');
    expect((await person.atIdp.get('/account')).text).toContain(ann.email);
  });

  it('list the other accounts of the browser beside the sessions of one’s own', async () => {
    const [ann, ben] = await two();
    const { text } = await (await browserOf(ann, ben)).atIdp.get('/account/sessions');
    const [own = '', others = ''] = text.split('Other accounts in this browser');
    expect(own).toContain('(this one)');
    expect([own, others].map((part) => part.includes(ann.email))).toEqual([false, true]);
    const alone = await browserOf(ann);
    expect((await alone.atIdp.get('/account/sessions')).text).not.toContain('Other accounts');
  });
});

describe('Nobody chooses for somebody else (CSRF)', () => {
  it('the form counts in its browser and interaction alone', async () => {
    const [ann, ben] = await two();
    const [person, attacker] = [await browserOf(ann, ben), await browserOf(await house.idp.addUser())];
    const { page } = await chooser(person);
    const [form] = formsOf(page.text);
    const [foreign] = formsOf((await chooser(attacker)).page.text);
    const sent = { ...foreign?.fields, continue: ann.id };
    expect((await person.atIdp.post(form?.action ?? '', sent)).status).toBe(403);
    const button = { ...form?.fields, continue: ann.id };
    const crossSite = await person.atIdp.post(form?.action ?? '', button, { 'sec-fetch-site': 'cross-site' });
    expect(crossSite.status).toBe(403);
    expect(await answeredFor(person)).toBe(ben.id);
  });

  it('an account that the browser does not hold is not chosen, and not told by a cookie of one’s own', async () => {
    const [ann, stranger] = await two();
    const person = await browserOf(ann);
    const { page } = await chooser(person);
    for (const button of [{ continue: stranger.id }, { remove: stranger.id }, { continue: 'x' }]) {
      const answer = await press(person, page, button);
      expect([answer.status, answer.text]).toEqual([303, '']);
    }
    expect(await sessionsOf(stranger)).toBe(0);
    const id = Buffer.from(stranger.id.replaceAll('-', ''), 'hex').toString('base64url');
    const [seal] = (person.atIdp.cookies.get('accounts') ?? '').split('~');
    person.atIdp.cookies.set('accounts', `${seal}~${id}.sv8f0g`);
    expect(listed((await chooser(person)).page)).toEqual([ann.id]);
    const another = house.visitor();
    another.atIdp.cookies.set('accounts', (await browserOf(stranger)).atIdp.cookies.get('accounts') ?? '');
    expect((await chooser(another)).page.text).not.toContain(stranger.username);
  });

  it('neither decision is refused', async () => {
    const person = await browserOf(await house.idp.addUser());
    expect((await press(person, (await chooser(person)).page, {})).status).toBe(400);
  });
});

describe('Signing out of one of several (OIDC RP-Initiated Logout §2)', () => {
  const logout = (parameters: Record<string, string> = {}) => `/oidc/v1/logout?${new URLSearchParams(parameters)}`;

  it('a hint ends the session that it is of, and no other', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann);
    const hint = await hintOf(person);
    await house.signIn(person, client, ben, { prompt: 'select_account' });
    expect((await person.atIdp.get(logout({ id_token_hint: hint }))).text).toContain('You are signed out');
    expect([await sessionsOf(ann), await sessionsOf(ben)]).toEqual([0, 1]);
    expect(await answeredFor(person)).toBe(ben.id);
  });

  it('without one the current one ends, and nobody takes its place unasked', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann, ben);
    await house.signOut(person);
    expect([await sessionsOf(ann), await sessionsOf(ben)]).toEqual([1, 0]);
    expect(await answeredFor(person, { prompt: 'none' })).toBe('login_required');
    const page = await person.atIdp.get((await house.ask(person, client)).location ?? '');
    expect(listed(page)).toEqual([ann.id, ben.id]);
    await house.signOut(person);
    expect(await sessionsOf(ann)).toBe(0);
  });

  it('or all of them', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann, ben);
    const page = await person.atIdp.get(logout());
    expect(page.text).toContain('Sign out of all accounts');
    await press(person, page, { accounts: 'all' });
    expect([await sessionsOf(ann), await sessionsOf(ben)]).toEqual([0, 0]);
    for (const name of ['session', 'kept_sessions']) expect(person.atIdp.cookies.has(name)).toBe(false);
  });

  it('who is alone is not asked about others', async () => {
    const person = await browserOf(await house.idp.addUser());
    expect((await person.atIdp.get(logout())).text).not.toContain('all accounts');
  });
});

describe('Session management with several accounts (OIDC Session Management §3.2)', () => {
  const check = ({ atIdp }: Visitor, sessionState = '') =>
    checkSession({
      message: `${client} ${sessionState}`,
      origin: 'https://client.example',
      browserStates: atIdp.cookies.get('browser_state')?.split('.'),
      seesCookies: true,
    });

  it('a switch is a change; an answer by a hint goes on as long as its session', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann);
    const hint = await hintOf(person);
    const { session_state: before } = toldClient(await house.ask(person, client));
    await house.signIn(person, client, ben, { prompt: 'select_account' });
    expect(check(person, before)).toBe('changed');
    const silent = await house.ask(person, client, { prompt: 'none', id_token_hint: hint });
    const { session_state: hinted } = toldClient(await house.walk(person, silent));
    expect(check(person, hinted)).toBe('unchanged');
    await house.walk(person, await press(person, (await chooser(person)).page, { continue: ann.id }));
    expect(check(person, hinted)).toBe('unchanged');
    await press(person, (await chooser(person)).page, { remove: ann.id });
    expect(check(person, hinted)).toBe('changed');
  });
});

describe('Many at once', () => {
  it('twenty choices of two accounts: authz knows the browser by one of them at most', async () => {
    const [ann, ben] = await two();
    const person = await browserOf(ann, ben);
    const { page } = await chooser(person);
    const choices = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? ann : ben));
    const answers = await Promise.all(choices.map(({ id }) => press(person, page, { continue: id })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]));
    const { rowCount } = await pool().query(
      'SELECT FROM sessions WHERE user_id = ANY ($1) AND authz_secret_hash IS NOT NULL',
      [[ann.id, ben.id]],
    );
    expect(rowCount).toBeLessThanOrEqual(1);
    expect([await sessionsOf(ann), await sessionsOf(ben)]).toEqual([1, 1]);
  });
});
