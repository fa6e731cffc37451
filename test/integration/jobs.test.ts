import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemRandom } from '../../src/crypto/random.js';
import { rotateKeysJob, rotationOf } from '../../src/jobs/rotate-keys.js';
import { createJobRunner, type Job, runJob } from '../../src/jobs/runner.js';
import { sweep } from '../../src/jobs/sweep.js';
import { expirableTables } from '../../src/storage/expirable.js';
import { ensureSigningKeys, listSigningKeys } from '../../src/storage/signing-keys.js';
import { openTestDatabase, quietLog, type TestDatabase } from '../support/database.js';
import { start as begin, later } from '../support/rows.js';

const hour = 3_600_000;
const day = 24 * hour;

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const never = new AbortController().signal;
const at = (now: Date) => ({ now: () => now });

describe('the job runner', () => {
  /** A job that says when it is at work and ends when it is told to. */
  function heldJob(name: string) {
    let finish = (): void => undefined;
    let begun = (): void => undefined;
    const atWork = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let runs = 0;
    const job: Job = {
      name,
      run(signal) {
        runs += 1;
        begun();
        return new Promise((resolve) => {
          finish = resolve;
          signal.addEventListener('abort', () => resolve());
        });
      },
    };
    return { job, atWork, finish: () => finish(), runs: () => runs };
  }

  it('runs a job on one process at a time, and on another once that one is through', async () => {
    const held = heldJob('held');
    const { manager } = database.dataSource;
    const first = runJob(manager, quietLog, held.job, never);
    await held.atWork;
    await Promise.all(Array.from({ length: 5 }, () => runJob(manager, quietLog, held.job, never)));
    expect(held.runs()).toBe(1);
    held.finish();
    await first;
    let ranAgain = false;
    const again: Job = {
      name: 'held',
      run: async () => {
        ranAgain = true;
      },
    };
    await runJob(manager, quietLog, again, never);
    expect(ranAgain).toBe(true);
  });

  it('stop() tells the running job, waits for it, and starts no other', async () => {
    const held = heldJob('stopped');
    const after = heldJob('after');
    const options = { manager: database.dataSource.manager, log: quietLog, interval: hour, jitter: 0, chance: () => 0 };
    const runner = createJobRunner({ ...options, jobs: [held.job, after.job] });
    runner.start();
    await held.atWork;
    await runner.stop();
    expect([held.runs(), after.runs()]).toEqual([1, 0]);
  });

  it('goes on after a job that fails', async () => {
    const next = heldJob('next');
    const failing: Job = { name: 'failing', run: () => Promise.reject(new Error('no')) };
    const options = { manager: database.dataSource.manager, log: quietLog, interval: hour, jitter: 0, chance: () => 0 };
    const runner = createJobRunner({ ...options, jobs: [failing, next.job] });
    runner.start();
    await next.atWork;
    await runner.stop();
    expect(next.runs()).toBe(1);
  });
});

describe('the sweeper', () => {
  beforeEach(() => database.pool.query('DELETE FROM tokens'));

  const addTokens = (count: number, expiresAt: Date) =>
    database.pool.query(
      `INSERT INTO tokens (value_hash, kind, client_id, payload, issued_at, expires_at)
       SELECT sha256(random()::text::bytea), 'access_token', 'c', '{}', $2, $3 FROM generate_series(1, $1)`,
      [count, begin, expiresAt],
    );
  const left = async () => Number((await database.pool.query('SELECT count(*) FROM tokens')).rows[0].count);

  it('deletes in batches what has expired, and nothing else', async () => {
    await addTokens(25, later(-1));
    await addTokens(3, later(1));
    database.statements();
    const swept = await sweep({ sql: database.sql, clock: at(begin), batchSize: 10 });
    expect(swept.tokens).toBe(25);
    expect(await left()).toBe(3);
    expect(database.statements().filter((name) => name === 'sweep_tokens')).toHaveLength(3);
  });

  it("leaves the same as the runbook's SQL", async () => {
    await addTokens(5, later(-1));
    await database.pool.query('DELETE FROM tokens WHERE expires_at < $1', [begin]);
    expect((await sweep({ sql: database.sql, clock: at(begin), batchSize: 10 })).tokens).toBe(0);
  });

  it('asks every expirable table', async () => {
    database.statements();
    await sweep({ sql: database.sql, clock: at(begin), batchSize: 10 });
    expect(database.statements()).toEqual(expirableTables.map((table) => `sweep_${table}`));
  });

  it('stops between two batches when it is told to', async () => {
    await addTokens(5, later(-1));
    await sweep({ sql: database.sql, clock: at(begin), batchSize: 1 }, AbortSignal.abort());
    expect(await left()).toBe(5);
  });
});

describe('the key rotation', () => {
  const key = { id: 'k', key: Buffer.alloc(32, 1) };
  const lifetimes = {
    interaction: 0,
    authorizationCode: 0,
    accessToken: hour,
    idToken: hour,
    refreshToken: 0,
    refreshGrace: 0,
    sessionAbsolute: 12 * hour,
    sessionIdle: 0,
    auditEvents: 90 * day,
  };
  const config = {
    keyEncryptionKeys: { current: key, all: [key] },
    signingKeys: { algorithms: ['ES256' as const], rotationInterval: 90 * day, publishLead: day },
    lifetimes,
  };
  const runAt = async (now: Date) => {
    const { sql, dataSource } = database;
    await rotateKeysJob({ manager: dataSource.manager, sql, clock: at(now), random: systemRandom, config }).run(never);
    return (await listSigningKeys(sql, now)).map(({ activatesAt }) => (activatesAt.getTime() - begin.getTime()) / day);
  };

  it('publishes a successor a lead before the interval is over, once, and drops the old one when its tokens are gone', async () => {
    const change = { now: begin, auditExpiresAt: later(day), context: {} };
    await ensureSigningKeys(database.dataSource.manager, rotationOf(config, systemRandom), change);
    expect(await runAt(later(88 * day))).toEqual([0]);
    expect(await runAt(later(89 * day))).toEqual([90, 0]);
    expect(await runAt(later(89 * day + hour))).toEqual([90, 0]);
    expect(await runAt(later(91 * day))).toEqual([90]);
  });
});
