import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { hashToken } from '../../src/crypto/digest.js';
import { disableClient } from '../../src/storage/clients/clients.js';
import { withdrawConsent } from '../../src/storage/grants/consents.js';
import { disableUser, setPasswordHash } from '../../src/storage/people/user-changes.js';
import { endUserSessions } from '../../src/storage/sessions/sessions.js';
import { paths, verifier } from '../support/authz.js';
import { type Answer, formsOf } from '../support/browser.js';
import { idTokenFor } from '../support/grants.js';
import type { TestUser } from '../support/idp.js';
import { change, redirectUri } from '../support/rows.js';
import { knownBy, knownHash, openHouse, type TestHouse, toldClient, type Visitor } from '../support/visitor.js';

let house: TestHouse;
let client: string;
beforeAll(async () => {
  house = await openHouse();
  client = await house.authz.addClient();
});
afterAll(() => house.close());

const transactions = () => house.authz.database.transactions;
const rows = async (query: string, values: unknown[] = []) =>
  (await house.authz.database.pool.query(query, values)).rows;

interface SignedIn {
  readonly person: Visitor;
  readonly user: TestUser;
  /** By the way over idp. */
  readonly code: string;
}

async function signedIn(clientId = client, parameters: Record<string, string> = {}): Promise<SignedIn> {
  const [person, user] = [house.visitor(), await house.idp.addUser()];
  const { code = '' } = await house.signIn(person, clientId, user, parameters);
  return { person, user, code };
}

const sessionOf = async ({ user }: SignedIn) => (await rows('SELECT * FROM sessions WHERE user_id = $1', [user.id]))[0];

/** The statements that `work` was made of, but for the client's, which is read once a second. */
async function statementsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  house.authz.database.statements();
  await work();
  return house.authz.database.statements().filter((name) => name !== 'find_client');
}

const isAtHub = ({ location }: Answer): boolean => location?.startsWith(`${house.idp.origin}/oidc/v1/`) ?? false;

