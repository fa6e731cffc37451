import { type Administration, createAdministration } from '../administration/administration.js';
import { systemClock } from '../clock.js';
import type { DatabaseRoleConfig } from '../config/configuration.js';
import { createPasswordHasher } from '../crypto/password.js';
import { systemRandom } from '../crypto/random.js';
import { createPasswordCheck } from '../passwords/password-check.js';
import { describeDatabaseFault } from '../storage/connection/availability.js';
import { locateDatabase } from '../storage/connection/locate.js';
import { createPool, type DatabaseSettings, type PoolSettings } from '../storage/connection/pool.js';
import { createSql } from '../storage/connection/sql.js';
import { createTransactions } from '../storage/connection/transactions.js';
import { createLog } from '../telemetry/log/logger.js';
import { CommandError } from './command-error.js';

/** What a command works with while it is connected to the database. */
export interface Connected {
  readonly administration: Administration;
  /** Lead to PostgreSQL itself, not to a PgBouncer before it. */
  readonly migrations: DatabaseSettings;
  /** Writes a line to standard output. */
  print(line: string): void;
}

/** Connects as the flags say, and does the work: main.ts brings configuration, exit codes and error messages. */
export type RunCommand = (work: (connected: Connected) => Promise<void>) => Promise<void>;

/** A command does not wait for the database, as a role does. */
function refuseDatabase(cause: unknown): never {
  const { reason, remedy } = describeDatabaseFault(cause);
  throw new CommandError(`The database cannot be used: ${reason}; ${remedy}.`, { cause });
}

const settingsOf = ({ database }: DatabaseRoleConfig, dsn: string): PoolSettings => ({
  dsn,
  maxOpenConns: Math.min(4, database.maxOpenConns),
  maxIdleConns: 0,
  connMaxLifetime: database.connMaxLifetime,
  connectTimeout: database.connectTimeout,
  statementTimeout: 0,
  queryTimeout: 0,
  applicationName: 'identity-command',
});

/** Writes to whoever reads, as long as somebody does (EPIPE): `list | head` is no reason to end in the middle of something. */
function printTo(stream: NodeJS.WriteStream): Connected['print'] {
  stream.on('error', () => undefined);
  return (line) => void stream.write(`${line}\n`);
}

/** Connects, does the work and disconnects, whatever happens. */
export async function connectForCommand(
  config: DatabaseRoleConfig,
  work: (connected: Connected) => Promise<void>,
): Promise<void> {
  const log = createLog({ level: 'WARN', format: 'text', sink: (line) => process.stderr.write(`${line}\n`) });
  const located = await locateDatabase(config.database);
  const passwordCheck = createPasswordCheck(config, { clock: systemClock, log });
  const settings = settingsOf(config, located.dsn);
  const pool = createPool(settings, log);
  try {
    (await pool.connect().catch(refuseDatabase)).release();
    await work({
      administration: createAdministration({
        config,
        transactions: createTransactions(pool),
        sql: createSql(pool, {
          prepared: config.database.preparedStatements,
          coalescing: false,
          maxWaiting: 100,
        }),
        passwords: createPasswordHasher(config.password),
        passwordCheck,
        clock: systemClock,
        random: systemRandom,
        log,
        actor: { by: 'command' },
      }),
      migrations: { ...settings, dsn: config.database.migrationDsn?.reveal() ?? located.dsn },
      print: printTo(process.stdout),
    });
  } finally {
    passwordCheck.close();
    await pool.end();
    await located.close();
  }
}
