import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { describeDatabaseFault } from '../../../../src/storage/connection/availability.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../../src/storage/connection/embedded-postgres.js';
import { createPool } from '../../../../src/storage/connection/pool.js';
import { createSql, ping, type Sql } from '../../../../src/storage/connection/sql.js';
import { databaseSettings, quietLog } from '../../../support/database.js';
import { freeze } from '../../../support/freeze.js';

let parent: string;
let server: EmbeddedPostgres;
let pool: pg.Pool;
let sql: Sql;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'timeouts-'));
  server = await startEmbeddedPostgres(join(parent, 'postgres'), { fsync: 'off' });
  const settings = { ...databaseSettings(server.dsn), maxOpenConns: 2, connectTimeout: 400, queryTimeout: 200 };
  pool = createPool(settings, quietLog);
  sql = createSql(pool, { prepared: true, coalescing: true, maxWaiting: 10 });
}, 30_000);
afterAll(async () => {
  await pool.end();
  await server.stop();
  await rm(server.folder, { recursive: true, force: true });
  await rm(parent, { recursive: true, force: true });
});

describe('a PostgreSQL that is stopped', () => {
  it('R5: each statement and each wait for a connection has an end of ours, which the error names, and service resumes', async () => {
    await Promise.all([ping(sql), ping(sql)]);
    const goOn = await freeze(server);
    const begun = performance.now();
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => ping(sql)));
    const late = performance.now() - begun;
    goOn();
    const faults = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
    expect(faults.map((fault) => [fault?.status, fault?.retryAfter])).toEqual(Array(4).fill([503, 1]));
    const remedies = faults.map((fault) => describeDatabaseFault(fault).remedy);
    expect(remedies.filter((remedy) => remedy.includes('within database.query_timeout'))).toHaveLength(2);
    expect(remedies.filter((remedy) => remedy.includes('database.connect_timeout'))).toHaveLength(2);
    expect(late).toBeLessThan(3_000);
    await ping(sql);
  });
});
