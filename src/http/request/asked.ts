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

/** With the request: Express asks its way through the proxies each time. */
const address = Symbol('address');

type Addressed = Pick<Request, 'ip'> & { [address]?: string | undefined };

/** The address of whoever asks, after `http.trust_proxy`, as it was at the first look; undefined where the connection was gone then. */
export function addressOf(req: Addressed): string | undefined {
  req[address] ??= req.ip;
  return req[address];
}

export const askedOf = (req: Pick<Request, 'ip' | 'headers'>): Asked => ({
  address: addressOf(req),
  userAgent: req.headers['user-agent'],
  requestId: currentRequest()?.requestId,
  traceId: trace.getActiveSpan()?.spanContext().traceId,
});
