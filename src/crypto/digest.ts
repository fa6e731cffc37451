import { createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto';

export const sha256 = (value: string | Buffer): Buffer => hash('sha256', value, 'buffer');

/** What storage keeps of a bearer value. Such values carry ≥ 128 random bits, so one round of SHA-256 cannot be searched back. */
export const hashToken = (value: string): Buffer => sha256(value);

/**
 * HMAC-SHA-256 over the parts, each preceded by its length so that no two lists of parts collide. Of a key that is not a KeyObject
 * Node 24 finds that out by errors, which cost it five times what the HMAC does.
 */
export function hmacSha256(key: Buffer, ...parts: readonly string[]): Buffer {
  const mac = createHmac('sha256', createSecretKey(key));
  for (const part of parts) mac.update(`${Buffer.byteLength(part)}:`).update(part);
  return mac.digest();
}

/** Compares in a time that depends on neither content nor length of what was presented. */
export const equalInConstantTime = (a: Buffer, b: Buffer): boolean =>
  a.length === b.length ? timingSafeEqual(a, b) : timingSafeEqual(sha256(a), sha256(b)) && false;
