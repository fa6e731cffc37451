import type { Clock } from '../../clock.js';

/** Milliseconds in which a client's further failures are not recorded one by one. */
const interval = 1_000;
const most = 1_000;

export interface FailedAuthentications {
  isWorthRecording(clientId: string): boolean;
}

/** Bounds what strangers can write into the audit table by guessing: one row a second and client. */
export function createFailedAuthentications(clock: Clock): FailedAuthentications {
  const last = new Map<string, number>();
  return {
    isWorthRecording(clientId) {
      const now = clock.now().getTime();
      const before = last.get(clientId);
      if (before !== undefined && now - before < interval) return false;
      if (last.size >= most) last.clear();
      last.set(clientId, now);
      return true;
    },
  };
}
