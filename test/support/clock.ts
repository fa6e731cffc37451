import type { Clock } from '../../src/clock.js';
import { start } from './rows.js';

/** A clock that moves when a test says so. */
export type MovableClock = Clock & { advance(milliseconds: number): void };

export function movableClock(): MovableClock {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}
