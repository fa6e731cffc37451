import type { Clock } from '../clock.js';
import { createRateLimiter, type RateLimit } from '../http/limits/rate-limiter.js';
import type { Asked } from '../http/request/asked.js';
import { addressBlock } from '../protocol/address-block.js';
import { faults } from '../protocol/fault-sentences.js';
import { OAuthError } from '../protocol/oauth-error.js';
import { metrics } from '../telemetry/metrics/metrics.js';

export interface InteractionLimits {
  /**
   * Counts an interaction that is about to be stored: anybody can make us store one (RFC 9700 §4.15).
   * @throws OAuthError temporarily_unavailable, with 429 where the address block has had enough
   */
  count(asked: Asked): void;
}

const everybody = 'everybody';

const refusal = (status: number, wait: number): OAuthError =>
  new OAuthError('temporarily_unavailable', {
    status,
    retryAfter: Math.ceil(wait / 1000),
    fault: faults.tooManyInteractions,
    detail: 'too many authorization requests: see limits.interactions',
  });

/** In the memory of this process: a limit in the database would cost each sign-in a statement. */
export function createInteractionLimits(
  limits: { readonly interactionsPerAddress: RateLimit; readonly interactions: RateLimit },
  clock: Clock,
): InteractionLimits {
  const perAddress = createRateLimiter({ ...limits.interactionsPerAddress, clock });
  const all = createRateLimiter({ ...limits.interactions, clock });

  function refuse(reason: 'address' | 'total', status: number, wait: number): void {
    if (wait === 0) return;
    metrics.turnedAway({ what: 'interaction', reason });
    throw refusal(status, wait);
  }

  return {
    count({ address }) {
      refuse('address', 429, perAddress.take(addressBlock(address ?? '')));
      refuse('total', 503, all.take(everybody));
    },
  };
}
