import { randomFillSync, randomUUID } from 'node:crypto';

/** The only source of randomness: injected, so that tests can foresee it. */
export interface Random {
  /** base64url text of `bytes` random bytes; 32 by default, well above the 128 bits of RFC 6749 §10.10. */
  token(bytes?: number): string;
  uuid(): string;
  bytes(count: number): Buffer;
}

/** Drawn ahead, as each draw costs as much as hundreds of bytes; what was handed out is wiped. */
const pool = Buffer.alloc(4096);
let used = pool.length;

function draw(count: number): Buffer {
  if (count > pool.length) return randomFillSync(Buffer.alloc(count));
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const drawn = pool.subarray(used, used + count);
  const copy = Buffer.from(drawn);
  drawn.fill(0);
  used += count;
  return copy;
}

export const systemRandom: Random = {
  token: (bytes = 32) => draw(bytes).toString('base64url'),
  uuid: () => randomUUID(),
  bytes: draw,
};