describe('A browser with a session is answered at /authorize (OIDC Core §3.1.2.3)', () => {
  it.each([[{}], [{ prompt: 'none' }]])('with %j in one redirect and two statements', async (parameters) => {
    const { person } = await signedIn();
    let answer: Answer | undefined;
    const ran = await statementsOf(async () => {
      answer = await house.ask(person, client, parameters);
    });
    expect(ran).toEqual(['find_signed_in', 'issue_code']);
    const told = answer && toldClient(answer);
    expect(told).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: 's', iss: house.authz.origin });
    expect([answer?.status, answer?.headers.get('cache-control')]).toEqual([303, 'no-store']);
    expect(answer?.headers.getSetCookie()).toEqual([]);
    expect((await house.exchange(client, told?.code)).refresh_token).toBeDefined();
  });

  it('by POST, and by form_post: a page that posts itself', async () => {
    const { person } = await signedIn();
    const answer = await person.atAuthz.post(paths.authorize, {
      ...house.request(client),
      response_mode: 'form_post',
    });
    const [form] = formsOf(answer.text);
    expect(form?.action).toBe(redirectUri);
    expect(form?.fields).toEqual({ code: expect.any(String), state: 's', iss: house.authz.origin });
    await house.exchange(client, form?.fields.code);
  });

  it('not where its operator demands more of a sign-in, which is found in the same statement', async () => {
    const demanding = await house.authz.addClient({ minimum_acr: 'aal2' });
    const { person } = await signedIn();
    let answer: Answer | undefined;
    const ran = await statementsOf(async () => {
      answer = await house.ask(person, demanding);
    });
    expect([answer && isAtHub(answer), ran]).toEqual([true, ['find_signed_in', 'start_interaction']]);
    expect(toldClient(await house.ask(person, demanding, { prompt: 'none' }))).toMatchObject({
      error: 'interaction_required',
    });
  });

  it('a request object as well (RFC 9101 §5)', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const registered = await house.authz.addClient({ jwks: { keys: [await exportJWK(publicKey)] } });
    const { person } = await signedIn(registered);
    const claims = { client_id: registered, state: 'inside' };
    const request = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
    const told = toldClient(await house.ask(person, registered, { request }));
    expect(told).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state: 'inside', iss: house.authz.origin });
    expect((await house.exchange(registered, told.code)).id_token).toBeDefined();
  });

  it('with the same code, authorization grant, audit row and ID token as over idp', async () => {
    const one = await signedIn();
    const other = toldClient(await house.ask(one.person, client)).code ?? '';
    const stored = (code: string) =>
      rows(
        `SELECT t.kind, t.client_id, t.user_id, t.payload - 'traceparent' AS payload, t.expires_at - t.issued_at AS life,
           g.client_id AS g_client, g.user_id AS g_user, g.session_id, g.scopes, g.resources, g.auth_time, g.amr, g.acr,
           g.revoked_at, g.expires_at - g.created_at AS g_life, a.type, a.user_id AS a_user, a.client_id AS a_client,
           a.session_id AS a_session
         FROM tokens t JOIN authorization_grants g ON g.id = t.authorization_grant_id
         JOIN audit_events a ON a.authorization_grant_id = g.id AND a.type = 'authorization_code_issued'
         WHERE t.value_hash = $1`,
        [hashToken(code)],
      );
    const [overIdp, atOnce] = [await stored(one.code), await stored(other)];
    expect(atOnce).toEqual(overIdp);
    expect(atOnce).toHaveLength(1);
    const claims = async (code: string) => {
      const { sub, nonce, auth_time, acr, amr, sid } = decodeJwt((await house.exchange(client, code)).id_token ?? '');
      return { sub, nonce, auth_time, acr, amr, sid };
    };
    expect(await claims(other)).toEqual(await claims(one.code));
  });

  it('the code is redeemed in one statement, and looked up only where something is wrong', async () => {
    const { person, code } = await signedIn();
    await house.exchange(client, (await signedIn()).code); // by which the keys are known
    const ask = async () => toldClient(await house.ask(person, client)).code ?? '';
    const looked = ['find_authorization_code', 'redeem_authorization_code'];
    expect(await statementsOf(() => house.exchange(client, code))).toEqual(looked);
    const atOnce = await ask();
    expect(await statementsOf(() => house.exchange(client, atOnce))).toEqual(['redeem_authorization_code']);

    const other = await ask();
    const exchanged = { grant_type: 'authorization_code', code: other, redirect_uri: redirectUri, client_id: client };
    const wrong = await house.authz.token<{ error: string }>({ ...exchanged, code_verifier: 'x'.repeat(43) });
    expect([wrong.status, wrong.json.error]).toEqual([400, 'invalid_grant']);
    expect(await statementsOf(() => house.exchange(client, other))).toEqual(looked);
  });

  it('one code presented twenty times at once is good for one exchange, and ends what that issued', async () => {
    const { person } = await signedIn();
    const code = toldClient(await house.ask(person, client)).code ?? '';
    const exchanged = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, client_id: client };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        house.authz.token<{ access_token?: string }>({ ...exchanged, code_verifier: verifier }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    const [grant] = await rows(
      `SELECT g.revoked_at FROM tokens t JOIN authorization_grants g ON g.id = t.authorization_grant_id WHERE t.value_hash = $1`,
      [hashToken(code)],
    );
    expect(grant.revoked_at).toEqual(expect.any(Date));
  });

  it('a request that is wrong is refused as ever', async () => {
    const { person } = await signedIn();
    expect(toldClient(await house.ask(person, client, { response_type: 'token' })).error).toBe(
      'unsupported_response_type',
    );
    expect((await house.ask(person, client, { redirect_uri: 'https://elsewhere.example/' })).status).toBe(400);
  });

  it('twenty at once get twenty codes, each good for one exchange', async () => {
    const { person } = await signedIn();
    const answers = await Promise.all(Array.from({ length: 20 }, () => house.ask(person, client)));
    const codes = new Set(answers.map((answer) => toldClient(answer).code));
    expect(codes.size).toBe(20);
    await Promise.all([...codes].map((code) => house.exchange(client, code)));
    const exchanged = { grant_type: 'authorization_code', code: [...codes][0] ?? '', redirect_uri: redirectUri };
    expect((await house.authz.token({ ...exchanged, client_id: client, code_verifier: 'x'.repeat(43) })).status).toBe(
      400,
    );
  });
});

