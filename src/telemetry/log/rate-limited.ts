import type { Clock } from '../../clock.js';

/** Calls `report` at most once per `interval` (ms) and tells it how many calls were swallowed since. */
export function rateLimited<A extends readonly unknown[]>(
  interval: number,
  clock: Clock,
  report: (suppressed: number, ...args: A) => void,
): (...args: A) => void {
  let last = Number.NEGATIVE_INFINITY;
  let suppressed = 0;
  return (...args) => {
    const now = clock.now().getTime();
    if (now - last < interval) {
      suppressed += 1;
      return;
    }
    last = now;
    report(suppressed, ...args);
    suppressed = 0;
  };
}
