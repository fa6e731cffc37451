import { UnavailableError } from '../protocol/unavailable-error.js';

/** More is asked for at once than is allowed to wait for its turn. */
export class CrowdedError extends UnavailableError {
  override readonly name = 'CrowdedError';
  readonly retryAfter = 2;
}

export interface TurnsLimits {
  /** How many tasks of one key may run or wait. */
  readonly perKey: number;
  /** … and of one group of keys. */
  readonly perGroup: number;
}

/** Runs the tasks of one key one after another, in the memory of this process. @throws CrowdedError when too many wait */
export type Turns = <Result>(key: string, group: string, task: () => Promise<Result>) => Promise<Result>;

export function createTurns({ perKey, perGroup }: TurnsLimits): Turns {
  const last = new Map<string, Promise<unknown>>();
  const counts = new Map<string, number>();
  const count = (name: string, by: 1 | -1): void => {
    const now = (counts.get(name) ?? 0) + by;
    if (now === 0) counts.delete(name);
    else counts.set(name, now);
  };

  return async (key, group, task) => {
    const names = [`key ${key}`, `group ${group}`] as const;
    if ((counts.get(names[0]) ?? 0) >= perKey || (counts.get(names[1]) ?? 0) >= perGroup) {
      throw new CrowdedError('too many sign-ins of one kind at once');
    }
    for (const name of names) count(name, 1);
    const before = last.get(key) ?? Promise.resolve();
    const result = before.then(task);
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    last.set(key, ended);
    try {
      return await result;
    } finally {
      for (const name of names) count(name, -1);
      if (last.get(key) === ended) last.delete(key);
    }
  };
}
