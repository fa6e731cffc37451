import type { Request } from 'express';
import { after } from '../clock.js';
import type { Audit, AuditContext, AuditEventType } from '../storage/audit-events.js';
import { metrics } from '../telemetry/metrics.js';
import { currentRequest } from '../telemetry/request-context.js';
import type { AuthzDeps } from './deps.js';

/** Who asked, from where, and what else explains the event. */
export const auditContext = (req: Request, detail: AuditContext = {}): AuditContext => {
  const requestId = currentRequest()?.requestId;
  return {
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(req.ip === undefined ? {} : { address: req.ip }),
    ...detail,
  };
};

/** For a verb whose statement writes the audit row along with the change. */
export const auditOf = (deps: AuthzDeps, req: Request, detail?: AuditContext): Audit => ({
  context: auditContext(req, detail),
  expiresAt: after(deps.clock.now(), deps.config.lifetimes.auditEvents),
});

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
