import { createCipheriv, createDecipheriv } from 'node:crypto';

/** A UUID is one block, so that there is nothing to chain: under a key of its own it is a random-looking permutation of all UUIDs. */
const blockCipher = 'aes-256-ecb';

/** Nobody's (RFC 9562 §5.9). */
const nilUuid = '00000000-0000-0000-0000-000000000000';

/** Under one key always the same pseudonym of a UUID, never that of another, and only with the key to be led back to it. */
export function pseudonymOf(key: Buffer, uuid: string): string {
  const cipher = createCipheriv(blockCipher, key, null).setAutoPadding(false);
  const block = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  return Buffer.concat([cipher.update(block), cipher.final()]).toString('base64url');
}

/** The UUID that has this pseudonym under the key: the nil UUID where it has not the form of one, anybody's or nobody's else. */
export function uuidOf(key: Buffer, pseudonym: string): string {
  if (!/^[\w-]{22}$/.test(pseudonym)) return nilUuid;
  const decipher = createDecipheriv(blockCipher, key, null).setAutoPadding(false);
  const block = Buffer.concat([decipher.update(Buffer.from(pseudonym, 'base64url')), decipher.final()]);
  return block.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
