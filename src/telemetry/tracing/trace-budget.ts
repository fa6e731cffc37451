import type { Clock } from '../../clock.js';

export interface TraceBudgetOptions {
  /** Traces a second that are recorded at most; a second's worth may come at once. */
  readonly perSecond: number;
  readonly clock: Clock;
  /** Told, at most once a second, how many more there would have been. */
  readonly onExceeded: (traces: number) => void;
}

export interface TraceBudget {
  /** Whether one more may be recorded now. */
  take(): boolean;
}

/**
 * A bound on what being traced may cost. Of a quiet server every trace is recorded; of a busy one a sample, and the others cost
 * nothing, whatever their callers ask for.
 */
export function createTraceBudget({ perSecond, clock, onExceeded }: TraceBudgetOptions): TraceBudget {
  let left = perSecond;
  let exceeded = 0;
  let filledAt = clock.now().getTime();

  function refill(): void {
    const now = clock.now().getTime();
    const due = Math.floor(((now - filledAt) * perSecond) / 1000);
    if (due < 1 && now >= filledAt) return;
    left = Math.min(perSecond, left + Math.max(0, due));
    filledAt = now;
    if (exceeded > 0) onExceeded(exceeded);
    exceeded = 0;
  }

  return {
    take() {
      if (left < 1) refill();
      if (left >= 1) {
        left -= 1;
        return true;
      }
      exceeded += 1;
      return false;
    },
  };
}
