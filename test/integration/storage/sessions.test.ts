import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../src/crypto/digest.js';
import { useAssertion } from '../../../src/storage/clients/used-assertions.js';
import { grantConsent } from '../../../src/storage/grants/consents.js';
import { disableUser, setPasswordHash } from '../../../src/storage/people/user-changes.js';
import { beginSession, endSession, findSessions, touchSession } from '../../../src/storage/sessions/sessions.js';
import { countSignInFailure } from '../../../src/storage/sign-in/sign-in-failures.js';
import { lookForSignIn } from '../../../src/storage/sign-in/sign-in-look.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addClient, addUser, audit, change, later, start } from '../../support/rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const secret = () => hashToken(randomUUID());

const signIn = (userId: string, overrides: Partial<Parameters<typeof beginSession>[1]> = {}) => {
  const secretHash = secret();
  const session = {
    userId,
    interactionIdHash: secret(),
    presentedSecretHashes: [],
    keptSecretHashes: [],
    endedSecretHashes: [],
    newId: randomUUID(),
    secretHash,
    now: start,
    amr: ['pwd'],
    acr: null,
    device: null,
    endsAt: later(10_000),
    idleAt: later(5_000),
    passwordHash: null,
    forgiven: { keys: [], share: null },
    effects: {},
    audit,
    linkAudit: null,
    signInNotice: null,
    ...overrides,
  };
  return beginSession(database.sql, session).then((began) => ({ id: began?.id ?? null, secretHash }));
};

const findSession = async (secretHash: Buffer, now: Date) =>
  (await findSessions(database.sql, [secretHash], now))[0] ?? null;

const addGrant = (userId: string, sessionId: string, clientId: string, scopes: string[]) =>
  database.pool
    .query(
      `INSERT INTO authorization_grants (id, client_id, user_id, session_id, scopes, resources, auth_time, amr, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, '{}', $6, '{}', $6, $7) RETURNING id`,
      [randomUUID(), clientId, userId, sessionId, scopes, start, later(100_000)],
    )
    .then(({ rows }) => rows[0].id as string);

const revoked = async (grantId: string) =>
  (await database.pool.query('SELECT revoked_at FROM authorization_grants WHERE id = $1', [grantId])).rows[0]
    .revoked_at !== null;

