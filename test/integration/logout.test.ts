import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sweep } from '../../src/administration/maintenance.js';
import { endUserSessions } from '../../src/administration/sessions.js';
import { disableUser, setPassword } from '../../src/administration/users.js';
import { hashToken } from '../../src/crypto/digest.js';
import { resetPassword } from '../../src/storage/mail/mailed-links.js';
import { endSession } from '../../src/storage/sessions/sessions.js';
import { openAccount, submitted } from '../support/account.js';
import { administer } from '../support/administration.js';
import { openAuthz, type TestAuthz } from '../support/authz.js';
import { type Browser, formsOf } from '../support/browser.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../support/idp.js';
import { addTold, waiting } from '../support/logout.js';
import { audit } from '../support/rows.js';

/** authz and idp over one database: a session in which clients got ID tokens, and every way in which it can end. */
let authz: TestAuthz;
let idp: TestIdp;
let told: string;
let plain: string;
beforeAll(async () => {
  authz = await openAuthz();
  idp = await openIdp({ beside: authz });
  told = await addTold(idp.database, 'https://told.example/logout');
  plain = await authz.addClient();
});
beforeEach(() => idp.database.pool.query('TRUNCATE logout_notifications'));
afterEach(() => idp.clock.advance(60_000));
afterAll(async () => {
  await idp.close();
  await authz.close();
});

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
