import type { Clock } from '../clock.js';
import { createRateLimiter } from '../http/limits/rate-limiter.js';
import type { Asked } from '../http/request/asked.js';
import { addressBlock } from '../protocol/address-block.js';

export interface UserCodeLimits {
  /** Takes a try for whoever asks. @returns 0, else the milliseconds until their address block has another */
  take(asked: Asked): number;
  /** A code was entered that is none. */
  countWrong(): void;
}

const everybody = 'everybody';

/** Address blocks that are told apart: more than an IPv6 /48 has. */
const keys = 100_000;

/**
 * A guess in the dark has to stay one (RFC 8628 §5.1), and nobody is kept out by the guesses of others: where all together are wrong too
 * often, each address block has fewer tries, but none has no more. In the memory of this process; docs/security.md has the arithmetic.
 */
export function createUserCodeLimits(clock: Clock): UserCodeLimits {
  const usual = createRateLimiter({ clock, keys, burst: 10, perSecond: 1 / 30 });
  const scarce = createRateLimiter({ clock, keys, burst: 2, perSecond: 1 / 300 });
  const wrong = createRateLimiter({ clock, burst: 10_000, perSecond: 100 });

  return {
    take({ address }) {
      const isFlooded = wrong.look(everybody) > 0;
      return (isFlooded ? scarce : usual).take(addressBlock(address ?? ''));
    },
    countWrong: () => void wrong.take(everybody),
  };
}
