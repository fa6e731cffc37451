import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataSource, type Logger } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import type { Log } from '../telemetry/log/logger.js';
import type { DatabaseSettings } from './connection/pool.js';
import { AuditEvent } from './schema/audit-events.js';
import { AuthorizationGrant } from './schema/authorization-grants.js';
import { Client } from './schema/clients.js';
import { Consent } from './schema/consents.js';
import { DeviceAuthorization } from './schema/device-authorizations.js';
import { EmailCode } from './schema/email-codes.js';
import { FederatedIdentity } from './schema/federated-identities.js';
import { FederationRequest } from './schema/federation-requests.js';
import { Installation } from './schema/installation.js';
import { Interaction } from './schema/interactions.js';
import { Invitation } from './schema/invitations.js';
import { keyPairEntities } from './schema/key-pairs.js';
import { LogoutNotification } from './schema/logout-notifications.js';
import { MailAllowance } from './schema/mail-allowances.js';
import { MailedLink } from './schema/mailed-links.js';
import { OutgoingMail } from './schema/outgoing-mails.js';
import { Passkey } from './schema/passkeys.js';
import { RecoveryCode } from './schema/recovery-codes.js';
import { RegistrationToken } from './schema/registration-tokens.js';
import { RevokedAccessToken } from './schema/revoked-access-tokens.js';
import { SessionClient } from './schema/session-clients.js';
import { Session } from './schema/sessions.js';
import { SignInFailure } from './schema/sign-in-failures.js';
import { Token } from './schema/tokens.js';
import { TotpAuthenticator } from './schema/totp-authenticators.js';
import { TrustedBrowser } from './schema/trusted-browsers.js';
import { UsedAssertion } from './schema/used-assertions.js';
import { User } from './schema/users.js';

export const entities = [
  ...keyPairEntities,
  AuditEvent,
  AuthorizationGrant,
  Client,
  Consent,
  FederatedIdentity,
  FederationRequest,
  DeviceAuthorization,
  EmailCode,
  Installation,
  Interaction,
  Invitation,
  LogoutNotification,
  MailAllowance,
  MailedLink,
  OutgoingMail,
  Passkey,
  RecoveryCode,
  RegistrationToken,
  RevokedAccessToken,
  Session,
  SessionClient,
  SignInFailure,
  Token,
  TotpAuthenticator,
  TrustedBrowser,
  UsedAssertion,
  User,
];

/** TypeORM's own loggers print parameters, which are hashes and claims: this one tells the statement's kind at most. */
const quietLogger = (log: Log): Logger => ({
  logQuery: () => undefined,
  logQueryError: (error) =>
    log.debug('statement failed', { reason: typeof error === 'string' ? error : error.message }),
  logQuerySlow: (milliseconds) => log.warn('slow statement', { milliseconds }),
  logSchemaBuild: () => undefined,
  logMigration: (message) => log.info('migration', { step: message }),
  log: (_, message) => log.debug('typeorm', { message: String(message) }),
});

/** Not yet connected: `initialize()` does that. */
export function createDataSource(settings: DatabaseSettings, log: Log): DataSource {
  return new DataSource({
    type: 'postgres',
    url: settings.dsn,
    applicationName: settings.applicationName,
    entities,
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    synchronize: false,
    logger: quietLogger(log),
    poolSize: settings.maxOpenConns,
    connectTimeoutMS: settings.connectTimeout,
    poolErrorHandler: (error: Error) => log.warn('idle database connection lost', { reason: error.message }),
    extra: {
      min: 0,
      idleTimeoutMillis: 60_000,
      maxLifetimeSeconds: Math.ceil(settings.connMaxLifetime / 1000),
      connectionTimeoutMillis: settings.connectTimeout,
      keepAlive: true,
      ...(settings.statementTimeout > 0 ? { statement_timeout: settings.statementTimeout } : {}),
    },
  });
}

/** The pg pool behind a connected data source. */
export const poolOf = (dataSource: DataSource): pg.Pool => (dataSource.driver as unknown as { master: pg.Pool }).master;

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

/** Runs what is pending; call it under {@link withMigrationLock}. Resolves to the names of what ran. */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  return (await dataSource.runMigrations({ transaction: 'each' })).map((migration) => migration.name);
}

export interface MigrationState {
  readonly name: string;
  /** Of a pending one the schema has nothing yet; an unknown one is in the schema, and not in this release: a newer one was here. */
  readonly state: 'done' | 'pending' | 'unknown';
}

/** Every migration that this release knows, in order, and after them those that it does not. */
export async function listMigrations(dataSource: DataSource): Promise<readonly MigrationState[]> {
  const [table] = await dataSource.query<[{ present: string | null }]>(
    "SELECT to_regclass('schema_migrations') AS present",
  );
  const done = table.present
    ? await dataSource.query<{ name: string }[]>('SELECT name FROM schema_migrations ORDER BY id')
    : [];
  const names = new Set(done.map(({ name }) => name));
  // as TypeORM names them in the table: by the class, where the migration has no name of its own
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const unknown = [...names].filter((name) => !known.includes(name));
  return [
    ...known.map((name) => ({ name, state: names.has(name) ? ('done' as const) : ('pending' as const) })),
    ...unknown.map((name) => ({ name, state: 'unknown' as const })),
  ];
}
