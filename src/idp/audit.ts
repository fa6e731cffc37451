import type { Request } from 'express';
import { after } from '../clock.js';
import type { Audit, AuditContext, AuditEventType } from '../storage/audit-events.js';
import { metrics } from '../telemetry/metrics.js';
import { currentRequest } from '../telemetry/request-context.js';
import type { Idp } from './deps.js';

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
export const auditOf = (idp: Idp, req: Request, detail?: AuditContext): Audit => ({
  context: auditContext(req, detail),
  expiresAt: after(idp.clock.now(), idp.config.lifetimes.auditEvents),
});

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
