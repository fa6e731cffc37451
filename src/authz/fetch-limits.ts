import type { Clock } from '../clock.js';
import { createRateLimiter, type RateLimit } from '../http/limits/rate-limiter.js';
import type { Asked } from '../http/request/asked.js';
import { addressBlock } from '../protocol/address-block.js';
import { faults } from '../protocol/fault-sentences.js';
import { OAuthError } from '../protocol/oauth-error.js';
import { metrics } from '../telemetry/metrics/metrics.js';

export interface FetchLimits {
  /**
   * Counts a request object that is about to be fetched: anybody can make us ask a client's server (RFC 9101 §10.4.1).
   * @throws OAuthError temporarily_unavailable, with 429
   */
  count(clientId: string, asked: Asked): void;
}

/** In the memory of this process. */
export function createFetchLimits(
  limits: { readonly fetchedRequestsPerAddress: RateLimit; readonly fetchedRequestsPerClient: RateLimit },
  clock: Clock,
): FetchLimits {
  const perAddress = createRateLimiter({ ...limits.fetchedRequestsPerAddress, clock });
  const perClient = createRateLimiter({ ...limits.fetchedRequestsPerClient, clock });

  function refuse(reason: 'address' | 'client', wait: number): void {
    if (wait === 0) return;
    metrics.turnedAway({ what: 'fetched_request', reason });
    throw new OAuthError('temporarily_unavailable', {
      status: 429,
      retryAfter: Math.ceil(wait / 1000),
      fault: faults.tooManyFetchedRequests,
      detail: `too many request objects to fetch for one ${reason}: see limits`,
    });
  }

  return {
    count(clientId, { address }) {
      refuse('address', perAddress.take(addressBlock(address ?? '')));
      refuse('client', perClient.take(clientId));
    },
  };
}
