import { randomBytes, randomUUID } from 'node:crypto';

/** The only source of randomness: injected, so that tests can foresee it. */
export interface Random {
  /** base64url text of `bytes` random bytes; 32 by default, well above the 128 bits of RFC 6749 §10.10. */
  token(bytes?: number): string;
  uuid(): string;
  bytes(count: number): Buffer;
}

export const systemRandom: Random = {
  token: (bytes = 32) => randomBytes(bytes).toString('base64url'),
  uuid: () => randomUUID(),
  bytes: (count) => randomBytes(count),
};
