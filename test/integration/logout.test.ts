import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sweep } from '../../src/administration/maintenance.js';
import { endUserSessions } from '../../src/administration/sessions.js';
import { disableUser, setPassword } from '../../src/administration/users.js';
import { hashToken } from '../../src/crypto/digest.js';
import { disableClient } from '../../src/storage/clients/clients.js';
import { resetPassword } from '../../src/storage/mail/mailed-links.js';
import { endSession } from '../../src/storage/sessions/sessions.js';
import { openAccount, submitted } from '../support/account.js';
import { administer } from '../support/administration.js';
import type { TestAuthz } from '../support/authz.js';
import { type Answer, type Browser, formsOf } from '../support/browser.js';
import { configuration } from '../support/configuration.js';
import { hub, type TestIdp, type TestUser } from '../support/idp.js';
import { addTold, waiting } from '../support/logout.js';
import { addClient, audit, change } from '../support/rows.js';
import { openHouse, type TestHouse, toldClient, type Visitor } from '../support/visitor.js';

/** authz and idp over one database: a session in which clients got ID tokens, and every way in which it can end. */
let house: TestHouse;
let authz: TestAuthz;
let idp: TestIdp;
let told: string;
let plain: string;
beforeAll(async () => {
  house = await openHouse({ config: { signIn: { ...configuration.signIn, accountsPerBrowser: 1 } } });
  ({ authz, idp } = house);
  told = await addTold(idp.database, 'https://told.example/logout');
  plain = await authz.addClient();
});
beforeEach(() => idp.database.pool.query('TRUNCATE logout_notifications'));
afterEach(() => idp.clock.advance(60_000));
afterAll(() => house.close());

interface Someone {
  readonly user: TestUser;
  readonly browser: Browser;
  readonly sessionId: string;
}

const pool = () => idp.database.pool;

/** A code of this session for a client, as authz makes it. */
async function answer(clientId: string, { user, sessionId }: Someone, scopes = ['openid', 'profile']) {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: 'https://client.example/callback',
    scope: scopes.join(' '),
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const browser = authz.newBrowser();
  const { location } = await browser.get(`/oauth2/v1/authorize?${query}`);
  const outcome = { ...authz.success(user.id, scopes), sessionId };
  const { location: back } = await browser.get(await authz.complete(location, outcome));
  expect(new URL(back ?? '').searchParams.get('code')).not.toBeNull();
}

/** Somebody who is signed in, and whose session two clients know, one of which wants to be told. */
async function signedIn(): Promise<Someone> {
  const user = await idp.addUser();
  const browser = idp.newBrowser();
  await openAccount(browser, user);
  const { rows } = await pool().query('SELECT id FROM sessions WHERE user_id = $1', [user.id]);
  const someone = { user, browser, sessionId: rows[0].id as string };
  await answer(told, someone);
  await answer(told, someone);
  await answer(plain, someone);
  return someone;
}

/** Another browser of theirs. */
async function elsewhere({ user }: Someone): Promise<Browser> {
  const browser = idp.newBrowser();
  await openAccount(browser, user);
  return browser;
}

async function signOut(browser: Browser): Promise<void> {
  const [form] = formsOf((await browser.get('/oidc/v1/logout')).text);
  expect((await browser.post(form?.action ?? '', form?.fields ?? {})).status).toBe(200);
}

async function leftInSession({ sessionId }: Someone) {
  const { rows } = await pool().query(
    `SELECT (SELECT count(*)::int FROM sessions WHERE id = $1) AS sessions,
       (SELECT count(*)::int FROM session_clients WHERE session_id = $1) AS clients,
       (SELECT count(*)::int FROM authorization_grants WHERE session_id = $1 AND revoked_at IS NULL) AS grants`,
    [sessionId],
  );
  return rows[0];
}

const administration = () => administer(idp.database, { clock: idp.clock });
const password = 'another password of theirs';

