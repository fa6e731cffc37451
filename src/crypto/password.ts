import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { createHashingQueue, type HashingLimits, type HashingTurn } from './hashing-queue.js';

export interface PasswordHashing extends HashingLimits {
  /** What each hash holds, beside a core. */
  readonly memoryKib: number;
  readonly iterations: number;
  readonly parallelism: number;
}

export interface PasswordMatch {
  readonly matches: boolean;
  /** The stored hash was made with other parameters than today's. */
  readonly needsRehash: boolean;
}

export interface PasswordHasher {
  /** @throws OverloadedError */
  hash(password: string, turn?: HashingTurn): Promise<string>;
  /** `encoded` null stands for an unknown user: it takes as long and never matches. @throws OverloadedError */
  verify(encoded: string | null, password: string, turn?: HashingTurn): Promise<PasswordMatch>;
}

/** Operators wait for no stranger. */
const ours: HashingTurn = { block: '', known: true };

/** Argon2id (RFC 9106; the library's default among the variants) behind a queue. */
export function createPasswordHasher(hashing: PasswordHashing): PasswordHasher {
  const options = {
    memoryCost: hashing.memoryKib,
    timeCost: hashing.iterations,
    parallelism: hashing.parallelism,
  };
  const prefix = `$argon2id$v=19$m=${hashing.memoryKib},t=${hashing.iterations},p=${hashing.parallelism}$`;
  const queued = createHashingQueue(hashing);
  const dummy = argon2Hash('no password has this hash', options);
  return {
    hash: (password, turn = ours) => queued(turn, () => argon2Hash(password, options)),
    verify: async (encoded, password, turn = ours) => {
      const against = encoded ?? (await dummy);
      const matches = await queued(turn, () => argon2Verify(against, password));
      return { matches: matches && encoded !== null, needsRehash: !against.startsWith(prefix) };
    },
  };
}