describe('Whatever is due, idp is asked as before', () => {
  const due: [string, (one: SignedIn) => Record<string, string> | Promise<Record<string, string>>, string][] = [
    ['prompt=login', () => ({ prompt: 'login' }), 'name="password"'],
    ['prompt=select_account', () => ({ prompt: 'select_account' }), 'Choose an account'],
    ['prompt=consent', () => ({ prompt: 'consent' }), 'Allow access?'],
    ['a max_age that is over', () => ({ max_age: '1' }), 'name="password"'],
    [
      'a hint at somebody else',
      async ({ user }) => ({
        id_token_hint: await idTokenFor(house.idp, {
          userId: (await house.idp.addUser({ username: `not-${user.username}` })).id,
          clientId: client,
        }),
      }),
      'name="password"',
    ],
  ];

  it.each(due)('%s', async (_, parametersOf, page) => {
    const one = await signedIn();
    const parameters = await parametersOf(one);
    const answer = await house.ask(one.person, client, parameters);
    expect(isAtHub(answer)).toBe(true);
    expect((await one.person.atIdp.get(answer.location ?? '')).text).toContain(page);
  });

  it('a client or a scope that was not consented to', async () => {
    const { person } = await signedIn(client, { scope: 'openid' });
    const other = await house.authz.addClient();
    for (const clientId of [client, other]) {
      const answer = await house.ask(person, clientId);
      expect(isAtHub(answer)).toBe(true);
      expect((await person.atIdp.get(answer.location ?? '')).text).toContain('Allow access?');
      expect(toldClient(await house.ask(person, clientId, { prompt: 'none' })).error).toBe('consent_required');
    }
  });

  it('a client that another program may pretend to be (RFC 8252 §8.6)', async () => {
    const uri = 'com.example.app:/callback';
    const native = await house.authz.addClient({ application_type: 'native', redirect_uris: [uri] });
    const [person, user] = [house.visitor(), await house.idp.addUser()];
    await house.signIn(person, client, user);
    for (let time = 0; time < 2; time += 1) {
      const answer = await house.ask(person, native, { redirect_uri: uri });
      expect(isAtHub(answer)).toBe(true);
      const page = await person.atIdp.get(answer.location ?? '');
      expect(page.text).toContain('Allow access?');
      const [form] = formsOf(page.text);
      await person.atIdp.post(form?.action ?? '', { ...form?.fields, decision: 'allow' });
    }
    const silent = await house.ask(person, native, { redirect_uri: uri, prompt: 'none' });
    expect(silent.location).toContain('error=interaction_required');
  });

  it.each<[string, Record<string, string>, string]>([
    ['a max_age that is over', { max_age: '1' }, 'login_required'],
    ['more scopes', { scope: 'openid profile' }, 'consent_required'],
  ])('with prompt=none, %s is the same error as over idp, in one statement', async (_, more, error) => {
    const { person } = await signedIn(client, { scope: 'openid' });
    const parameters = { ...more, prompt: 'none' };
    const ran = await statementsOf(async () => {
      expect(toldClient(await house.ask(person, client, parameters))).toMatchObject({ error, state: 's' });
    });
    expect(ran).toEqual(['find_signed_in']);
    person.atAuthz.cookies.clear();
    const overIdp = await house.walk(person, await house.ask(person, client, parameters));
    expect(toldClient(overIdp)).toMatchObject({ error, state: 's' });
  });
});