const endings: Readonly<Record<string, (someone: Someone) => Promise<unknown>>> = {
  'signing out': ({ browser }) => signOut(browser),
  'somebody else signing in in the browser': async ({ browser }) =>
    idp.signIn(browser, await idp.start(plain), await idp.addUser()),
  'ending it at the account, from another browser': async (someone) => {
    const browser = await elsewhere(someone);
    await submitted(browser, await browser.get('/account/sessions'), { session: someone.sessionId });
  },
  'another password at the account': async (someone) => {
    const browser = await elsewhere(someone);
    const page = await browser.get('/account/password');
    await submitted(browser, page, { password, repeated: password });
  },
  'a forgotten password': async ({ user }) => {
    const secretHash = hashToken(randomUUID());
    await pool().query(
      `INSERT INTO mailed_links (secret_hash, kind, user_id, recipient, created_at, expires_at)
       VALUES ($1, 'reset_password', $2, $3, $4::timestamptz, $4::timestamptz + interval '1 hour')`,
      [secretHash, user.id, user.email, idp.clock.now()],
    );
    const reset = { secretHash, passwordHash: 'encoded', now: idp.clock.now(), notice: null, audit };
    expect(await resetPassword(idp.database.sql, reset)).not.toBeNull();
  },
  'a password set by an operator': ({ user }) => setPassword(administration(), user.username, password),
  'users end-sessions': ({ user }) => endUserSessions(administration(), user.username),
  'disabling the user': ({ user }) => disableUser(administration(), user.username),
  'its expiry': async ({ sessionId }) => {
    await pool().query('UPDATE sessions SET expires_at = $2 WHERE id = $1', [sessionId, idp.clock.now()]);
    idp.clock.advance(1);
    await sweep(administration(), { signal: new AbortController().signal });
  },
};

describe('Ending a session tells everyone who has to know and ends what hangs on it', () => {
  it.each(Object.entries(endings))('§9.6: %s', async (_, end) => {
    const someone = await signedIn();
    expect(await leftInSession(someone)).toEqual({ sessions: 1, clients: 2, grants: 3 });
    await end(someone);
    expect(await leftInSession(someone)).toEqual({ sessions: 0, clients: 0, grants: 0 });
    const ofIt = (await waiting(idp.database)).filter(({ session_id: id }) => id === someone.sessionId);
    expect(ofIt).toEqual([{ client_id: told, session_id: someone.sessionId, user_id: someone.user.id }]);
  });

  it('a statement of an operator’s tells them, too', async () => {
    const { sessionId } = await signedIn();
    await pool().query('DELETE FROM sessions WHERE id = $1', [sessionId]);
    expect(await waiting(idp.database)).toHaveLength(1);
  });

  it('a client that got no ID token in it is not told', async () => {
    const someone = await signedIn();
    const other = await addTold(idp.database, 'https://other.example/logout', { scope: 'openid profile' });
    await answer(other, someone, ['profile']);
    await signOut(someone.browser);
    expect((await waiting(idp.database)).map(({ client_id: id }) => id)).toEqual([told]);
  });

  it('a sign-in again by the same person ends nothing', async () => {
    const { user, browser } = await signedIn();
    await idp.signIn(browser, await idp.start(plain), user);
    await browser.get(hub(await idp.start(plain)));
    expect(await waiting(idp.database)).toEqual([]);
  });

  it('two endings at once tell each client once', async () => {
    for (let round = 0; round < 5; round++) {
      const { user, sessionId } = await signedIn();
      const { rows } = await pool().query('SELECT secret_hash FROM sessions WHERE id = $1', [sessionId]);
      const logout = { secretHash: rows[0].secret_hash, clientId: null, now: idp.clock.now(), audit };
      await Promise.all([
        endUserSessions(administration(), user.username),
        ...Array.from({ length: 6 }, () => endSession(idp.database.sql, logout)),
        disableUser(administration(), user.username),
      ]);
      expect(await waiting(idp.database)).toHaveLength(round + 1);
    }
  });
});

