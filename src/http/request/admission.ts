import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../../clock.js';
import type { HttpConfig } from '../../config/configuration.js';
import { addressBlock } from '../../protocol/address-block.js';
import type { RoleName } from '../../protocol/endpoints.js';
import { errorResponse, OAuthError } from '../../protocol/oauth-error.js';
import type { Log } from '../../telemetry/log/logger.js';
import { rateLimited } from '../../telemetry/log/rate-limited.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import { createTally, type Fullness } from '../limits/tally.js';
import { addressOf } from './asked.js';
import { hasBody, receiveBody } from './body.js';

/** How many requests may be under way: of all together, and of one address block. */
export type AdmissionLimits = Pick<
  HttpConfig,
  'maxRequestsInFlight' | 'maxRequestsInFlightPerAddress' | 'maxUnfinishedRequests' | 'maxUnfinishedRequestsPerAddress'
>;

export interface AdmissionOptions {
  readonly role: RoleName;
  readonly log: Log;
  readonly clock: Clock;
  readonly limits: AdmissionLimits;
}

const busy = JSON.stringify(errorResponse(new OAuthError('temporarily_unavailable')));

/** One address block has too much under way (RFC 6585 §4), or all together have (RFC 9110 §15.6.4). */
const statuses: Readonly<Record<Fullness, number>> = { address: 429, total: 503 };

/** Whoever watches over a role asks there: answered whatever goes on. */
const isHealth = ({ method, path }: Request): boolean => method === 'GET' && path.endsWith('/health');

/** Costs little: it is sent when there is nothing to spare. What is left of the request is not waited for. */
function sendBusy(req: Request, res: Response, why: Fullness): void {
  const close = hasBody(req) ? { Connection: 'close' } : {};
  const headers = { 'Content-Type': 'application/json', 'Retry-After': '1', 'Cache-Control': 'no-store', ...close };
  res.writeHead(statuses[why], headers);
  res.end(busy);
}

function createTurnAway({ log, clock, limits }: AdmissionOptions) {
  const report = rateLimited(60_000, clock, (suppressed, reason: Fullness) =>
    log.warn('requests are turned away', { reason, ...limits, suppressed }),
  );
  return (req: Request, res: Response, why: Fullness): void => {
    res.locals.route = 'turned away';
    res.locals.routine = true; // the report says it, once a minute
    metrics.turnedAway({ what: 'request', reason: why });
    report(why);
    sendBusy(req, res, why);
  };
}

/**
 * Who is let in: a request counts once its body is there, against what its address block and what all together may have under
 * way. A stranger who sends half requests, or too many whole ones, keeps nobody else out.
 */
export function admission(options: AdmissionOptions): RequestHandler {
  const { role, limits } = options;
  const turnAway = createTurnAway(options);
  const inFlight = createTally({
    max: limits.maxRequestsInFlight,
    maxPerKey: limits.maxRequestsInFlightPerAddress,
  });
  const unfinished = createTally({
    max: limits.maxUnfinishedRequests,
    maxPerKey: limits.maxUnfinishedRequestsPerAddress,
  });
  metrics.observeRequestsInFlight(role, () => inFlight.total);

  function admit(req: Request, res: Response, block: string, next: () => void): void {
    if (res.closed) return;
    const entered = inFlight.enter(block);
    if (entered === 'entered') {
      res.on('close', () => inFlight.leave(block));
      next();
    } else turnAway(req, res, entered);
  }

  return (req, res, next) => {
    if (isHealth(req)) return next();
    const block = addressBlock(addressOf(req) ?? '');
    if (!hasBody(req)) return admit(req, res, block, next);
    const entered = unfinished.enter(block);
    if (entered !== 'entered') return turnAway(req, res, entered);
    // Whoever reads a body that was refused says so.
    const received = (): void => {
      unfinished.leave(block);
      admit(req, res, block, next);
    };
    receiveBody(req).then(received, received);
  };
}