describe('authz knows a session no longer than it lives', () => {
  const ends: [string, (one: SignedIn) => Promise<unknown>][] = [
    ['the user signs out', ({ person }) => house.signOut(person)],
    ['the user is disabled', ({ user }) => disableUser(transactions(), user.id, change)],
    ['the password is set anew', ({ user }) => setPasswordHash(transactions(), user.id, '$argon2id$', change)],
    ['an operator ends the sessions', ({ user }) => endUserSessions(transactions(), user.id, change)],
    ['it goes idle', async () => house.idp.clock.advance(house.authz.deps.config.lifetimes.sessionIdle)],
  ];

  it.each(ends)('%s', async (_, end) => {
    const one = await signedIn();
    await end(one);
    const silent = await house.ask(one.person, client, { prompt: 'none' });
    expect(isAtHub(silent)).toBe(true);
    expect(toldClient(await house.walk(one.person, silent)).error).toBe('login_required');
    const answer = await house.ask(one.person, client);
    expect((await one.person.atIdp.get(answer.location ?? '')).text).toContain('name="password"');
  });

  it('the consent is withdrawn: it is asked for again', async () => {
    const { person, user } = await signedIn();
    await withdrawConsent(transactions(), { userId: user.id, clientId: client }, change);
    expect(toldClient(await house.ask(person, client, { prompt: 'none' })).error).toBe('consent_required');
    const answer = await house.ask(person, client);
    expect((await person.atIdp.get(answer.location ?? '')).text).toContain('Allow access?');
  });

  it('the client is disabled: a page, at once or when the client is read again', async () => {
    const own = await house.authz.addClient();
    const { person } = await signedIn(own);
    await house.ask(person, own);
    await disableClient(transactions(), own, change);
    const soon = await house.ask(person, own);
    expect(isAtHub(soon)).toBe(true);
    expect((await person.atIdp.get(soon.location ?? '')).status).toBe(403);
    house.authz.clock.advance(1_000);
    expect((await house.ask(person, own)).status).toBe(400);
  });

  it('codes in hand end with the session', async () => {
    const { person } = await signedIn();
    const { code } = toldClient(await house.ask(person, client, { scope: 'openid profile' }));
    await house.signOut(person);
    await expect(house.exchange(client, code)).rejects.toThrow('invalid_grant');
  });

  it('signing out while twenty ask leaves no authorization grant behind', async () => {
    const one = await signedIn();
    const { id } = await sessionOf(one);
    const asking = Array.from({ length: 20 }, () => house.ask(one.person, client, { scope: 'openid profile' }));
    const answers = await Promise.all([...asking, house.signOut(one.person)]);
    expect(answers.slice(0, 20).every((answer) => answer?.status === 303)).toBe(true);
    const alive = `SELECT id FROM authorization_grants
      WHERE session_id = $1 AND revoked_at IS NULL AND NOT 'offline_access' = ANY (scopes)`;
    expect(await rows(alive, [id])).toEqual([]);
  });

  it('use at authz keeps it from going idle, written once a minute at most, and never beyond its end', async () => {
    const one = await signedIn();
    const { sessionIdle } = house.authz.deps.config.lifetimes;
    const [before, { clock }] = [await sessionOf(one), house.authz];
    await house.ask(one.person, client);
    expect(await sessionOf(one)).toEqual(before);
    clock.advance(60_000);
    await house.ask(one.person, client);
    const used = await sessionOf(one);
    expect(used.last_seen_at).toEqual(clock.now());
    expect(used.expires_at.getTime() - clock.now().getTime()).toBe(sessionIdle);
    clock.advance(59_000);
    await house.ask(one.person, client);
    expect(await sessionOf(one)).toEqual(used);
    while (clock.now().getTime() + sessionIdle / 2 < before.ends_at.getTime()) {
      clock.advance(sessionIdle / 2);
      expect(toldClient(await house.ask(one.person, client)).code).toBeDefined();
    }
    expect((await sessionOf(one)).expires_at).toEqual(before.ends_at);
    clock.advance(sessionIdle / 2);
    expect(isAtHub(await house.ask(one.person, client))).toBe(true);
  });
});

describe('A pushed request in a browser with a session (RFC 9126 §4)', () => {
  const push = async (changes: Record<string, string> = {}): Promise<Record<string, string>> => {
    const form = { ...house.request(client), ...changes };
    const { json } = await house.authz.post<{ request_uri: string }>(paths.par, form);
    return { client_id: client, request_uri: json.request_uri };
  };
  const bring = ({ atAuthz }: Visitor, asked: Record<string, string>) =>
    atAuthz.get(`${paths.authorize}?${new URLSearchParams(asked)}`);

  it.each([[{}], [{ prompt: 'none' }]])('with %j is answered in one step and used up', async (changes) => {
    const { person } = await signedIn();
    const asked = await push(changes);
    let answer: Answer | undefined;
    const ran = await statementsOf(async () => {
      answer = await bring(person, asked);
    });
    expect(ran).toEqual(['find_pushed_request', 'find_signed_in', 'issue_code_and_note']);
    await house.exchange(client, answer && toldClient(answer).code);
    expect((await bring(person, asked)).status).toBe(400);
  });

  it('is not used up on the way to idp, but by the answer that comes from there', async () => {
    const { person } = await signedIn();
    const asked = await push({ prompt: 'consent' });
    expect(isAtHub(await bring(person, asked))).toBe(true);
    expect(toldClient(await house.walk(person, await bring(person, asked))).code).toBeDefined();
    expect((await bring(person, asked)).status).toBe(400);
  });

  it('twenty at once: one code (RFC 9126 §7.3)', async () => {
    const { person, user } = await signedIn();
    const asked = await push();
    const before = await rows('SELECT FROM authorization_grants WHERE user_id = $1', [user.id]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => bring(person, asked)));
    expect(answers.filter(({ location }) => location?.startsWith(redirectUri))).toHaveLength(1);
    expect(await rows('SELECT FROM authorization_grants WHERE user_id = $1', [user.id])).toHaveLength(
      before.length + 1,
    );
  });
});

