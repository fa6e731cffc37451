import type { DataSource, EntityManager } from 'typeorm';
import { after, type Clock, systemClock } from '../clock.js';
import type { InsiderConfig } from '../config/configuration.js';
import { createPasswordHasher, type PasswordHasher } from '../crypto/password.js';
import { type Random, systemRandom } from '../crypto/random.js';
import type { Change } from '../storage/clients.js';
import { describeDatabaseFault } from '../storage/connection/availability.js';
import { locateDatabase } from '../storage/connection/locate.js';
import { createSql, type Sql } from '../storage/connection/sql.js';
import { createDataSource, poolOf } from '../storage/data-source.js';
import { createLog, type Log } from '../telemetry/log/logger.js';

/** What a command works with while it is connected to the database. */
export interface CommandSession {
  readonly config: InsiderConfig;
  readonly dataSource: DataSource;
  readonly manager: EntityManager;
  readonly sql: Sql;
  readonly clock: Clock;
  readonly random: Random;
  readonly passwords: PasswordHasher;
  readonly log: Log;
  /** Writes a line to standard output. */
  print(line: string): void;
  /** By whom and when, for what this command changes. */
  change(): Change;
}

/** A command that can not do what it was asked: one sentence for the operator, exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** A command does not wait for the database, as a role does. */
function refuseDatabase(cause: unknown): never {
  const { reason, remedy } = describeDatabaseFault(cause);
  throw new CommandError(`The database cannot be used: ${reason}; ${remedy}.`, { cause });
}

/** Connects, does the work and disconnects, whatever happens. */
export async function withSession(
  config: InsiderConfig,
  work: (session: CommandSession) => Promise<void>,
): Promise<void> {
  const log = createLog({ level: 'WARN', format: 'text', sink: (line) => process.stderr.write(`${line}\n`) });
  const located = await locateDatabase(config.database);
  const { maxOpenConns, maxIdleConns, connMaxLifetime, connectTimeout } = config.database;
  const limits = { maxOpenConns: Math.min(4, maxOpenConns), maxIdleConns, connMaxLifetime, connectTimeout };
  const settings = { dsn: located.dsn, ...limits, statementTimeout: 0, applicationName: 'identity-command' };
  const dataSource = createDataSource(settings, log);
  try {
    await dataSource.initialize().catch(refuseDatabase);
    await work({
      config,
      dataSource,
      manager: dataSource.manager,
      sql: createSql(poolOf(dataSource), { prepared: config.database.preparedStatements, maxWaiting: 100 }),
      clock: systemClock,
      random: systemRandom,
      passwords: createPasswordHasher(config.password),
      log,
      print: (line) => process.stdout.write(`${line}\n`),
      change: () => {
        const now = systemClock.now();
        return { now, auditExpiresAt: after(now, config.lifetimes.auditEvents), context: { by: 'command' } };
      },
    });
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await located.close();
  }
}
