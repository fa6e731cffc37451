import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../src/crypto/digest.js';
import { disableClient, findClient } from '../../../src/storage/clients/clients.js';
import { useAssertion } from '../../../src/storage/clients/used-assertions.js';
import { createSql, type Sql } from '../../../src/storage/connection/sql.js';
import { findLiveGrant } from '../../../src/storage/grants/authorization-grants.js';
import { grantConsent } from '../../../src/storage/grants/consents.js';
import { endUserSessions } from '../../../src/storage/sessions/sessions.js';
import { type AnswerNotes, findSignedIn, issueCode } from '../../../src/storage/sessions/single-sign-on.js';
import { findOpaqueAccessToken, insertClientToken, insertUserToken } from '../../../src/storage/tokens/access-token.js';
import { findAuthorizationCode, redeemAuthorizationCode } from '../../../src/storage/tokens/authorization-code.js';
import { findRefreshToken, rotateRefreshToken } from '../../../src/storage/tokens/refresh-token.js';
import { isClientTokenActive } from '../../../src/storage/tokens/revoked-access-tokens.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addGrant } from '../../support/grants.js';
import { addClient, addSession, addUser, audit, change, later, start } from '../../support/rows.js';

let database: TestDatabase;
/** What the pool was asked since the last look, and the errors that it answered with. */
let sent: string[];
let faults: unknown[];
const texts = new Map<string, string>();
let processes: readonly [Sql, Sql];
beforeAll(async () => {
  database = await openTestDatabase();
  const { query } = database.pool;
  database.pool.query = ((asked: { name?: string; text: string }, ...more: unknown[]) => {
    if (asked.name !== undefined) {
      sent.push(asked.name);
      texts.set(asked.name, asked.text);
    }
    const answer = (query as (...all: unknown[]) => Promise<unknown>).call(database.pool, asked, ...more);
    return answer.catch((error) => {
      faults.push(error);
      throw error;
    });
  }) as typeof query;
  const open = () => createSql(database.pool, { prepared: true, coalescing: true, maxWaiting: 1_000 });
  processes = [open(), open()];
});
afterAll(() => database.close());

const alone = (): Sql => createSql(database.pool, { prepared: true, coalescing: false, maxWaiting: 1_000 });

/** Does `work`, and says which statements it was sent as. */
async function watch<T>(work: () => Promise<T>): Promise<{ results: T; statements: string[] }> {
  [sent, faults] = [[], []];
  const results = await work();
  return { results, statements: sent };
}

/** Of each of these: the first call alone, if nobody had company just before, and all others together. */
function expectTogether(statements: readonly string[], ...names: readonly string[]): void {
  const asked = new Set(statements);
  expect([...asked].filter((name) => name.endsWith('_together')).sort()).toEqual(
    names.map((name) => `${name}_together`).sort(),
  );
  expect([...asked].filter((name) => !names.includes(name.replace('_together', '')))).toEqual([]);
  expect(statements).toHaveLength(asked.size);
}

const hash = () => hashToken(randomBytes(16).toString('hex'));
const issue = () => ({
  refreshToken: { valueHash: hash(), expiresAt: later(30 * 86_400_000) },
  accessToken: {
    valueHash: hash(),
    expiresAt: later(600_000),
    payload: { jti: randomUUID(), scopes: ['openid'], audience: ['https://issuer.example'] },
  },
  lastExpiry: later(30 * 86_400_000),
});

interface Issued {
  readonly valueHash: Buffer;
  readonly clientId: string;
  readonly userId: string;
  readonly grantId: string;
}

/** A code or refresh token of a grant of its own, or of the one that is given. */
async function issued(kind: 'authorization_code' | 'refresh_token', of?: Issued): Promise<Issued> {
  const userId = of?.userId ?? (await addUser(database));
  const clientId = of?.clientId ?? (await addClient(database));
  const scopes = ['openid', 'offline_access'];
  const clock = { now: () => start };
  const grantId = of?.grantId ?? (await addGrant({ database, clock }, { userId, clientId, scopes })).id;
  const valueHash = hash();
  await database.pool.query(
    `INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, '{}', $6, $7)`,
    [valueHash, kind, clientId, userId, grantId, start, later(60_000)],
  );
  return { valueHash, clientId, userId, grantId };
}

const many = <T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => work(n)));

const redemption = ({ valueHash, clientId }: Issued, requestId = 'request-1') => ({
  valueHash,
  clientId,
  issued: issue(),
  now: later(2_000),
  audit: { ...audit, context: { request_id: requestId } },
});
const chainLifetime = 90 * 86_400_000;
const rotation = (token: Issued, scopes: string[] | null = null) => ({
  ...redemption(token),
  scopes,
  redeemedFrom: hash(),
  chainLifetime,
});