describe('The cookie by which authz knows a session', () => {
  const setBy = async (person: Visitor, user?: TestUser, parameters: Record<string, string> = {}) => {
    const set: string[] = [];
    const { atAuthz } = person;
    const watched = {
      ...person,
      atAuthz: Object.assign(Object.create(atAuthz), {
        get: async (path: string) => {
          const answer = await atAuthz.get(path);
          if (path.includes(paths.resume)) set.push(...answer.headers.getSetCookie());
          return answer;
        },
      }),
    };
    await house.walk(watched, await house.ask(person, client, parameters), user);
    return set;
  };

  it('is set at /resume: out of reach of scripts and other sites, and gone with the window', async () => {
    const set = await setBy(house.visitor(), await house.idp.addUser());
    expect(set).toEqual([expect.stringMatching(/^authz_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)]);
  });

  it('is stored as a hash, and is not the one of idp', async () => {
    const one = await signedIn();
    const value = one.person.atAuthz.cookies.get(knownBy) ?? '';
    const session = await sessionOf(one);
    expect(session.authz_secret_hash).toEqual(hashToken(value));
    expect(session.authz_secret_hash).not.toEqual(session.secret_hash);
    one.person.atAuthz.cookies.set(knownBy, one.person.atIdp.cookies.get('session') ?? '');
    expect(isAtHub(await house.ask(one.person, client))).toBe(true);
  });

  it('is not changed where it is known', async () => {
    const { person } = await signedIn();
    const value = person.atAuthz.cookies.get(knownBy);
    expect(await setBy(person, undefined, { prompt: 'consent' })).toEqual([]);
    expect(person.atAuthz.cookies.get(knownBy)).toBe(value);
  });

  it('that got lost, or was never set, comes with the next way over idp, which shows no page', async () => {
    const one = await signedIn();
    await rows('UPDATE sessions SET authz_secret_hash = NULL WHERE user_id = $1', [one.user.id]);
    expect(await setBy(one.person)).toHaveLength(1);
    expect(toldClient(await house.ask(one.person, client)).code).toBeDefined();
    one.person.atAuthz.cookies.delete(knownBy);
    expect(await setBy(one.person)).toHaveLength(1);
    expect(toldClient(await house.ask(one.person, client)).code).toBeDefined();
  });

  it('is another one after each sign-in, and the one before is worth nothing', async () => {
    const { person, user } = await signedIn();
    const old = { ...person, atAuthz: person.atAuthz.copy() };
    await house.signIn(person, client, user, { prompt: 'login' });
    expect(person.atAuthz.cookies.get(knownBy)).not.toBe(old.atAuthz.cookies.get(knownBy));
    expect(isAtHub(await house.ask(old, client))).toBe(true);
    expect(toldClient(await house.ask(person, client)).code).toBeDefined();
  });

  it('is worth nothing between a new sign-in and its return', async () => {
    const { person, user } = await signedIn();
    const asked = await house.ask(person, client, { prompt: 'login' });
    await house.idp.signIn(person.atIdp, asked.location?.split('/').at(-1) ?? '', user);
    expect(isAtHub(await house.ask(person, client))).toBe(true);
  });

  it('follows to another account, and the first one’s is worth nothing', async () => {
    const { person } = await signedIn();
    const first = { ...person, atAuthz: person.atAuthz.copy() };
    const other = await house.idp.addUser();
    const { code } = await house.signIn(person, client, other, { prompt: 'select_account' });
    expect(decodeJwt((await house.exchange(client, code)).id_token ?? '').sub).toBe(other.id);
    const next = toldClient(await house.ask(person, client)).code;
    expect(decodeJwt((await house.exchange(client, next)).id_token ?? '').sub).toBe(other.id);
    expect(isAtHub(await house.ask(first, client))).toBe(true);
  });

  it('fixed in advance by somebody else, is replaced and leads to nobody', async () => {
    const planted = 'p'.repeat(43);
    const [victim, attacker] = [house.visitor(), house.visitor()];
    for (const { atAuthz } of [victim, attacker]) atAuthz.cookies.set(knownBy, planted);
    await house.signIn(victim, client, await house.idp.addUser());
    expect(victim.atAuthz.cookies.get(knownBy)).not.toBe(planted);
    expect(isAtHub(await house.ask(attacker, client))).toBe(true);
  });

  it('of one browser is not that of another, though one person uses both', async () => {
    const { person, user } = await signedIn();
    const elsewhere = house.visitor();
    await house.signIn(elsewhere, client, user);
    expect(knownHash(elsewhere)).not.toEqual(knownHash(person));
    await house.signOut(elsewhere);
    expect(isAtHub(await house.ask(elsewhere, client))).toBe(true);
    expect(toldClient(await house.ask(person, client)).code).toBeDefined();
  });

  it('is not for a browser that did not ask, nor for an answer that is an error', async () => {
    const { person } = await signedIn();
    const attacker = house.visitor();
    const asked = await house.ask(attacker, client);
    const lured = await person.atIdp.get(asked.location ?? '');
    for (const { atAuthz } of [person, house.visitor()]) {
      const before = atAuthz.cookies.get(knownBy);
      expect((await atAuthz.get(lured.location ?? '')).status).toBe(403);
      expect(atAuthz.cookies.get(knownBy)).toBe(before);
    }
    const silent = await house.walk(attacker, await house.ask(attacker, client, { prompt: 'none' }));
    expect(toldClient(silent).error).toBe('login_required');
    expect(attacker.atAuthz.cookies.has(knownBy)).toBe(false);
  });

  it('two tabs that return at once: both are answered, and the browser is known in the end', async () => {
    const { person } = await signedIn();
    person.atAuthz.cookies.delete(knownBy);
    const asked = [];
    for (let tab = 0; tab < 8; tab += 1) {
      person.atAuthz.cookies.delete(knownBy);
      asked.push(await person.atIdp.get((await house.ask(person, client)).location ?? ''));
    }
    const told = await Promise.all(asked.map(({ location }) => person.atAuthz.get(location ?? '')));
    expect(new Set(told.map((answer) => toldClient(answer).code)).size).toBe(8);
    await house.walk(person, await house.ask(person, client));
    expect(toldClient(await house.ask(person, client)).code).toBeDefined();
  });

  it.each([
    ['nothing', ''],
    ['a short one', 'short'],
    ['one of the right length', 'x'.repeat(43)],
    ['one with another character', `${'x'.repeat(42)}=`],
    ['a long one', 'x'.repeat(4_000)],
  ])('made up, %s, leads to nobody', async (_, value) => {
    const person = house.visitor();
    person.atAuthz.cookies.set(knownBy, value);
    expect(isAtHub(await house.ask(person, client))).toBe(true);
  });
});

