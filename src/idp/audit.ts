import type { AuditEventType } from '../storage/audit-events.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import type { Idp } from './deps.js';

export interface EventFacts {
  readonly userId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly reason?: string | undefined;
}

/** Tells log and metrics of an event whose row has been written, or is about to be. */
export function announce(idp: Idp, type: AuditEventType, facts: EventFacts): void {
  metrics.auditEvent(type);
  idp.log[type === 'sign_in_failed' ? 'warn' : 'info'](type.replaceAll('_', ' '), {
    user_id: facts.userId,
    client_id: facts.clientId,
    session_id: facts.sessionId,
    reason: facts.reason,
  });
}