/** With the question that is asked on the way. */
async function signOutFor(browser: Browser, parameters: Record<string, string> = {}): Promise<Answer> {
  const asked = await browser.get(`/oidc/v1/logout?${new URLSearchParams(parameters)}`);
  const [form] = formsOf(asked.text);
  return form ? browser.post(form.action, form.fields) : asked;
}

describe('Front-channel logout (OIDC Front-Channel Logout §2, §3)', () => {
  const bye = 'https://client.example/bye';
  const addFramed = (host: string, members: Record<string, unknown> = {}) =>
    addClient(idp.database, {
      redirect_uris: ['https://client.example/callback', `https://${host}/callback`],
      post_logout_redirect_uris: [bye],
      frontchannel_logout_uri: `https://${host}/out?of=us`,
      ...members,
    });

  const framesOf = (page: string) =>
    [...page.matchAll(/<iframe hidden src="([^"]*)" sandbox="allow-scripts allow-same-origin">/g)].map(
      ([, src = '']) => new URL(src.replaceAll('&amp;', '&')),
    );
  const frameSources = (headers: Headers) =>
    /frame-src ([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1];

  it('§9.7: a frame for each client of the session, with iss and sid, and the way back by a link', async () => {
    const someone = await signedIn();
    const [first, second] = [await addFramed('one.example'), await addFramed('two.example:8443')];
    await addFramed('stranger.example');
    for (const clientId of [first, second]) await answer(clientId, someone);
    const request = { client_id: first, post_logout_redirect_uri: bye, state: 'a&b' };
    const { status, text, headers, location } = await signOutFor(someone.browser, request);
    expect([status, location]).toEqual([200, null]);
    const frames = framesOf(text);
    expect(frames.map(({ host }) => host).sort()).toEqual(['one.example', 'two.example:8443']);
    for (const { searchParams } of frames)
      expect(Object.fromEntries(searchParams)).toEqual({
        of: 'us',
        iss: authz.deps.config.issuer,
        sid: someone.sessionId,
      });
    expect(frameSources(headers)?.split(' ').sort()).toEqual(['https://one.example', 'https://two.example:8443']);
    expect(text).toContain(`href="${bye}?state=a%26b" data-signed-out="go-on"`);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(someone.browser.cookies.has('session')).toBe(false);
  });

  it('without a way back it stays on that page', async () => {
    const someone = await signedIn();
    await answer(await addFramed('one.example'), someone);
    const { text, headers } = await signOutFor(someone.browser);
    expect(framesOf(text)).toHaveLength(1);
    expect(frameSources(headers)).toBe('https://one.example');
    expect(text).not.toContain('data-signed-out');
  });

  it('nobody is framed who is disabled, or who has an address that was stored before there was a rule', async () => {
    const someone = await signedIn();
    const [disabled, foreign] = [await addFramed('one.example'), await addFramed('two.example')];
    for (const clientId of [disabled, foreign]) await answer(clientId, someone);
    await disableClient(idp.database.transactions, disabled, change);
    await pool().query(
      `UPDATE clients SET metadata = metadata || '{"frontchannel_logout_uri": "https://other.example/out"}' WHERE client_id = $1`,
      [foreign],
    );
    const { text, headers } = await signOutFor(someone.browser);
    expect(text).not.toContain('<iframe');
    expect(frameSources(headers)).toBeUndefined();
  });

  it('a session that has ended already frames nobody: the browser goes back at once', async () => {
    const someone = await signedIn();
    const framed = await addFramed('one.example');
    await answer(framed, someone);
    const request = { client_id: framed, post_logout_redirect_uri: bye };
    const page = await someone.browser.get(`/oidc/v1/logout?${new URLSearchParams(request)}`);
    await endUserSessions(administration(), someone.user.username);
    const [form] = formsOf(page.text);
    expect((await someone.browser.post(form?.action ?? '', form?.fields ?? {})).location).toBe(bye);
  });
});

