import { createBoundedCache } from '../../cache/bounded-cache.js';
import type { Clock } from '../../clock.js';

/** Milliseconds in which a client's further failures are not recorded one by one. */
const interval = 1_000;
const cacheSize = 1_000;

export interface FailedAuthentications {
  isWorthRecording(clientId: string): boolean;
}

/** Bounds what strangers can write into the audit table by guessing: one row a second and client. */
export function createFailedAuthentications(clock: Clock): FailedAuthentications {
  const recordedAt = createBoundedCache<number>(cacheSize);
  return {
    isWorthRecording(clientId) {
      const now = clock.now().getTime();
      const before = recordedAt.get(clientId);
      if (before !== undefined && now - before < interval) return false;
      recordedAt.set(clientId, now);
      return true;
    },
  };
}
