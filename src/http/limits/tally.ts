export interface TallyLimits {
  readonly max: number;
  readonly maxPerKey: number;
}

/** Why nothing more may be under way: its key has enough, or all together have. */
export type Fullness = 'address' | 'total';

export interface Tally {
  /** Counts one more under the key, unless that is too many. */
  enter(key: string): 'entered' | Fullness;
  leave(key: string): void;
  readonly total: number;
}

/** Counts what is under way, under each key and in all. */
export function createTally({ max, maxPerKey }: TallyLimits): Tally {
  const counts = new Map<string, number>();
  let total = 0;
  return {
    enter(key) {
      const count = counts.get(key) ?? 0;
      if (count >= maxPerKey) return 'address';
      if (total >= max) return 'total';
      counts.set(key, count + 1);
      total += 1;
      return 'entered';
    },
    leave(key) {
      const count = counts.get(key) ?? 0;
      if (count > 1) counts.set(key, count - 1);
      else counts.delete(key);
      total -= 1;
    },
    get total() {
      return total;
    },
  };
}
