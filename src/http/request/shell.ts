import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../../clock.js';
import type { Random } from '../../crypto/random.js';
import type { RoleName } from '../../protocol/endpoints.js';
import { errorResponse, OAuthError } from '../../protocol/oauth-error.js';
import type { Log } from '../../telemetry/log/logger.js';
import { rateLimited } from '../../telemetry/log/rate-limited.js';
import { runInRequest } from '../../telemetry/log/request-context.js';
import { methodLabel } from '../../telemetry/metrics/labels.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import { startServerSpan } from '../../telemetry/tracing/tracing.js';
import { type HeaderList, setHeaders } from '../browser/headers.js';
import { sendOAuthError } from './error-handler.js';
import { routePattern } from './not-found.js';
import { requestIdOf } from './request-id.js';

export interface ShellOptions {
  readonly role: RoleName;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly headers: HeaderList;
  /** Milliseconds until a request that has no answer yet is told to come back. */
  readonly requestTimeout: number;
  readonly maxRequestsInFlight: number;
}

const overloaded = new OAuthError('temporarily_unavailable', { retryAfter: 1 });
const overloadedBody = JSON.stringify(errorResponse(overloaded));

/** Costs as little as can be: it is sent when there is nothing to spare. */
function sendOverloaded(res: Response): void {
  res.writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '1', 'Cache-Control': 'no-store' });
  res.end(overloadedBody);
}

/** A client that has not sent its whole request in time is slow; one that has is waiting for us. */
function expire(req: Request, res: Response): void {
  if (res.headersSent) res.destroy();
  else if (req.complete) sendOAuthError(res, overloaded);
  else sendOAuthError(res, new OAuthError('invalid_request', { status: 408, detail: 'the request came too slowly' }));
}

/** 499 where the client left before the answer was out, as proxies log it. */
const statusOf = (res: Response): number => (res.writableFinished ? res.statusCode : 499);

type Within = <T>(work: () => T) => T;

/** Counts an answered request and writes its line; those that are asked for every few seconds are worth none. */
function createReport({ role, log }: ShellOptions) {
  return (req: Request, res: Response, seconds: number, remote: string | undefined, within: Within): void => {
    const { method } = req;
    const route = routePattern(req, res.locals.route);
    const status = statusOf(res);
    metrics.httpRequest({ role, method, route, status }, seconds);
    const level = res.locals.routine ? 'DEBUG' : 'INFO';
    if (!log.isEnabled(level)) return;
    const duration_ms = Math.round(seconds * 1e4) / 10;
    const fields = { method: methodLabel(method), route, status, duration_ms, remote };
    within(() => (level === 'INFO' ? log.info('http request', fields) : log.debug('http request', fields)));
  };
}

/** Counts a request that is not answered for lack of room. */
function createTurnAway({ role, log, clock, maxRequestsInFlight }: ShellOptions) {
  const report = rateLimited(1000, clock, (suppressed) =>
    log.warn('overloaded: requests are turned away', { max_requests_in_flight: maxRequestsInFlight, suppressed }),
  );
  return (req: Request, res: Response): void => {
    metrics.httpRequest({ role, method: req.method, route: 'overloaded', status: 503 }, 0);
    report();
    sendOverloaded(res);
  };
}

/**
 * What stands around every request: its id, its span below the caller's, the bound on how many are answered at once and for
 * how long, metrics, and one line in the log. Route patterns stand for paths: a URL may hold anything, secrets included.
 */
export function requestShell(options: ShellOptions): RequestHandler {
  const { role, random, headers, requestTimeout, maxRequestsInFlight } = options;
  const [report, turnAway] = [createReport(options), createTurnAway(options)];
  let inFlight = 0;
  metrics.observeRequestsInFlight(role, () => inFlight);

  return (req, res, next) => {
    if (inFlight >= maxRequestsInFlight) return turnAway(req, res);
    inFlight += 1;
    const started = performance.now();
    const remote = req.ip; // gone by the time the connection is
    const requestId = requestIdOf(req, random);
    res.locals.requestId = requestId;
    setHeaders(res, headers);
    res.setHeader('X-Request-Id', requestId);
    const span = startServerSpan(role, req.method, req.headers);
    const within: Within = (work) => runInRequest({ requestId }, () => span.run(work));
    const timer = setTimeout(() => within(() => expire(req, res)), requestTimeout);
    res.once('close', () => {
      clearTimeout(timer);
      inFlight -= 1;
      span.end(routePattern(req, res.locals.route), statusOf(res));
      report(req, res, (performance.now() - started) / 1000, remote, within);
    });
    within(next);
  };
}
