import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { createPool } from '../../src/storage/connection/pool.js';
import { createSql, type Sql } from '../../src/storage/connection/sql.js';
import { createTransactions, type Transactions } from '../../src/storage/connection/transactions.js';
import { createDataSource, runMigrations } from '../../src/storage/data-source.js';
import { createLog } from '../../src/telemetry/log/logger.js';
import { configuration } from './configuration.js';

export const quietLog = createLog({ level: 'ERROR', format: 'json', sink: () => undefined });

export const databaseSettings = (dsn: string) => ({
  ...configuration.database,
  dsn,
  applicationName: 'identity-test',
});

const server = (): string => {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url) throw new Error('TEST_POSTGRES_URL is not set: the global set-up did not run');
  return url;
};

const urlOf = (database: string): string => {
  const url = new URL(server());
  url.pathname = `/${database}`;
  return url.href;
};

const template = 'identity_template';

async function ensureTemplate(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [template]);
  if (rows.length > 0) return;
  await admin.query(`CREATE DATABASE ${template}_new`);
  await runMigrations(databaseSettings(urlOf(`${template}_new`)), quietLog);
  await admin.query(`ALTER DATABASE ${template}_new RENAME TO ${template}`);
}

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: server() });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** Not to be ended by whoever is no superuser: a vacuum worker on its round. It will be gone soon. */
const isInUse = (error: unknown): boolean => ['42501', '55006'].includes((error as { code?: string }).code ?? '');

async function dropDatabase(admin: pg.Client, name: string, attempts = 100): Promise<void> {
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  } catch (error) {
    if (attempts <= 1 || !isInUse(error)) throw error;
    await admin.query('SELECT pg_sleep(0.1)');
    await dropDatabase(admin, name, attempts - 1);
  }
}

export interface EmptyDatabase {
  readonly dsn: string;
  drop(): Promise<void>;
}

/** A database of its own; migrated unless `empty` is asked for. */
export async function createDatabase({ empty = false } = {}): Promise<EmptyDatabase> {
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(async (admin) => {
    // One clone at a time: PostgreSQL wants nobody else on the template.
    await admin.query('SELECT pg_advisory_lock(1)');
    if (!empty) await ensureTemplate(admin);
    await admin.query(`CREATE DATABASE ${name} ${empty ? '' : `TEMPLATE ${template} STRATEGY FILE_COPY`}`);
  });
  return {
    dsn: urlOf(name),
    drop: () => asAdmin((admin) => dropDatabase(admin, name)),
  };
}

export interface TestDatabase extends EmptyDatabase {
  /** TypeORM's view of it. */
  readonly dataSource: DataSource;
  readonly transactions: Transactions;
  readonly pool: pg.Pool;
  readonly sql: Sql;
  /** Names of the statements that ran since the last call; batches of audit rows, which come when they come, only if asked for. */
  statements(which?: 'batches too'): string[];
  /** Closes the connections and drops the database. */
  close(): Promise<void>;
}

/** A migrated database of its own with everything to talk to it; close it in `afterAll`. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const database = await createDatabase();
  const settings = databaseSettings(database.dsn);
  const dataSource = await createDataSource(settings, quietLog).initialize();
  const pool = createPool({ ...settings, maxIdleConns: 0, queryTimeout: 0 }, quietLog);
  const plain = createSql(pool, { prepared: true, coalescing: true, maxWaiting: 1_000 });
  let ran: string[] = [];
  const sql: Sql = {
    query(statement, parameters) {
      ran.push(statement.name);
      return plain.query(statement, parameters);
    },
  };
  return {
    ...database,
    dataSource,
    transactions: createTransactions(pool),
    pool,
    sql,
    statements(which) {
      const names = which ? ran : ran.filter((name) => name !== 'insert_audit_events');
      ran = [];
      return names;
    },
    async close() {
      await pool.end();
      await dataSource.destroy();
      await database.drop();
    },
  };
}
