import { normalizedPassword } from '../protocol/password/policy.js';
import { createHashingQueue, type HashingLimits, type HashingTurn } from './hashing-queue.js';
import { verifyImported } from './imported-password.js';

export interface PasswordHashing extends HashingLimits {
  /** What each hash holds, beside a core. */
  readonly memoryKib: number;
  readonly iterations: number;
  readonly parallelism: number;
}

export interface PasswordMatch {
  readonly matches: boolean;
  /** The stored hash was made in another way than today's, or not of the normalized password. */
  readonly needsRehash: boolean;
}

export interface PasswordHasher {
  /** @throws OverloadedError */
  hash(password: string, turn?: HashingTurn): Promise<string>;
  /**
   * @param encoded null stands for an unknown user: it takes as long and never matches
   * @throws OverloadedError
   */
  verify(encoded: string | null, password: string, how?: VerifyOptions): Promise<PasswordMatch>;
}

export interface VerifyOptions {
  /** By default that of an operator, who waits for no stranger. */
  readonly turn?: HashingTurn;
  /** What an unknown user's hash begins with (`$argon2id$v=…$m=…,t=…,p=…$`, `$2b$…$`), by default today's: it is to take as long as others'. */
  readonly parameters?: string | null;
}

const ours: HashingTurn = { block: '', known: true };

/** Loaded with the first password: where nobody signs in it stays out of memory. */
const argon2 = () => import('@node-rs/argon2');

/** A salt and a hash that no password has; what they say does not matter to the time that comparing takes. */
const nobodys = `${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** … in the form that follows such a beginning. */
const nobodysAfter = (beginning: string): string => beginning + (beginning.startsWith('$2') ? '.'.repeat(53) : nobodys);

const verifyHash = async (encoded: string, password: string): Promise<boolean> =>
  encoded.startsWith('$argon2id$') ? (await argon2()).verify(encoded, password) : verifyImported(encoded, password);

/** Argon2id (RFC 9106; the library's default among the variants) behind a queue; other hashes are verified, and never made. */
export function createPasswordHasher(hashing: PasswordHashing): PasswordHasher {
  const options = {
    memoryCost: hashing.memoryKib,
    timeCost: hashing.iterations,
    parallelism: hashing.parallelism,
  };
  const todays = `$argon2id$v=19$m=${hashing.memoryKib},t=${hashing.iterations},p=${hashing.parallelism}$`;
  const queued = createHashingQueue(hashing);
  return {
    hash: (password, turn = ours) =>
      queued(turn, async () => (await argon2()).hash(normalizedPassword(password), options)),
    verify: async (encoded, password, { turn = ours, parameters } = {}) => {
      const against = encoded ?? nobodysAfter(parameters ?? todays);
      const normalized = normalizedPassword(password);
      const asNormalized = await queued(turn, () => verifyHash(against, normalized));
      // Hashes of earlier releases were made of what was typed, in whatever form the keyboard gave it.
      const asTyped =
        !asNormalized && normalized !== password && (await queued(turn, () => verifyHash(against, password)));
      return {
        matches: (asNormalized || asTyped) && encoded !== null,
        needsRehash: asTyped || !against.startsWith(todays),
      };
    },
  };
}
