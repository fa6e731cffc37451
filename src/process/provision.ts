/**
 * What has to be there before a role serves: the schema, a signing key for each algorithm, and what the configuration
 * declares. All under one lock, so that any number of processes may start at once on an empty database.
 */
import type { DataSource, EntityManager } from 'typeorm';
import { after, type Clock } from '../clock.js';
import type { DeclaredClient, DeclaredUser, InsiderConfig } from '../config/configuration.js';
import { hashToken } from '../crypto/digest.js';
import type { PasswordHasher } from '../crypto/password.js';
import type { Random } from '../crypto/random.js';
import { rotationOf } from '../jobs/rotate-keys.js';
import { readClientMetadata } from '../protocol/client/client-metadata.js';
import { type Change, declareClient } from '../storage/clients.js';
import { migrate, withMigrationLock } from '../storage/data-source.js';
import { recognizeDatabase } from '../storage/installation.js';
import { ensureSigningKeys } from '../storage/signing-keys.js';
import { findUser, insertUser } from '../storage/users.js';
import type { Log } from '../telemetry/log/logger.js';

export interface ProvisionOptions {
  readonly config: InsiderConfig;
  readonly dataSource: DataSource;
  /** Goes to PostgreSQL itself, not through PgBouncer: `database.migration_dsn` where that is set. */
  readonly migrations: { readonly dsn: string; readonly dataSource: DataSource };
  readonly clock: Clock;
  readonly random: Random;
  readonly passwords: PasswordHasher;
  readonly log: Log;
}

/** Migrates, recognizes a restored database, makes missing keys, and declares clients and users. */
export async function provision(options: ProvisionOptions): Promise<void> {
  const { config, dataSource, migrations, clock, random, log } = options;
  await withMigrationLock(migrations.dsn, async () => {
    const ran = await migrate(migrations.dataSource);
    if (ran.length > 0) log.info('migrations ran', { migrations: ran });
    const now = clock.now();
    const auditExpiresAt = after(now, config.lifetimes.auditEvents);
    const change: Change = { now, auditExpiresAt, context: { by: 'configuration' } };
    const { manager } = dataSource;
    if ((await recognizeDatabase(manager, change)) === 'restored') {
      log.warn(
        'this database was restored from a backup: everything issued before is void, users have to sign in again',
      );
    }
    const made = await ensureSigningKeys(manager, rotationOf(config, random), change);
    if (made.length > 0) log.info('signing keys made', { algorithms: made });
    await declareClients(manager, config.clients, change, log);
    await declareUsers(options, change);
  });
}

async function declareClients(
  manager: EntityManager,
  clients: readonly DeclaredClient[],
  change: Change,
  log: Log,
): Promise<void> {
  for (const { client_id: clientId, client_secret: secret, client_secret_file: _, ...members } of clients) {
    const { metadata } = readClientMetadata(members);
    if (!metadata) throw new Error(`the declared client ${clientId} passed the configuration's check but not this one`);
    const secretHash = secret === undefined ? null : hashToken(secret.reveal());
    const outcome = await declareClient(manager, { clientId, metadata, secretHash }, change);
    if (outcome !== 'unchanged') log.info('declared client', { client_id: clientId, outcome });
  }
}

/** A declared user is created once; afterwards the account is its owner's. */
async function declareUsers({ config, dataSource, passwords, random, log }: ProvisionOptions, change: Change) {
  for (const user of config.users) {
    if (await findUser(dataSource.manager, user.username)) continue;
    await insertUser(dataSource.manager, { id: random.uuid(), ...(await userRow(user, passwords)) }, change);
    log.info('declared user', { username: user.username });
  }
}

async function userRow({ username, password, claims }: DeclaredUser, passwords: PasswordHasher) {
  const { email, email_verified: emailVerified, ...others } = claims;
  return {
    username,
    email: email ?? null,
    emailVerified: emailVerified ?? false,
    passwordHash: password === undefined ? null : await passwords.hash(password.reveal()),
    claims: others,
  };
}
