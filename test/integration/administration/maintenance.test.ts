import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listMigrations, migrate, sweep, voidIssued } from '../../../src/administration/maintenance.js';
import { expirableTables } from '../../../src/storage/expirable.js';
import { administer, auditRows, day } from '../../support/administration.js';
import { databaseSettings, openTestDatabase, type TestDatabase } from '../../support/database.js';
import { later, start } from '../../support/rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe('the sweeper', () => {
  beforeEach(() => database.pool.query('DELETE FROM tokens'));

  const inBatchesOf = (batchSize: number) =>
    administer(database, { config: { jobs: { interval: 0, jitter: 0, shortInterval: 60_000, batchSize } } });
  const addTokens = (count: number, expiresAt: Date) =>
    database.pool.query(
      `INSERT INTO tokens (value_hash, kind, client_id, payload, issued_at, expires_at)
       SELECT sha256(random()::text::bytea), 'access_token', 'c', '{}', $2, $3 FROM generate_series(1, $1)`,
      [count, start, expiresAt],
    );
  const left = async () => Number((await database.pool.query('SELECT count(*) FROM tokens')).rows[0].count);

  it('deletes in batches what has expired, and nothing else', async () => {
    await addTokens(25, later(-1));
    await addTokens(3, later(1));
    database.statements();
    const swept = await sweep(inBatchesOf(10));
    expect(swept.tokens).toBe(25);
    expect(await left()).toBe(3);
    expect(database.statements().filter((name) => name === 'sweep_tokens')).toHaveLength(3);
  });

  it("leaves the same as the runbook's SQL", async () => {
    await addTokens(5, later(-1));
    await database.pool.query('DELETE FROM tokens WHERE expires_at < $1', [start]);
    expect((await sweep(inBatchesOf(10))).tokens).toBe(0);
  });

  it('asks every expirable table', async () => {
    database.statements();
    await sweep(inBatchesOf(10));
    expect(database.statements()).toEqual(expirableTables.map((table) => `sweep_${table}`));
  });

  it('stops between two batches when it is told to', async () => {
    await addTokens(5, later(-1));
    await sweep(inBatchesOf(1), { signal: AbortSignal.abort() });
    expect(await left()).toBe(5);
  });
});

describe('migrations', () => {
  it('are listed with their state, and are done once', async () => {
    const administration = administer(database);
    expect((await listMigrations(administration)).filter(({ state }) => state !== 'done')).toEqual([]);
    expect(await migrate(administration, databaseSettings(database.dsn))).toEqual([]);
  });
});

describe('after a physical restore', () => {
  it('everything issued is void, and the trail says by whom', async () => {
    await auditRows(database);
    await voidIssued(administer(database));
    expect(await auditRows(database)).toEqual([
      expect.objectContaining({
        type: 'restored_database_voided',
        context: { by: 'command' },
        expires_at: later(90 * day),
      }),
    ]);
  });
});
