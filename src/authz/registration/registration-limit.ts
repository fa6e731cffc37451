import type { Clock } from '../../clock.js';
import { createRateLimiter, type RateLimiter } from '../../http/limits/rate-limiter.js';
import type { Asked } from '../../http/request/asked.js';
import { addressBlock } from '../../protocol/address-block.js';
import { faults } from '../../protocol/fault-sentences.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { metrics } from '../../telemetry/metrics/metrics.js';

/** The refusal of a registration that would be one too many. `retryAfter` in seconds. */
export function tooManyRegistrations(reason: 'address' | 'total', retryAfter: number, detail: string): OAuthError {
  metrics.turnedAway({ what: 'client_registration', reason });
  return new OAuthError('temporarily_unavailable', {
    status: 429,
    retryAfter,
    fault: faults.tooManyRegistrations,
    detail,
  });
}

export interface RegistrationLimit {
  /**
   * Counts a registration, or a change of one, against the address block that asks.
   * @throws OAuthError temporarily_unavailable, with 429
   */
  count(asked: Asked): void;
  /**
   * Counts a look at a registration, or its deletion.
   * @throws OAuthError temporarily_unavailable, with 429
   */
  countVisit(asked: Asked): void;
}

/** A client that looks often enough; whoever guesses tokens is slowed long before it matters. */
const visits = { burst: 100, perSecond: 1 };

/** In the memory of this process. `every` in milliseconds. */
export function createRegistrationLimit(
  { burst, every }: { readonly burst: number; readonly every: number },
  clock: Clock,
): RegistrationLimit {
  const changes = createRateLimiter({ burst, perSecond: 1000 / every, clock });
  const looks = createRateLimiter({ ...visits, clock });
  const take = (limiter: RateLimiter, { address }: Asked, detail: string): void => {
    const wait = limiter.take(addressBlock(address ?? ''));
    if (wait > 0) throw tooManyRegistrations('address', Math.ceil(wait / 1000), detail);
  };
  return {
    count: (asked) =>
      take(changes, asked, 'too many registrations from one address: see client_registration.per_address'),
    countVisit: (asked) => take(looks, asked, 'too many looks at registrations from one address'),
  };
}
