import type { DatabaseSettings } from '../storage/connection/pool.js';
import { type ExpirableTable, expirableTables, sweepTable } from '../storage/expirable.js';
import { recognizeDatabase, voidEverythingIssued } from '../storage/installation.js';
import * as schema from '../storage/schema-migrations.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import { type Administration, makeChange } from './administration.js';

export interface SweepOptions {
  /** All that can expire, if nothing else is said. */
  readonly tables?: readonly ExpirableTable[];
  /** Ends it early, between two batches. */
  readonly signal?: AbortSignal;
}

/**
 * Deletes what has expired, in batches of `jobs.batch_size` rows that keep locks short.
 * @returns how many rows of each table
 */
export async function sweep(
  { sql, clock, config }: Administration,
  { tables = expirableTables, signal }: SweepOptions = {},
): Promise<Record<ExpirableTable, number>> {
  const now = clock.now();
  const { batchSize } = config.jobs;
  const swept = Object.fromEntries(expirableTables.map((table) => [table, 0])) as Record<ExpirableTable, number>;
  for (const table of tables) {
    for (let rows = batchSize; rows === batchSize && !signal?.aborted; ) {
      rows = await sweepTable(sql, table, now, batchSize);
      swept[table] += rows;
    }
    metrics.sweptRows({ table }, swept[table]);
  }
  return swept;
}

const voided = { type: 'restored_database_voided' } as const;

/** After a physical restore, which looks the same from inside: everything that was issued before ends, sessions included. */
export const voidIssued = (administration: Administration): Promise<void> =>
  makeChange(administration, voided, (change) => voidEverythingIssued(administration.transactions, change));

/** Ends everything that was issued before when the database was restored from a dump. Call it under the provisioning lock. */
export const recognizeRestoredDatabase = (administration: Administration): Promise<'new' | 'same' | 'restored'> =>
  makeChange(
    administration,
    voided,
    (change) => recognizeDatabase(administration.transactions, change),
    (found) => (found === 'restored' ? {} : null),
  );

/** Every migration that this release knows, in order, and those of a newer one that has been here. */
export const listMigrations = ({ transactions }: Administration): Promise<readonly schema.MigrationState[]> =>
  schema.listMigrations(transactions);

/**
 * Runs pending migrations, one process at a time.
 * @param settings lead to PostgreSQL itself, not to a PgBouncer before it
 * @returns the names of those that ran
 */
export const migrate = (
  { transactions, log }: Administration,
  settings: DatabaseSettings,
): Promise<readonly string[]> =>
  schema.withMigrationLock(settings.dsn, () => schema.migrate(transactions, settings, log));
