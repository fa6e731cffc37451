import { trace } from '@opentelemetry/api';
import type { Request } from 'express';
import { currentRequest } from '../../telemetry/log/request-context.js';

/** What is known of whoever asked for something, as a value: below an endpoint nobody needs the request itself. */
export interface Asked {
  /** The address, after `http.trust_proxy`; undefined once the connection is gone. */
  readonly address?: string | undefined;
  /** What its browser calls itself (RFC 9110 §10.1.5). */
  readonly userAgent?: string | undefined;
  readonly requestId?: string | undefined;
  readonly traceId?: string | undefined;
}

export const askedOf = (req: Pick<Request, 'ip' | 'headers'>): Asked => ({
  address: req.ip,
  userAgent: req.headers['user-agent'],
  requestId: currentRequest()?.requestId,
  traceId: trace.getActiveSpan()?.spanContext().traceId,
});
