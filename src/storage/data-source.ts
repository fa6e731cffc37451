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

/** Connects and runs what is pending; call it under the migration lock. @returns the names of what ran */
export async function runMigrations(settings: DatabaseSettings, log: Log): Promise<readonly string[]> {
  const dataSource = await createDataSource(settings, log).initialize();
  try {
    return (await dataSource.runMigrations({ transaction: 'each' })).map(({ name }) => name);
  } finally {
    await dataSource.destroy();
  }
}
