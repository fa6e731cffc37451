import { createBoundedCache } from './bounded-cache.js';

/**
 * What this process knows of the values that it has handed out, until they come back: facts that no change of a row makes untrue.
 * Whoever has them saves a look-up, and nobody depends on them: a value may come back to another process, or never.
 */
export interface HandedOut<Facts> {
  /** @param hash the value's key in the database */
  keep(hash: Buffer, facts: Facts): void;
  /** Only for the first time: what comes again has to be looked up. */
  take(hash: Buffer): Facts | undefined;
}

/** @param limit of those that have not come back; the oldest go first */
export function createHandedOut<Facts>(limit: number): HandedOut<Facts> {
  const facts = createBoundedCache<Facts>(limit);
  const keyOf = (hash: Buffer): string => hash.toString('latin1');
  return {
    keep: (hash, value) => facts.set(keyOf(hash), value),
    take(hash) {
      const key = keyOf(hash);
      const value = facts.get(key);
      facts.delete(key);
      return value;
    },
  };
}
