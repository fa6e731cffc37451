import { createBoundedCache } from '../../cache/bounded-cache.js';
import type { Clock } from '../../clock.js';

/** How much of something one key may have: so many at once, and so many a second in the long run. */
export interface RateLimit {
  readonly burst: number;
  readonly perSecond: number;
}

export interface RateLimiter {
  /** Takes one. @returns 0 where it was there to take, else the milliseconds until it will be; then nothing was taken */
  take(key: string): number;
  /** Whether one is there to take: the same answer, and nothing is taken. */
  look(key: string): number;
}

export interface RateLimiterOptions extends RateLimit {
  readonly clock: Clock;
  /** Keys that are remembered: of more, those not seen for longest start afresh. */
  readonly keys?: number;
}

/**
 * A limit for each key in the memory of this process, by the generic cell rate algorithm: of each key one number is kept, the
 * moment at which all that it took would be paid for. Several processes each grant the whole limit.
 */
export function createRateLimiter({ burst, perSecond, clock, keys = 10_000 }: RateLimiterOptions): RateLimiter {
  const interval = 1000 / perSecond;
  const paidAt = createBoundedCache<number>(keys);

  /** Never more than the whole burst ahead: a clock that was set back must not refuse anybody for long. */
  const paid = (key: string, now: number): number =>
    Math.min(Math.max(paidAt.get(key) ?? 0, now), now + burst * interval);

  const wait = (key: string, now: number): number =>
    Math.max(0, Math.ceil(paid(key, now) - (burst - 1) * interval - now));

  return {
    take(key) {
      const now = clock.now().getTime();
      const due = wait(key, now);
      if (due === 0) paidAt.set(key, paid(key, now) + interval);
      return due;
    },
    look: (key) => wait(key, clock.now().getTime()),
  };
}
