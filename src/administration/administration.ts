/**
 * ADMINISTRATION. Owns what operators can do: verbs over clients, users, keys, consents and sessions, for the command line,
 * for jobs and provisioning, and for whatever else administers. They return values and throw {@link AdministrationError}.
 * Never prints, and knows neither flags nor HTTP. Talks to storage, and tells of every change through events.
 */
import type { Clock } from '../clock.js';
import type { DatabaseRoleConfig } from '../config/configuration.js';
import type { PasswordHasher } from '../crypto/password.js';
import type { Random } from '../crypto/random.js';
import type { StatementEvent } from '../events/event-table.js';
import { type Actor, type ChangeEvents, createChangeEvents } from '../events/events.js';
import { createMailing, type Mailing } from '../mail/mailing.js';
import type { PasswordCheck } from '../passwords/password-check.js';
import type { Change } from '../storage/audit/change.js';
import type { Sql } from '../storage/connection/sql.js';
import type { Transactions } from '../storage/connection/transactions.js';
import type { Log } from '../telemetry/log/logger.js';

/** The part of the configuration that this room reads. */
export type AdministrationConfig = Pick<
  DatabaseRoleConfig,
  | 'profile'
  | 'publicUrls'
  | 'keyEncryptionKeys'
  | 'signingKeys'
  | 'lifetimes'
  | 'mail'
  | 'jobs'
  | 'claims'
  | 'registration'
  | 'users'
  | 'identityProviders'
>;

/** What this room is given. */
export interface AdministrationGiven {
  readonly config: AdministrationConfig;
  readonly transactions: Transactions;
  readonly sql: Sql;
  readonly passwords: PasswordHasher;
  readonly passwordCheck: PasswordCheck;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** On whose behalf: audit rows name it. */
  readonly actor: Actor;
}

/** What the verbs work with. */
export interface Administration extends AdministrationGiven {
  readonly events: ChangeEvents;
  readonly mailing: Mailing;
}

export const createAdministration = (given: AdministrationGiven): Administration => ({
  ...given,
  events: createChangeEvents({ clock: given.clock, retention: given.config.lifetimes.auditEvents, log: given.log }),
  mailing: createMailing(given),
});

/**
 * Makes a change together with its record: log line, counter and audit row follow from the event.
 * @param write resolves to null or false where there was nothing to change
 * @param learned what only the change itself found out; null where nothing came of it after all
 */
export const makeChange = <Result>(
  { events, actor, clock }: Administration,
  event: StatementEvent,
  write: (change: Change) => Promise<Result>,
  learned?: Parameters<typeof events.recordWith<Result>>[3],
): Promise<Result> => events.recordWith(actor, event, (audit) => write({ now: clock.now(), audit }), learned);