describe('session', () => {
  it('ends when it is idle, and at its absolute end whatever happens', async () => {
    const { id, secretHash } = await signIn(await addUser(database));
    expect(await findSession(secretHash, later(4_999))).toMatchObject({ id });
    expect(await findSession(secretHash, later(5_000))).toBeNull();
    await touchSession(database.sql, { id: id ?? '', now: later(4_000), idleAt: later(9_000) });
    expect(await findSession(secretHash, later(8_000))).not.toBeNull();
    await touchSession(database.sql, { id: id ?? '', now: later(8_000), idleAt: later(20_000) });
    expect(await findSession(secretHash, later(10_000))).toBeNull();
  });

  it('keeps its id but not its secret when the same user signs in again (session fixation)', async () => {
    const userId = await addUser(database);
    const first = await signIn(userId);
    const second = await signIn(userId, { presentedSecretHashes: [first.secretHash], now: later(1_000) });
    expect(second.id).toBe(first.id);
    expect(await findSession(first.secretHash, later(1_000))).toBeNull();
    expect(await findSession(second.secretHash, later(1_000))).toMatchObject({ authTime: later(1_000) });
  });

  it('of another user in the same browser ends with its grants where there are too many', async () => {
    const [one, two, clientId] = [await addUser(database), await addUser(database), await addClient(database)];
    const first = await signIn(one);
    const grant = await addGrant(one, first.id ?? '', clientId, ['openid']);
    const second = await signIn(two, { endedSecretHashes: [first.secretHash] });
    expect(second.id).not.toBe(first.id);
    expect(await findSession(first.secretHash, start)).toBeNull();
    expect(await revoked(grant)).toBe(true);
  });

  it('of another user in the same browser goes on, unknown to authz', async () => {
    const [one, two] = [await addUser(database), await addUser(database)];
    const first = await signIn(one);
    await database.pool.query('UPDATE sessions SET authz_secret_hash = $2 WHERE id = $1', [first.id, secret()]);
    const second = await signIn(two, {
      presentedSecretHashes: [first.secretHash],
      keptSecretHashes: [first.secretHash],
    });
    const { rows } = await database.pool.query(
      'SELECT authz_secret_hash, shares_browser FROM sessions WHERE id = ANY ($1)',
      [[first.id, second.id]],
    );
    expect(rows).toEqual(Array(2).fill({ authz_secret_hash: null, shares_browser: true }));
  });

  it('of the same user is neither kept nor ended by a sign-in, whatever the browser says', async () => {
    const userId = await addUser(database);
    const [first, elsewhere] = [await signIn(userId), await signIn(userId)];
    await signIn(userId, { endedSecretHashes: [first.secretHash], keptSecretHashes: [elsewhere.secretHash] });
    const { rows } = await database.pool.query('SELECT shares_browser FROM sessions WHERE id = ANY ($1)', [
      [first.id, elsewhere.id],
    ]);
    expect(rows).toEqual([{ shares_browser: false }, { shares_browser: false }]);
  });

  it('is not begun for a user who was disabled meanwhile, and ends when one is', async () => {
    const userId = await addUser(database);
    const { secretHash } = await signIn(userId);
    await disableUser(database.transactions, userId, change);
    expect(await findSession(secretHash, start)).toBeNull();
    expect((await signIn(userId)).id).toBeNull();
  });

  it('and what hangs on it ends with a new password', async () => {
    const [userId, clientId] = [await addUser(database), await addClient(database)];
    const { id, secretHash } = await signIn(userId);
    const grant = await addGrant(userId, id ?? '', clientId, ['openid', 'offline_access']);
    await setPasswordHash(database.transactions, userId, 'encoded', change);
    expect(await findSession(secretHash, start)).toBeNull();
    expect(await revoked(grant)).toBe(true);
  });

  it('stores a rehashed password only over the one that was verified', async () => {
    const userId = await addUser(database);
    await setPasswordHash(database.transactions, userId, 'old', change);
    const stored = async () =>
      (await database.pool.query('SELECT password_hash AS hash FROM users WHERE id = $1', [userId])).rows[0].hash;
    await signIn(userId, { passwordHash: 'old', effects: { rehash: { from: 'another', to: 'new' } } });
    expect(await stored()).toBe('old');
    await signIn(userId, { passwordHash: 'old', effects: { rehash: { from: 'old', to: 'new' } } });
    expect(await stored()).toBe('new');
  });

  it('S4: begins with the password that the user has, or not at all, and nothing comes of it', async () => {
    const [userId, other, key] = [await addUser(database), await addUser(database), secret().toString('hex')];
    await setPasswordHash(database.transactions, userId, 'new', change);
    const { id, secretHash } = await signIn(other);
    await countSignInFailure(database.sql, { counters: [{ key, delays: [0] }], now: start, expiresAt: later(60_000) });
    const failed = { passwordHash: 'old', presentedSecretHashes: [secretHash], forgiven: { keys: [key], share: null } };
    expect((await signIn(userId, failed)).id).toBeNull();
    expect(await findSession(secretHash, start)).toMatchObject({ id });
    const look = { identifier: 'nobody', failureKeys: [key], likeness: randomUUID(), presentedTrust: [], now: start };
    expect((await lookForSignIn(database.sql, look)).failures[key]).toMatchObject({ failures: 1 });
    expect((await signIn(userId, { ...failed, passwordHash: 'new' })).id).not.toBeNull();
  });

  it.each([
    ['disabled', (userId: string) => disableUser(database.transactions, userId, change)],
    ['given a password', (userId: string) => setPasswordHash(database.transactions, userId, 'new', change)],
  ])('S4: a user who is %s while signing in keeps no session', async (_, changeUser) => {
    for (let n = 0; n < 20; n++) {
      const userId = await addUser(database);
      await Promise.all([changeUser(userId), signIn(userId), signIn(userId)]);
      const { rows } = await database.pool.query('SELECT FROM sessions WHERE user_id = $1', [userId]);
      expect(rows).toHaveLength(0);
    }
  });

  it('S24: sign-ins at once that all replace a hash do not wait for each other in a circle', async () => {
    const userId = await addUser(database);
    await setPasswordHash(database.transactions, userId, 'old', change);
    const rehashing = { passwordHash: 'old', effects: { rehash: { from: 'old', to: 'new' } } };
    const begun = await Promise.all(Array.from({ length: 16 }, () => signIn(userId, rehashing)));
    expect(begun.filter(({ id }) => id !== null)).toHaveLength(1);
  });

  it('takes its grants along at sign-out, except offline ones of other clients (OIDC Back-Channel Logout §2.7)', async () => {
    const [userId, asking, other] = [await addUser(database), await addClient(database), await addClient(database)];
    const { id, secretHash } = await signIn(userId);
    const grants = {
      online: await addGrant(userId, id ?? '', other, ['openid']),
      offline: await addGrant(userId, id ?? '', other, ['openid', 'offline_access']),
      asking: await addGrant(userId, id ?? '', asking, ['openid', 'offline_access']),
    };
    expect(await endSession(database.sql, { secretHash, clientId: asking, now: start, audit })).toMatchObject({ id });
    expect(await endSession(database.sql, { secretHash, clientId: asking, now: start, audit })).toBeNull();
    expect(await revoked(grants.online)).toBe(true);
    expect(await revoked(grants.offline)).toBe(false);
    expect(await revoked(grants.asking)).toBe(true);
  });
});

