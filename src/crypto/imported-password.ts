import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type PasswordHash, parsePasswordHash } from '../protocol/password/hash.js';

const deriveByPbkdf2 = promisify(pbkdf2);

/** Beside what it is made for, a little. */
const spareMemory = 1024 * 1024;

type Scrypt = Extract<PasswordHash, { kind: 'scrypt' }>;

function deriveByScrypt(password: string, { cost, blockSize, parallelization, salt, key }: Scrypt): Promise<Buffer> {
  const maxmem = 128 * blockSize * (cost + parallelization) + spareMemory;
  const options = { N: cost, r: blockSize, p: parallelization, maxmem };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, key.length, options, (error, derived) => (error ? reject(error) : resolve(derived)));
  });
}

/** Loaded when the first such hash is verified: most installations have none. */
async function verifyBcrypt(encoded: string, password: string): Promise<boolean> {
  const { verify } = await import('@node-rs/bcrypt');
  return verify(password, encoded);
}

/**
 * Whether a password is that of a hash which was imported (`users import`), off the event loop. Argon2id is verified elsewhere.
 * @throws Error for what is no hash, or costs more than is taken on
 */
export async function verifyImported(encoded: string, password: string): Promise<boolean> {
  const hash = parsePasswordHash(encoded);
  switch (hash?.kind) {
    case 'bcrypt':
      return verifyBcrypt(encoded, password);
    case 'pbkdf2': {
      const { salt, iterations, key, digest } = hash;
      return timingSafeEqual(await deriveByPbkdf2(password, salt, iterations, key.length, digest), key);
    }
    case 'scrypt':
      return timingSafeEqual(await deriveByScrypt(password, hash), hash.key);
    default:
      throw new Error('a password hash that is stored cannot be verified');
  }
}
