import type { EntityManager } from 'typeorm';
import { AuditEvent } from '../schema/audit-events.js';
import type { Audit, AuditDetail } from './audit-events.js';

/** When an administrative change is made, and the audit row that records it. */
export interface Change {
  readonly now: Date;
  readonly audit: Audit;
}

/**
 * Writes the record of a change. Call it in the change's own transaction: what cannot be recorded does not happen.
 * @param detail what only the change itself found out, for the row's `context`
 */
export async function recordChange(
  transaction: EntityManager,
  { now, audit }: Change,
  detail: AuditDetail = {},
): Promise<void> {
  await transaction.insert(AuditEvent, {
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