describe('sign-in failures', () => {
  const delays = [0, 0, 0, 1_000, 2_000, 60_000];
  const newKey = () => secret().toString('hex');
  const fail = (keys: readonly string[], now = start) =>
    countSignInFailure(database.sql, {
      counters: keys.map((key) => ({ key, delays })),
      now,
      expiresAt: new Date(now.getTime() + 3_600_000),
    });
  const failuresOf = async (key: string, now = start) =>
    (
      await lookForSignIn(database.sql, {
        identifier: 'nobody',
        failureKeys: [key],
        likeness: randomUUID(),
        presentedTrust: [],
        now,
      })
    ).failures[key];

  it('S5: a failure without a delay blocks nobody, later ones longer and longer', async () => {
    const key = newKey();
    const seen = [];
    for (let n = 0; n < 7; n++) {
      await fail([key], later(n));
      const state = await failuresOf(key);
      seen.push([state?.failures, state?.blockedUntil && state.blockedUntil - later(n).getTime()]);
    }
    expect(seen).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 1_000],
      [5, 2_000],
      [6, 60_000],
      [7, 60_000],
    ]);
  });

  it('are all counted, and each under every key', async () => {
    const [one, two, three] = [newKey(), newKey(), newKey()];
    await Promise.all(Array.from({ length: 20 }, (_, n) => fail(n % 2 ? [one, two] : [three, one])));
    expect(await failuresOf(one)).toMatchObject({ failures: 20 });
    expect(await failuresOf(two)).toMatchObject({ failures: 10 });
  });

  it('S24: a statement that PostgreSQL gives up for a deadlock is made again', async () => {
    const key = newKey();
    await fail([key]);
    // a number that is taken stays taken when the statement is undone: the first attempt fails, the second does not
    await database.pool.query(`
      CREATE SEQUENCE attempts;
      CREATE FUNCTION give_up_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('attempts') = 1 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER deadlock BEFORE UPDATE ON sign_in_failures FOR EACH ROW EXECUTE FUNCTION give_up_once()`);
    await fail([key]);
    await database.pool.query(
      'DROP TRIGGER deadlock ON sign_in_failures; DROP FUNCTION give_up_once; DROP SEQUENCE attempts',
    );
    expect(await failuresOf(key)).toMatchObject({ failures: 2 });
  });

  it('S24: failing and succeeding at once, under the same keys, never wait for each other in a circle', async () => {
    const [keys, userId] = [[newKey(), newKey(), newKey()], await addUser(database)];
    const { query } = database.pool;
    const faults: unknown[] = [];
    database.pool.query = ((...query_: Parameters<typeof query>) =>
      (query.apply(database.pool, query_) as unknown as Promise<unknown>).catch((error) => {
        faults.push(error);
        throw error;
      })) as unknown as typeof query;
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => {
        const some = n % 2 ? keys : [...keys].reverse();
        return n % 3 ? fail(some) : signIn(userId, { forgiven: { keys: some, share: null } });
      }),
    );
    database.pool.query = query;
    expect(faults).toEqual([]);
  });

  it('are forgotten after a while, and forgiven at once when the user signs in', async () => {
    const [key, userId] = [newKey(), await addUser(database)];
    for (let n = 0; n < 4; n++) await fail([key]);
    expect(await failuresOf(key, later(3_600_000))).toBeUndefined();
    await fail([key], later(3_600_000));
    expect(await failuresOf(key, later(3_600_000))).toEqual({ failures: 1, blockedUntil: 0 });
    await signIn(userId, { forgiven: { keys: [key], share: null } });
    expect(await failuresOf(key)).toBeUndefined();
  });
});

describe('consent', () => {
  it('adds up', async () => {
    const [userId, clientId] = [await addUser(database), await addClient(database)];
    await grantConsent(database.sql, { userId, clientId, permissions: ['openid', 'email'], now: start, audit });
    await grantConsent(database.sql, { userId, clientId, permissions: ['openid', 'phone'], now: later(1), audit });
    const { rows } = await database.pool.query('SELECT scopes, granted_at FROM consents WHERE user_id = $1', [userId]);
    expect(rows[0].scopes.sort()).toEqual(['email', 'openid', 'phone']);
    expect(rows[0].granted_at).toEqual(later(1));
  });
});

describe('client assertion (RFC 7523 §3)', () => {
  it('counts once of twenty times', async () => {
    const assertion = { clientId: 'c', jti: randomUUID(), expiresAt: later(60_000) };
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => useAssertion(database.sql, assertion)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await useAssertion(database.sql, { ...assertion, clientId: 'd' })).toBe(true);
  });
});