describe('RP-initiated logout (OIDC RP-Initiated Logout §2, §3)', () => {
  const bye = 'https://client.example/bye';
  let client: string;
  let other: string;
  beforeAll(async () => {
    client = await addClient(idp.database, { post_logout_redirect_uris: [bye] });
    other = await addClient(idp.database);
  });

  interface Returning {
    readonly person: Visitor;
    readonly user: TestUser;
    readonly hint: string;
  }

  async function returning(): Promise<Returning> {
    const [person, user] = [house.visitor(), await idp.addUser()];
    const { code } = await house.signIn(person, client, user);
    return { person, user, hint: (await house.exchange(client, code)).id_token ?? '' };
  }

  const isSignedIn = async ({ person, user }: Returning): Promise<boolean> => {
    const { rowCount } = await pool().query('SELECT FROM sessions WHERE user_id = $1', [user.id]);
    return rowCount === 1 && person.atIdp.cookies.has('session');
  };

  it('§9.1: a hint and a registered address: back to exactly that, with the state that was sent, if one was', async () => {
    for (const state of [{ state: 'a b&c' }, {}]) {
      const one = await returning();
      const request = { id_token_hint: one.hint, post_logout_redirect_uri: bye, ...state };
      const { location } = await signOutFor(one.person.atIdp, request);
      expect(location?.split('?')[0]).toBe(bye);
      expect(Object.fromEntries(new URL(location ?? '').searchParams)).toEqual(state);
      expect(await isSignedIn(one)).toBe(false);
    }
  });

  const unsigned = (hint: string) => {
    const [, payload] = hint.split('.');
    return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
  };

  it.each<[string, (hint: string) => Record<string, string>]>([
    ['an address that is not registered', (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: `${bye}bye` })],
    ['a registered one with a query', (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: `${bye}?a=b` })],
    ['no hint', () => ({ post_logout_redirect_uri: bye })],
    ['a hint without signature', (hint) => ({ id_token_hint: unsigned(hint), post_logout_redirect_uri: bye })],
    [
      'a hint under another key',
      (hint) => ({ id_token_hint: `${hint.slice(0, -8)}AAAAAAAA`, post_logout_redirect_uri: bye }),
    ],
    ['a hint for another client', (hint) => ({ id_token_hint: hint, client_id: other, post_logout_redirect_uri: bye })],
  ])('§9.2: %s leads nowhere', async (_, parametersOf) => {
    const one = await returning();
    const answer = await signOutFor(one.person.atIdp, { ...parametersOf(one.hint), state: 's' });
    expect([answer.status, answer.location]).toEqual([200, null]);
    expect(answer.text).toContain('You are signed out');
    expect(await isSignedIn(one)).toBe(false);
  });

  it.each<[string, (hint: string) => Record<string, string>]>([
    ['no parameter', () => ({})],
    ['a state alone', () => ({ state: 's' })],
    ['a hint alone', (hint) => ({ id_token_hint: hint })],
  ])('§9.3: %s ends on the page that says so', async (_, parametersOf) => {
    const one = await returning();
    const answer = await signOutFor(one.person.atIdp, parametersOf(one.hint));
    expect([answer.status, answer.location]).toEqual([200, null]);
    expect(answer.text).toContain('You are signed out');
    expect(await isSignedIn(one)).toBe(false);
  });

  it('§9.4: an expired ID token is a good hint, and prompt=none is login_required afterwards', async () => {
    const one = await returning();
    idp.clock.advance(authz.deps.config.lifetimes.idToken + 60_000);
    const request = { id_token_hint: one.hint, post_logout_redirect_uri: bye };
    expect((await one.person.atIdp.get(`/oidc/v1/logout?${new URLSearchParams(request)}`)).location).toBe(bye);
    const answer = await house.walk(one.person, await house.ask(one.person, client, { prompt: 'none' }));
    expect(toldClient(answer).error).toBe('login_required');
  });

  it('§9.5: discovery says where', async () => {
    const document = JSON.parse((await authz.newBrowser().get('/.well-known/openid-configuration')).text);
    expect(document.end_session_endpoint).toBe(`${idp.origin}/oidc/v1/logout`);
  });
});
