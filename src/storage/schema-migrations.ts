import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { migrations } from '../../migrations/index.js';
import type { Log } from '../telemetry/log/logger.js';
import type { DatabaseSettings } from './connection/pool.js';
import { statement } from './connection/statement.js';
import type { Transactions } from './connection/transactions.js';

/**
 * Runs `work` while holding the advisory lock that serialises migrations and provisioning over all processes.
 * The lock is polled, not awaited: a waiter would hold a snapshot, on which CREATE INDEX CONCURRENTLY waits forever.
 * The connection is its own: it ends with the work, and the lock with it, whatever happens.
 */
export async function withMigrationLock<T>(dsn: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: dsn,
    statement_timeout: 0,
    application_name: 'identity-migrations',
  });
  client.on('error', () => undefined); // a lost connection shows in the next query
  await client.connect();
  try {
    const tryLock = "SELECT pg_try_advisory_lock(hashtextextended('schema_migrations', 0)) AS locked";
    while (!(await client.query<{ locked: boolean }>(tryLock)).rows[0]?.locked) await sleep(50);
    return await work();
  } finally {
    await client.end();
  }
}

export interface MigrationState {
  readonly name: string;
  /** Of a pending one the schema has nothing yet; an unknown one is in the schema, and not in this release: a newer one was here. */
  readonly state: 'done' | 'pending' | 'unknown';
}

// as TypeORM names them in the table: by the class, where the migration has no name of its own
const known = migrations.map((Migration) => (new Migration() as { name?: string }).name ?? Migration.name);

const findMigrationsTableStatement = statement<object, { readonly isThere: boolean }>(
  'find_migrations_table',
  () => `SELECT to_regclass('schema_migrations') IS NOT NULL AS "isThere"`,
);

const listMigrationsStatement = statement<object, { readonly name: string }>(
  'list_migrations',
  () => 'SELECT name FROM schema_migrations ORDER BY id',
);

async function listDone(transactions: Transactions): Promise<ReadonlySet<string>> {
  const [table] = (await transactions.query(findMigrationsTableStatement, {})).rows;
  const done = table?.isThere ? (await transactions.query(listMigrationsStatement, {})).rows : [];
  return new Set(done.map(({ name }) => name));
}

/** Every migration that this release knows, in order, and after them those that it does not. */
export async function listMigrations(transactions: Transactions): Promise<readonly MigrationState[]> {
  const done = await listDone(transactions);
  const unknown = [...done].filter((name) => !known.includes(name));
  return [
    ...known.map((name) => ({ name, state: done.has(name) ? ('done' as const) : ('pending' as const) })),
    ...unknown.map((name) => ({ name, state: 'unknown' as const })),
  ];
}

/**
 * Runs what is pending; call it under {@link withMigrationLock}. TypeORM is loaded where there is something to run, and only then: it
 * would stay in the memory of a process that serves.
 * @returns the names of what ran
 */
export async function migrate(
  transactions: Transactions,
  settings: DatabaseSettings,
  log: Log,
): Promise<readonly string[]> {
  const states = await listMigrations(transactions);
  if (states.every(({ state }) => state !== 'pending')) return [];
  const { runMigrations } = await import('./data-source.js');
  return runMigrations(settings, log);
}
