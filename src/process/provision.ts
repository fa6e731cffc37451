/**
 * What has to be there before a role serves: the schema, a key for each algorithm, and what the configuration
 * declares. All under one lock, so that any number of processes may start at once on an empty database.
 */
import type { Administration } from '../administration/administration.js';
import { declareClient } from '../administration/clients.js';
import { ensureKeys } from '../administration/keys.js';
import { recognizeRestoredDatabase } from '../administration/maintenance.js';
import { declareUser } from '../administration/users.js';
import type { DatabaseRoleConfig } from '../config/configuration.js';
import type { DatabaseSettings } from '../storage/connection/pool.js';
import type { Transactions } from '../storage/connection/transactions.js';
import { isSuperuser } from '../storage/installation.js';
import { listMigrations, migrate, withMigrationLock } from '../storage/schema-migrations.js';
import type { Log } from '../telemetry/log/logger.js';

export interface ProvisionOptions {
  readonly declared: Pick<DatabaseRoleConfig, 'clients' | 'users'>;
  readonly administration: Administration;
  /** Goes to PostgreSQL itself, not through PgBouncer: `database.migration_dsn` where that is set. */
  readonly migrations: DatabaseSettings;
  readonly log: Log;
}

/** Migrates, recognizes a restored database, makes missing keys, and declares clients and users. */
export async function provision({ declared, administration, migrations, log }: ProvisionOptions): Promise<void> {
  const { transactions } = administration;
  await withMigrationLock(migrations.dsn, async () => {
    const ran = await migrate(transactions, migrations, log);
    if (ran.length > 0) log.info('migrations ran', { migrations: ran });
    await warnAboutDatabase(transactions, log);
    if ((await recognizeRestoredDatabase(administration)) === 'restored') {
      log.warn(
        'this database was restored from a backup: everything issued before is void, users have to sign in again',
      );
    }
    const made = await ensureKeys(administration);
    if (made.length > 0) log.info('keys made', { algorithms: made });
    for (const { client_id: clientId, client_secret: secret, client_secret_file: _, ...document } of declared.clients) {
      await declareClient(administration, { clientId, document, secret: secret?.reveal() });
    }
    for (const { username, password, claims } of declared.users) {
      await declareUser(administration, { username, password: password?.reveal(), claims });
    }
  });
}

/** What does not keep a role from serving, and is not as it should be. */
async function warnAboutDatabase(transactions: Transactions, log: Log): Promise<void> {
  const unknown = (await listMigrations(transactions)).filter(({ state }) => state === 'unknown');
  if (unknown.length > 0) {
    log.warn('a newer release has been here', {
      migrations: unknown.map(({ name }) => name),
      remedy: 'expected while the next release is rolled out or taken back; else start the newer release again',
    });
  }
  if (await isSuperuser(transactions)) {
    log.warn('the database user is a superuser', {
      remedy: 'let database.dsn name one that owns the database and no more: docs/runbook.md, Database user',
    });
  }
}
