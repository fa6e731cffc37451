import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { UnavailableError } from '../protocol/unavailable-error.js';

export interface PasswordHashing {
  readonly memoryKib: number;
  readonly iterations: number;
  readonly parallelism: number;
  /** Hashes at once: each holds `memoryKib` and a core. */
  readonly concurrency: number;
  /** How many more may wait; past that callers are turned away at once. */
  readonly queue: number;
}

export interface PasswordMatch {
  readonly matches: boolean;
  /** The stored hash was made with other parameters than today's. */
  readonly needsRehash: boolean;
}

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** `encoded` null stands for an unknown user: it takes as long and never matches. */
  verify(encoded: string | null, password: string): Promise<PasswordMatch>;
}

/** More hashing was asked for than is allowed to wait. */
export class OverloadedError extends UnavailableError {
  override readonly name = 'OverloadedError';
  readonly retryAfter = 2;
}

/** Bounds how many tasks run at once and how many wait, so that a login storm cannot starve the process. */
function createGate(concurrency: number, queue: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async function enter<T>(task: () => Promise<T>): Promise<T> {
    if (running >= concurrency) {
      if (waiting.length >= queue) throw new OverloadedError('too many passwords wait to be hashed');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

/** Argon2id (RFC 9106; the library's default among the variants) behind a gate. */
export function createPasswordHasher(hashing: PasswordHashing): PasswordHasher {
  const options = {
    memoryCost: hashing.memoryKib,
    timeCost: hashing.iterations,
    parallelism: hashing.parallelism,
  };
  const prefix = `$argon2id$v=19$m=${hashing.memoryKib},t=${hashing.iterations},p=${hashing.parallelism}$`;
  const gate = createGate(hashing.concurrency, hashing.queue);
  const dummy = argon2Hash('no password has this hash', options);
  return {
    hash: (password) => gate(() => argon2Hash(password, options)),
    verify: async (encoded, password) => {
      const against = encoded ?? (await dummy);
      const matches = await gate(() => argon2Verify(against, password));
      return { matches: matches && encoded !== null, needsRehash: !against.startsWith(prefix) };
    },
  };
}
