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

export interface HandedOutLimits {
  /** How many that have not come back are known at most; the oldest are forgotten first. */
  readonly most: number;
  /** Milliseconds after which one that has not come back may be forgotten; after twice as many it is. */
  readonly keptFor: number;
}

const keyOf = (hash: Buffer): string => hash.toString('latin1');

/** Two generations, of which the older is forgotten as a whole: nothing is asked of the values one by one. */
export function createHandedOut<Facts>({ most, keptFor }: HandedOutLimits): HandedOut<Facts> {
  let younger = new Map<string, Facts>();
  let older = new Map<string, Facts>();
  let timer: NodeJS.Timeout | undefined;

  function age(): void {
    clearTimeout(timer);
    older = younger;
    younger = new Map();
    timer = older.size > 0 ? setTimeout(age, keptFor).unref() : undefined;
  }

  return {
    keep(hash, facts) {
      timer ??= setTimeout(age, keptFor).unref();
      younger.set(keyOf(hash), facts);
      if (younger.size >= most / 2) age();
    },
    take(hash) {
      const key = keyOf(hash);
      const facts = younger.get(key) ?? older.get(key);
      younger.delete(key);
      older.delete(key);
      return facts;
    },
  };
}