describe('Limits', () => {
  it('one session has as many codes as one address may begin sign-ins; beyond, its requests count as those', async () => {
    const few = await openHouse({
      config: {
        limits: { ...house.authz.deps.config.limits, interactionsPerAddress: { burst: 3, perSecond: 1 / 3_600 } },
      },
    });
    const own = await few.authz.addClient();
    const person = few.visitor();
    await few.signIn(person, own, await few.idp.addUser());
    const seen: (string | number)[] = [];
    for (let time = 0; time < 6; time += 1) {
      const { status, location } = await few.ask(person, own);
      seen.push(location === null ? status : location.startsWith(redirectUri) ? 'code' : 'idp');
    }
    await few.close();
    expect(seen).toEqual(['code', 'code', 'code', 'idp', 'idp', 429]);
  });
});

describe('What is granted beside scopes', () => {
  it('single claims that were consented to are told at once as well (OIDC Core §5.5)', async () => {
    const registered = await house.authz.addClient({ scope: 'openid profile offline_access' });
    const claims = JSON.stringify({ id_token: { preferred_username: null } });
    const { person, user } = await signedIn(registered, { scope: 'openid', claims });
    const told = toldClient(await house.ask(person, registered, { scope: 'openid', claims }));
    const { id_token = '' } = await house.exchange(registered, told.code);
    expect(decodeJwt(id_token)).toMatchObject({ preferred_username: user.username });
  });

  it('what an operator allowed in the user’s stead goes by idp, which says so in the audit trail', async () => {
    const own = await house.authz.addClient({ consent: 'implicit' }, 'a-secret-of-thirty-two-characters');
    const { person } = await signedIn();
    const answer = await house.ask(person, own);
    expect(isAtHub(answer)).toBe(true);
  });
});
