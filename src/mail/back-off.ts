const first = 15_000;
const longest = 3_600_000;

/**
 * Milliseconds to wait after the n-th attempt has failed: twice as long each time, up to an hour (RFC 5321 §4.5.4.1 wants half an
 * hour and more, of servers; ours is a client of one, which is down for less). Up to a quarter of it is left to chance, so that what
 * failed together is not tried together.
 * @param chance from 0 up to, but not including, 1
 */
export function backOff(attempt: number, chance: number): number {
  const wait = Math.min(longest, first * 2 ** Math.min(attempt - 1, 30));
  return Math.round(wait * (1 - chance / 4));
}
