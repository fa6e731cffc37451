import { statement } from '../connection/statement.js';
import type { Transaction } from '../connection/transactions.js';
import type { AuditEvent } from '../schema/audit-events.js';
import type { Audit, AuditDetail } from './audit-events.js';

/** When an administrative change is made, and the audit row that records it. */
export interface Change {
  readonly now: Date;
  readonly audit: Audit;
}

const recordChangeStatement = statement<Omit<AuditEvent, 'id'>>(
  'record_change',
  (p) => `
   INSERT INTO audit_events (type, user_id, client_id, session_id, authorization_grant_id, occurred_at, expires_at, context)
   VALUES (${p.type}, ${p.userId}, ${p.clientId}, ${p.sessionId}, ${p.authorizationGrantId}, ${p.occurredAt}, ${p.expiresAt}, ${p.context})`,
);

/**
 * Writes the record of a change. Call it in the change's own transaction: what cannot be recorded does not happen.
 * @param detail what only the change itself found out, for the row's `context`
 */
export async function recordChange(
  transaction: Transaction,
  { now, audit }: Change,
  detail: AuditDetail = {},
): Promise<void> {
  await transaction.query(recordChangeStatement, {
    type: audit.type,
    userId: audit.userId ?? null,
    clientId: audit.clientId ?? null,
    sessionId: audit.sessionId ?? null,
    authorizationGrantId: audit.authorizationGrantId ?? null,
    occurredAt: now,
    expiresAt: audit.expiresAt,
    context: { ...audit.context, ...detail },
  });
}
