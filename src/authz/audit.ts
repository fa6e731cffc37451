import type { AuditEventType } from '../storage/audit-events.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import type { AuthzDeps } from './deps.js';

export interface EventFacts {
  readonly clientId: string;
  readonly userId?: string | undefined;
  readonly authorizationGrantId?: string | undefined;
  readonly grantType?: string | undefined;
}

/** Tells log and metrics of an event whose row has been written, or is about to be. */
export function announce(deps: AuthzDeps, type: AuditEventType, facts: EventFacts): void {
  metrics.auditEvent(type);
  const level = type === 'token_reuse_detected' || type === 'client_authentication_failed' ? 'warn' : 'info';
  deps.log[level](type.replaceAll('_', ' '), {
    client_id: facts.clientId,
    user_id: facts.userId,
    grant_type: facts.grantType,
    authorization_grant_id: facts.authorizationGrantId,
  });
}