const kindsOf = async ({ userId }: Issued): Promise<string[]> => {
  const { rows } = await database.pool.query('SELECT kind FROM tokens WHERE user_id = $1 ORDER BY kind', [userId]);
  return rows.map(({ kind }) => kind);
};

const auditedFor = async ({ grantId }: Issued): Promise<unknown[]> => {
  const audited = 'SELECT context FROM audit_events WHERE authorization_grant_id = $1 ORDER BY id';
  return (await database.pool.query(audited, [grantId])).rows.map(({ context }) => context.request_id);
};

/** How twenty can come, and in how many batches they then go. */
const ways: [string, (n: number) => Sql, number][] = [
  ['in one batch', () => processes[0], 1],
  ['at two processes', (n) => processes[n % 2] as Sql, 2],
  ['each alone', () => alone(), 0],
];

describe.each(ways)('twenty who come %s', (_, sqlOf, batches) => {
  /** Twenty of a kind, behind a stranger who goes first, alone as the first does, so that they are all in one batch. */
  async function race<T>(stranger: (sql: Sql) => Promise<T>, work: (sql: Sql, n: number) => Promise<T>): Promise<T[]> {
    const { results, statements } = await watch(async () => {
      const first = Promise.all(processes.map(stranger));
      const all = await many(20, (n) => work(sqlOf(n), n));
      await first;
      return all;
    });
    expect(statements.filter((name) => name.endsWith('_together'))).toHaveLength(batches);
    return results;
  }

  it('redeem the same code once, and one set of tokens is stored (RFC 6749 §4.1.2)', async () => {
    const code = await issued('authorization_code');
    const results = await race(
      (sql) => redeemAuthorizationCode(sql, redemption({ ...code, valueHash: hash() })),
      (sql, n) => redeemAuthorizationCode(sql, redemption(code, `request-${n}`)),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await kindsOf(code)).toEqual(['access_token', 'authorization_code', 'refresh_token']);
    expect(await auditedFor(code)).toEqual([`request-${results.indexOf(true)}`]);
  });

  it('rotate the same refresh token once (RFC 9700 §4.14.2)', async () => {
    const token = await issued('refresh_token');
    const rotations = Array.from({ length: 20 }, () => rotation(token));
    const results = await race(
      (sql) => rotateRefreshToken(sql, rotation({ ...token, valueHash: hash() })),
      (sql, n) => rotateRefreshToken(sql, rotations[n] as (typeof rotations)[0]),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    const winner = rotations[results.findIndex(Boolean)];
    const found = await findRefreshToken(processes[0], { valueHash: token.valueHash, chainLifetime });
    expect(found).toMatchObject({
      consumedAt: later(2_000),
      successorHash: winner?.issued.refreshToken.valueHash,
      redeemedFrom: winner?.redeemedFrom,
    });
    expect(await kindsOf(token)).toEqual(['access_token', 'refresh_token', 'refresh_token']);
  });

  it('use the same assertion once (RFC 7523 §3 item 7)', async () => {
    const assertion = { clientId: randomUUID(), jti: randomUUID(), expiresAt: later(60_000) };
    const results = await race(
      (sql) => useAssertion(sql, { ...assertion, jti: randomUUID() }),
      (sql) => useAssertion(sql, assertion),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
  });
});

describe('a batch', () => {
  it('redeems for each what is theirs, and for another client nothing', async () => {
    const codes = await many(6, () => issued('authorization_code'));
    const [first, second, third] = codes as [Issued, Issued, Issued];
    const asked = [first, { ...second, clientId: third.clientId }, ...codes.slice(1)];
    const { results, statements } = await watch(() =>
      many(7, (n) => redeemAuthorizationCode(processes[0], redemption(asked[n] as Issued))),
    );
    expect(results).toEqual([true, false, ...Array(5).fill(true)]);
    expectTogether(statements, 'redeem_authorization_code');
  });

  it('rotates with the facts of each one’s own grant, and not for scopes that it lacks (RFC 6749 §6)', async () => {
    const tokens = await many(4, () => issued('refresh_token'));
    const scopes = [null, ['openid'], [], ['openid', 'write:resource']];
    const { results, statements } = await watch(() =>
      many(4, (n) => rotateRefreshToken(processes[0], rotation(tokens[n] as Issued, scopes[n]))),
    );
    const facts = ({ userId, grantId }: Issued) => ({
      authorizationGrantId: grantId,
      userId,
      sessionId: expect.any(String),
      scopes: ['openid', 'offline_access'],
      resources: [],
      authTime: start,
      amr: ['pwd'],
      acr: null,
    });
    const expected = tokens.slice(0, 3).map((token) => expect.objectContaining(facts(token)));
    expect(results).toEqual([...expected, null]);
    expectTogether(statements, 'rotate_refresh_token');
  });

  it('keeps a grant as long as the last of all that is issued from it, and longer, so that the next need not write it', async () => {
    const first = await issued('refresh_token');
    const tokens = [first, ...(await many(3, () => issued('refresh_token', first)))];
    const days = [40, 45, 50, 35];
    const { statements } = await watch(() =>
      many(4, (n) => {
        const { issued, ...rest } = rotation(tokens[n] as Issued);
        const lastExpiry = later((days[n] ?? 0) * 86_400_000);
        return rotateRefreshToken(processes[0], { ...rest, issued: { ...issued, lastExpiry } });
      }),
    );
    expectTogether(statements, 'rotate_refresh_token');
    const kept = async () =>
      (await database.pool.query('SELECT xmin, expires_at FROM authorization_grants WHERE id = $1', [first.grantId]))
        .rows[0];
    const { xmin, expires_at: keptUntil } = await kept();
    const beyond = keptUntil.getTime() - later(50 * 86_400_000).getTime();
    expect([beyond > 6 * 86_400_000, beyond < 7 * 86_400_000]).toEqual([true, true]);

    const again = async (days: number) => {
      const { issued: tokensOf, ...rest } = rotation(await issued('refresh_token', first));
      const lastExpiry = later(days * 86_400_000);
      await rotateRefreshToken(processes[0], { ...rest, issued: { ...tokensOf, lastExpiry } });
      return kept();
    };
    expect((await again(56)).xmin).toBe(xmin);
    expect((await again(57)).expires_at > later(57 * 86_400_000)).toBe(true);
  });

  it('stores access tokens with their audit rows, and finds each, what is unknown as nothing', async () => {
    const owner = await issued('refresh_token');
    const { clientId, userId, grantId: authorizationGrantId } = owner;
    const newToken = (n: number) => {
      const context = { request_id: `request-${n}`, scopes: ['a "b"', 'c\\d'] };
      return { ...issue().accessToken, clientId, now: start, audit: { ...audit, context } };
    };
    const [ofClient, ofUser] = [[0, 1, 2, 3].map(newToken), [4, 5, 6].map(newToken)];
    const stored = await watch(() =>
      Promise.all([
        ...ofClient.map((token) => insertClientToken(processes[0], token)),
        ...ofUser.map((token) => insertUserToken(processes[0], { ...token, userId, authorizationGrantId })),
      ]),
    );
    const tokens = [...ofClient, ...ofUser];
    const hashes = [hash(), ...tokens.map(({ valueHash }) => valueHash)];
    const found = await watch(() =>
      many(8, (n) => findOpaqueAccessToken(processes[0], hashes[n] as Buffer, later(1_000))),
    );
    expectTogether(stored.statements, 'insert_client_access_token', 'insert_access_token');
    expectTogether(found.statements, 'find_opaque_access_token');
    expect(found.results[0]).toBeNull();
    expect(found.results.slice(1).map((token) => [token?.payload, token?.user ? 'a user' : 'none'])).toEqual(
      tokens.map((token) => [token.payload, ofUser.includes(token) ? 'a user' : 'none']),
    );
    const { rows } = await database.pool.query(
      "SELECT context, user_id FROM audit_events WHERE client_id = $1 ORDER BY context ->> 'request_id'",
      [clientId],
    );
    expect(rows.map(({ context, user_id }) => [context, user_id])).toEqual(
      tokens.map((token) => [token.audit.context, ofUser.includes(token) ? userId : null]),
    );
  });

  it('stores nobody else’s less when one cannot be stored', async () => {
    const clientId = await addClient(database);
    const taken = hash();
    const token = (valueHash: Buffer) => {
      return { ...issue().accessToken, clientId, valueHash, now: start, audit };
    };
    await insertClientToken(processes[0], token(taken));
    const hashes = [hash(), hash(), taken, hash(), hash()];
    const { results } = await watch(() =>
      Promise.allSettled(hashes.map((valueHash) => insertClientToken(processes[0], token(valueHash)))),
    );
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(results[2]).toMatchObject({ reason: { code: '23505' } });
    const audited = await database.pool.query('SELECT FROM audit_events WHERE client_id = $1', [clientId]);
    const stored = await database.pool.query('SELECT FROM tokens WHERE client_id = $1', [clientId]);
    expect([audited.rowCount, stored.rowCount]).toEqual([5, 5]);
  });

  it('looks up codes, refresh tokens, grants and clients, each for its own caller', async () => {
    const [codes, tokens] = [
      await many(3, () => issued('authorization_code')),
      await many(3, () => issued('refresh_token')),
    ];
    const jwts = [...codes.map(({ clientId }) => clientId), 'nobody'].map((clientId) => {
      return { clientId, jti: randomUUID(), issuedAt: start };
    });
    const { results, statements } = await watch(() =>
      Promise.all([
        Promise.all(codes.map(({ valueHash }) => findAuthorizationCode(processes[0], valueHash))),
        Promise.all(tokens.map(({ valueHash }) => findRefreshToken(processes[0], { valueHash, chainLifetime }))),
        Promise.all(codes.map(({ grantId }) => findLiveGrant(processes[0], grantId, start))),
        Promise.all(codes.map(({ clientId }) => findClient(processes[0], clientId))),
        Promise.all(jwts.map((jwt) => isClientTokenActive(processes[0], jwt))),
      ]),
    );
    const [foundCodes, foundTokens, grants, clients, active] = results;
    const grantsOf = (owners: readonly Issued[]) => owners.map(({ grantId }) => grantId);
    expect(foundCodes.map((code) => code?.authorizationGrantId)).toEqual(grantsOf(codes));
    expect(foundTokens.map((token) => token?.authorizationGrantId)).toEqual(grantsOf(tokens));
    expect(grants.map((found) => found?.grant.authorizationGrantId)).toEqual(grantsOf(codes));
    expect(clients.map((client) => client?.clientId)).toEqual(codes.map(({ clientId }) => clientId));
    expect(active).toEqual([true, true, true, false]);
    expect(clients[0]).not.toHaveProperty('n');
    const finding = [
      'find_authorization_code',
      'find_client',
      'find_live_grant',
      'find_refresh_token',
      'is_client_token_active',
    ];
    expectTogether(statements, ...finding);
  });
});

/** Sessions of one user that authz knows, each with what answers a request in it. */
async function knownSessions(count: number) {
  const [userId, clientId] = [await addUser(database), await addClient(database)];
  const given = { userId, clientId, permissions: ['openid'], now: start, audit };
  await grantConsent(database.sql, given);
  const answers = await many(count, async () => {
    const [sessionId, secretHash] = [randomUUID(), hash()];
    await addSession(database, sessionId, userId);
    await database.pool.query('UPDATE sessions SET authz_secret_hash = $2 WHERE id = $1', [sessionId, secretHash]);
    const granted = {
      scopes: ['openid'],
      resources: [],
      authTime: start,
      amr: ['pwd'],
      acr: null,
      requestedClaims: null,
    };
    const payload = { redirectUri: 'https://rp.example/callback', redirectUriNamed: true };
    return { secretHash, clientId, sessionId, userId, ...granted, payload, now: later(60_000) };
  });
  const issueIn = (sql: Sql, n: number, notes: AnswerNotes | null) => {
    const stored = { authorizationGrantId: randomUUID(), codeHash: hash(), codeExpiresAt: later(120_000), audit };
    return issueCode(sql, { ...(answers[n] as (typeof answers)[0]), ...stored }, notes);
  };
  return { userId, clientId, answers, issueIn };
}

const use: AnswerNotes = { pushedAs: null, idleAt: later(600_000) };

describe('a batch of requests in sessions that authz knows', () => {
  it.each<[string, AnswerNotes | null, string, Date]>([
    ['with its use noted', use, 'issue_code_and_note', later(60_000)],
    ['with nothing to note', null, 'issue_code', start],
  ])('finds each session, and answers in each that is alive, %s', async (_, notes, name, lastSeenAt) => {
    const { userId, clientId, answers, issueIn } = await knownSessions(6);
    const ended = answers[3]?.sessionId;
    await database.pool.query('DELETE FROM sessions WHERE id = $1', [ended]);
    const { results, statements } = await watch(() => many(12, (n) => issueIn(processes[0], n % 6, notes)));
    expect(results).toEqual(Array.from({ length: 12 }, (_, n) => n % 6 !== 3));
    expectTogether(statements, name);
    const { rows } = await database.pool.query(
      `SELECT s.id, s.last_seen_at AS seen, count(*)::int AS codes FROM sessions s
       JOIN authorization_grants g ON g.session_id = s.id JOIN tokens t ON t.authorization_grant_id = g.id
       JOIN audit_events a ON a.authorization_grant_id = g.id AND a.session_id = s.id
       WHERE s.user_id = $1 GROUP BY 1`,
      [userId],
    );
    const alive = answers.map(({ sessionId }) => sessionId).filter((id) => id !== ended);
    expect(rows.map(({ id }) => id).sort()).toEqual(alive.sort());
    expect(rows.every(({ seen, codes }) => codes === 2 && seen.getTime() === lastSeenAt.getTime())).toBe(true);
    const look = await watch(() =>
      many(6, (n) =>
        findSignedIn(processes[0], { secretHash: answers[n]?.secretHash ?? hash(), clientId, now: later(1_000) }),
      ),
    );
    expect(look.results.map((found) => found?.session.id)).toEqual(
      answers.map(({ sessionId }) => (sessionId === ended ? undefined : sessionId)),
    );
    expectTogether(look.statements, 'find_signed_in');
  });

  it.each([
    ['noting its use', use],
    ['noting nothing', null],
  ])(
    '%s it never waits in a circle with another, nor with what ends them all, which leaves no grant alive',
    async (_, notes) => {
      for (let round = 0; round < 5; round += 1) {
        const { userId, issueIn } = await knownSessions(20);
        await watch(() =>
          Promise.all([
            many(40, (n) => issueIn(processes[0], n % 20, notes)),
            many(40, (n) => issueIn(processes[1], 19 - (n % 20), notes)),
            endUserSessions(database.transactions, userId, change),
          ]),
        );
        expect(faults).toEqual([]);
        const alive = 'SELECT FROM authorization_grants WHERE user_id = $1 AND revoked_at IS NULL';
        expect((await database.pool.query(alive, [userId])).rowCount).toBe(0);
      }
    },
  );
});

describe('batches that concern the same rows', () => {
  it('never wait for each other in a circle, in whichever order they are asked', async () => {
    for (let round = 0; round < 5; round += 1) {
      const tokens = await many(20, () => issued('refresh_token'));
      const { results } = await watch(() =>
        many(40, (n) => {
          const token = tokens[n < 20 ? n : 39 - n] as Issued;
          return rotateRefreshToken(processes[n < 20 ? 0 : 1] as Sql, rotation(token));
        }),
      );
      expect(results.filter(Boolean)).toHaveLength(20);
      expect(faults).toEqual([]);
    }
  });

  it.each<[string, (clientId: string, issueAll: (sql: Sql, order: 1 | -1) => Promise<unknown>) => Promise<unknown>[]]>([
    ['issue from the same grants', (_, issueAll) => [issueAll(processes[0], 1), issueAll(processes[1], -1)]],
    [
      'end grants from which is issued',
      (clientId, issueAll) => [
        issueAll(processes[0], 1),
        issueAll(processes[1], -1),
        disableClient(database.transactions, clientId, change),
      ],
    ],
  ])('nor do those that %s', async (_, work) => {
    for (let round = 0; round < 5; round += 1) {
      const [userId, clientId] = [await addUser(database), await addClient(database)];
      const grantIds = await many(40, async () => {
        const grant = { userId, clientId, scopes: ['openid', 'offline_access'] };
        return (await addGrant({ database, clock: { now: () => start } }, grant)).id;
      });
      const owner = { clientId, userId, now: start, audit };
      const issueAll = (sql: Sql, order: 1 | -1) =>
        many(40, (n) => {
          const authorizationGrantId = grantIds.at(order > 0 ? n : -1 - n) as string;
          return insertUserToken(sql, { ...issue().accessToken, ...owner, authorizationGrantId });
        });
      await watch(() => Promise.all(work(clientId, issueAll)));
      expect(faults).toEqual([]);
    }
  });
});

describe('the plan of every statement above', () => {
  it('looks each row up by its key, though it was made when the tables were empty, and is kept', async () => {
    const empty = await openTestDatabase();
    const connection = await empty.pool.connect();
    await connection.query('SET plan_cache_mode = force_generic_plan');
    const reading: string[] = [];
    for (const [name, text] of texts) {
      await connection.query(`PREPARE ${name} AS ${text}`);
      const nothing = Array.from(
        { length: Math.max(...[...text.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n))) },
        () => 'NULL',
      );
      const { rows } = await connection.query(`EXPLAIN EXECUTE ${name} (${nothing})`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      for (const [scan] of plan.matchAll(/(Seq|Bitmap Heap) Scan on (?!installation)\w+|Hash Cond.*/g))
        reading.push(`${name}: ${scan}`);
    }
    connection.release();
    await empty.close();
    expect(texts.size).toBeGreaterThan(15);
    expect(reading).toEqual([]);
  });
});
