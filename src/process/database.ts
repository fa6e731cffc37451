import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Administration, createAdministration } from '../administration/administration.js';
import type { Clock } from '../clock.js';
import type { DatabaseRoleConfig } from '../config/configuration.js';
import { createPasswordHasher, type PasswordHasher } from '../crypto/password.js';
import type { Random } from '../crypto/random.js';
import { createPasswordCheck, type PasswordCheck } from '../passwords/password-check.js';
import { describeDatabaseFault } from '../storage/connection/availability.js';
import { locateDatabase } from '../storage/connection/locate.js';
import { createPool, type PoolSettings } from '../storage/connection/pool.js';
import { createSql, type Sql } from '../storage/connection/sql.js';
import { createTransactions, type Transactions } from '../storage/connection/transactions.js';
import { createWriteHealth } from '../storage/connection/write-health.js';
import type { Log } from '../telemetry/log/logger.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import { provision } from './provision.js';

export interface DatabaseOptions {
  readonly config: DatabaseRoleConfig;
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The database of a serving process: a pool for requests, and a small one beside it for provisioning and jobs. */
export interface Database {
  readonly sql: Sql;
  readonly transactions: Transactions;
  readonly passwords: PasswordHasher;
  readonly passwordCheck: PasswordCheck;
  /** @param by on whose behalf, as audit rows name it */
  administer(by: 'configuration' | 'schedule'): Administration;
  /** Migrates and provisions. Waits for a server that is not there yet; rejects when it is there and it cannot be done. */
  prepare(signal: AbortSignal): Promise<void>;
  /** What {@link Database.prepare} waits for. */
  waitingFor(): string;
  /** Why nothing can be written, while that is so. */
  writeProblem(): string | undefined;
  close(): Promise<void>;
}

/** Nobody waits for these on the request path, and idle none is held. */
const administrationConnections = 4;
const longestPause = 2_000;

function observePool(pool: pg.Pool, max: number): void {
  metrics.observePool(() => ({
    active: pool.totalCount - pool.idleCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
    max,
  }));
}

/** Does `work` until it succeeds or the shutdown comes: a server that is not there yet is waited for, any other fault ends it. */
function createPreparation(work: () => Promise<void>, log: Log): Pick<Database, 'prepare' | 'waitingFor'> {
  let waitingFor = 'migrations and provisioning';
  return {
    waitingFor: () => waitingFor,
    async prepare(signal) {
      for (let attempt = 0; !signal.aborted; attempt += 1) {
        try {
          return await work();
        } catch (error) {
          const { away, reason, remedy } = describeDatabaseFault(error);
          if (!away) {
            throw new Error(`the database cannot be prepared: ${reason}; ${remedy}`, { cause: error });
          }
          waitingFor = `the database: ${reason}; ${remedy}`;
          log.warn('waiting for the database', { reason, remedy, attempt });
          await sleep(Math.min(longestPause, 100 * 2 ** attempt), undefined, { signal }).catch(() => undefined);
        }
      }
    },
  };
}

/** Opens the pool for requests; nothing asks the database before {@link Database.prepare}. */
export async function openServingDatabase({ config, name, clock, random, log }: DatabaseOptions): Promise<Database> {
  const { database } = config;
  const located = await locateDatabase(database);
  if (located.folder) log.info('embedded PostgreSQL', { wanted: database.embedded, folder: located.folder });
  const settings: PoolSettings = { ...database, dsn: located.dsn, applicationName: `identity-${name}` };
  const pool = createPool(settings, log);
  observePool(pool, database.maxOpenConns);
  const direct = database.migrationDsn?.reveal() ?? located.dsn;
  const unhurried = { ...settings, dsn: direct, statementTimeout: 0, queryTimeout: 0 };
  const aside = createPool({ ...unhurried, maxOpenConns: administrationConnections, maxIdleConns: 0 }, log);
  const transactions = createTransactions(aside);
  const passwords = createPasswordHasher(config.password);
  const passwordCheck = createPasswordCheck(config, { clock, log });
  const maxWaiting = config.http.maxRequestsInFlight;
  const writeHealth = createWriteHealth(clock);
  metrics.observeWrites(() => writeHealth.problem() === undefined);
  const { preparedStatements: prepared, coalescing } = database;
  const sql = createSql(pool, { prepared, coalescing, maxWaiting, writeHealth, log });
  const administer: Database['administer'] = (by) =>
    createAdministration({ config, transactions, sql, passwords, passwordCheck, clock, random, log, actor: { by } });

  async function migrateAndProvision(): Promise<void> {
    await provision({ declared: config, administration: administer('configuration'), migrations: unhurried, log });
  }

  return {
    ...createPreparation(migrateAndProvision, log),
    writeProblem: writeHealth.problem,
    sql,
    transactions,
    passwords,
    passwordCheck,
    administer,
    async close() {
      passwordCheck.close();
      await pool.end();
      await aside.end();
      await located.close();
    },
  };
}
