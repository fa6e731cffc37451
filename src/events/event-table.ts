import type { AuditEventType } from '../storage/schema/audit-events.js';

import { metrics } from '../telemetry/metrics/metrics.js';
import type { SecurityEvent } from './security-event.js';

/**
 * Where an event's audit row is written: in the `statement` that changes the state, or in the `batch` of those that change none.
 * `either` is for tokens, which are stored or not as their client wants.
 */
export type AuditRowPlace = 'statement' | 'batch' | 'either';

export interface EventRule<Type extends AuditEventType> {
  readonly level: 'info' | 'warn';
  readonly row: AuditRowPlace;
  /** Counters beside `audit_events_total`. */
  readonly count?: (event: Extract<SecurityEvent, { type: Type }>) => void;
}

/** What becomes of each event: its level in the log, where its row goes, what it counts. Nothing else decides any of them. */
export const eventTable = {
  sign_in: { level: 'info', row: 'statement', count: () => metrics.signIn({ result: 'success' }) },
  sign_in_failed: { level: 'warn', row: 'batch', count: ({ detail }) => metrics.signIn({ result: detail.reason }) },
  sign_out: { level: 'info', row: 'statement' },
  consent_granted: { level: 'info', row: 'statement' },
  consent_denied: { level: 'info', row: 'batch' },
  consent_implied: { level: 'info', row: 'batch' },
  consent_withdrawn: { level: 'info', row: 'statement' },
  authorization_code_issued: { level: 'info', row: 'statement' },
  device_allowed: { level: 'info', row: 'statement' },
  token_issued: { level: 'info', row: 'either' },
  token_refreshed: { level: 'info', row: 'either' },
  token_reuse_detected: { level: 'warn', row: 'statement' },
  token_revoked: { level: 'info', row: 'statement' },
  client_authentication_failed: { level: 'warn', row: 'batch' },
  signing_key_rotated: { level: 'info', row: 'statement' },
  signing_key_withdrawn: { level: 'warn', row: 'statement' },
  encryption_key_rotated: { level: 'info', row: 'statement' },
  encryption_key_withdrawn: { level: 'warn', row: 'statement' },
  keys_rewrapped: { level: 'info', row: 'statement' },
  client_changed: { level: 'info', row: 'statement' },
  registration_token_changed: { level: 'info', row: 'statement' },
  user_changed: { level: 'info', row: 'statement' },
  users_exported: { level: 'warn', row: 'statement' },
  password_reset_asked: { level: 'info', row: 'statement' },
  email_code_asked: { level: 'info', row: 'statement' },
  password_reset: { level: 'info', row: 'statement' },
  sign_up_asked: { level: 'info', row: 'statement' },
  signed_up: { level: 'info', row: 'statement' },
  invited: { level: 'info', row: 'statement' },
  invitation_revoked: { level: 'info', row: 'statement' },
  mail_given_up: { level: 'warn', row: 'statement' },
  logout_notification_given_up: { level: 'warn', row: 'statement' },
  passkey_added: { level: 'info', row: 'statement' },
  passkey_renamed: { level: 'info', row: 'statement' },
  passkey_removed: { level: 'info', row: 'statement' },
  passkey_flagged: { level: 'warn', row: 'statement' },
  identity_linked: { level: 'info', row: 'statement' },
  identity_unlinked: { level: 'info', row: 'statement' },
  authenticator_added: { level: 'info', row: 'statement' },
  authenticator_removed: { level: 'info', row: 'statement' },
  recovery_codes_replaced: { level: 'info', row: 'statement' },
  restored_database_voided: { level: 'warn', row: 'statement' },
} as const satisfies { readonly [Type in AuditEventType]: EventRule<Type> };

type TypesIn<Place extends AuditRowPlace> = {
  [Type in AuditEventType]: (typeof eventTable)[Type]['row'] extends Place | 'either' ? Type : never;
}[AuditEventType];

/** Events whose row a statement may carry. */
export type StatementEvent = Extract<SecurityEvent, { type: TypesIn<'statement'> }>;

/** Events whose row may wait for others. */
export type BatchEvent = Extract<SecurityEvent, { type: TypesIn<'batch'> }>;
