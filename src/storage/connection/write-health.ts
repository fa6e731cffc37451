import type { Clock } from '../../clock.js';
import { describeDatabaseFault } from './availability.js';

/**
 * Whether what has to be remembered can be written: a database that is full or read only answers questions as ever, and
 * much of our work is answering them.
 */
export interface WriteHealth {
  /** Told of every statement that writes: of its error, or of nothing where it went well. */
  note(error?: unknown): void;
  /** What an operator has to know; undefined while there is nothing. */
  problem(): string | undefined;
}

/** SQLSTATE 53100 disk_full, 25006 read_only_sql_transaction. */
const cannotWrite = /^(53100|25006)$/;

/** Milliseconds without another failure: a statement that found room does not mean that there is some. */
const quietTime = 60_000;

export function createWriteHealth(clock: Clock): WriteHealth {
  let failing: { readonly since: Date; readonly latest: Date; readonly error: unknown } | undefined;
  let hasSucceeded = false;
  return {
    note(error) {
      if (error === undefined) hasSucceeded = true;
      else if (cannotWrite.test(String((error as { code?: unknown }).code))) {
        const now = clock.now();
        failing = { since: failing?.since ?? now, latest: now, error };
        hasSucceeded = false;
      }
    },
    problem() {
      if (failing && hasSucceeded && clock.now().getTime() - failing.latest.getTime() >= quietTime) failing = undefined;
      if (!failing) return undefined;
      const { reason, remedy } = describeDatabaseFault(failing.error);
      return `nothing can be written since ${failing.since.toISOString()}: ${reason}; ${remedy}`;
    },
  };
}
