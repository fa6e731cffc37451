import type { Request, RequestHandler, Response } from 'express';
import type { Random } from '../../crypto/random.js';
import type { RoleName } from '../../protocol/endpoints.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import type { Log } from '../../telemetry/log/logger.js';
import { type RequestContext, runInRequest } from '../../telemetry/log/request-context.js';
import { methodLabel } from '../../telemetry/metrics/labels.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import { type ServerSpan, startServerSpan } from '../../telemetry/tracing/tracing.js';
import { type HeaderList, setHeaders } from '../browser/headers.js';
import { addressOf } from './asked.js';
import { sendOAuthError } from './error-handler.js';
import { routePattern } from './not-found.js';
import { callerRequestIdOf } from './request-id.js';

export interface ShellOptions {
  readonly role: RoleName;
  readonly log: Log;
  readonly random: Random;
  readonly headers: HeaderList;
  /** Milliseconds until a request that has no answer yet is told to come back. */
  readonly requestTimeout: number;
}

const overloaded = new OAuthError('temporarily_unavailable', { retryAfter: 1 });

/** A client that has not sent its whole request in time is slow; one that has is waiting for us. */
function expire(req: Request, res: Response): void {
  if (res.headersSent) res.destroy();
  else if (req.complete) sendOAuthError(res, overloaded);
  else sendOAuthError(res, new OAuthError('invalid_request', { status: 408, detail: 'the request came too slowly' }));
}

/** 499 where the client left before the answer was out, as proxies log it. */
const statusOf = (res: Response): number => (res.writableFinished ? res.statusCode : 499);

/** A request that is being answered. */
interface Exchange {
  readonly req: Request;
  readonly res: Response;
  readonly context: RequestContext;
  readonly span: ServerSpan;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /** Asked for early: it is gone by the time the connection is. */
  readonly remote: string | undefined;
}

/** Does `work` as part of the exchange, so that logs and spans name it. */
const within = <T>({ context, span }: Exchange, work: () => T): T => runInRequest(context, () => span.run(work));

/** Ends the span of an answered request, counts it and writes its line; what is asked for every few seconds is worth none. */
function conclude({ role, log }: ShellOptions, { req, res, context, span, startedAt, remote }: Exchange): void {
  const milliseconds = performance.now() - startedAt;
  const route = routePattern(req, res.locals.route);
  const status = statusOf(res);
  span.end(route, status);
  metrics.httpRequest({ role, method: req.method, route, status }, milliseconds / 1000);
  const level = res.locals.routine ? 'DEBUG' : 'INFO';
  if (!log.isEnabled(level)) return;
  const { requestId, callerRequestId } = context;
  log.request(
    level,
    { requestId, callerRequestId, traceId: span.ids?.traceId, spanId: span.ids?.spanId },
    { method: methodLabel(req.method), route, status, milliseconds: Math.round(milliseconds * 10) / 10, remote },
  );
}

/**
 * What stands around every request: its id, its span below the caller's, the bound on how long it may take, metrics, and one
 * line in the log. Route patterns stand for paths: a URL may hold anything, secrets included.
 */
export function requestShell(options: ShellOptions): RequestHandler {
  const { role, random, headers, requestTimeout } = options;

  return (req, res, next) => {
    const startedAt = performance.now();
    const requestId = random.uuid();
    res.locals.requestId = requestId;
    setHeaders(res, headers);
    res.setHeader('X-Request-Id', requestId);
    const span = startServerSpan(role, req.method, req.headers);
    const context = { requestId, callerRequestId: callerRequestIdOf(req), isTraced: span.ids !== undefined };
    const exchange: Exchange = { req, res, context, span, startedAt, remote: addressOf(req) };
    const timer = setTimeout(() => within(exchange, () => expire(req, res)), requestTimeout);
    res.on('close', () => {
      clearTimeout(timer);
      conclude(options, exchange);
    });
    within(exchange, next);
  };
}
