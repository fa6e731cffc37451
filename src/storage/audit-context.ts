import { trace } from '@opentelemetry/api';
import { after, type Clock } from '../clock.js';
import { currentRequest } from '../telemetry/tracing/request-context.js';
import type { Audit, AuditContext } from './audit-events.js';

/** What of a request an audit row keeps. */
interface Asked {
  /** The address that asked, after `http.trust_proxy`. */
  readonly ip?: string | undefined;
}

/** Who asked, from where, and what else explains the event; its ids lead to the log and the trace. */
export function auditContext({ ip }: Asked, detail: AuditContext = {}): AuditContext {
  const requestId = currentRequest()?.requestId;
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  return {
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(traceId === undefined ? {} : { trace_id: traceId }),
    ...(ip === undefined ? {} : { address: ip }),
    ...detail,
  };
}

interface Auditing {
  readonly clock: Clock;
  readonly config: { readonly lifetimes: { readonly auditEvents: number } };
}

/** For a verb whose statement writes the audit row along with the change. */
export const auditOf = ({ clock, config }: Auditing, asked: Asked, detail?: AuditContext): Audit => ({
  context: auditContext(asked, detail),
  expiresAt: after(clock.now(), config.lifetimes.auditEvents),
});
