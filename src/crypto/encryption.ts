import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** A 256-bit key that encrypts what has to be recoverable at rest. */
export interface KeyEncryptionKey {
  readonly id: string;
  readonly key: Buffer;
}

/** `current` encrypts; every one of `all` decrypts, so that the key can be rotated (`keys rewrap`). */
export interface KeyEncryptionKeys {
  readonly current: KeyEncryptionKey;
  readonly all: readonly KeyEncryptionKey[];
}

const version = 1;
const ivLength = 12;
const tagLength = 16;

/**
 * AES-256-GCM. Layout: version (1 byte), length of the key's id (1), id, iv (12), tag (16), ciphertext.
 * `context` says what the value is for and is authenticated: a ciphertext moved to another row or column does not open.
 */
export function encrypt(keys: KeyEncryptionKeys, plaintext: Buffer, context: string): Buffer {
  const id = Buffer.from(keys.current.id);
  const iv = randomBytes(ivLength);
  const header = Buffer.concat([Buffer.from([version, id.length]), id]);
  const cipher = createCipheriv('aes-256-gcm', keys.current.key, iv).setAAD(
    Buffer.concat([header, Buffer.from(context)]),
  );
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, iv, cipher.getAuthTag(), body]);
}

/** The id of the key-encryption key under which a ciphertext was made. */
export function keyIdOf(ciphertext: Buffer): string {
  if (ciphertext[0] !== version) throw new Error('ciphertext of an unknown version');
  return ciphertext.subarray(2, 2 + (ciphertext[1] ?? 0)).toString();
}

/** @throws Error when the key is not at hand, the context is another, or a byte was changed. */
export function decrypt(keys: KeyEncryptionKeys, ciphertext: Buffer, context: string): Buffer {
  const id = keyIdOf(ciphertext);
  const found = keys.all.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no key-encryption key with id "${id}" is configured: add it to key_encryption_keys`);
  const start = 2 + Buffer.byteLength(id);
  const iv = ciphertext.subarray(start, start + ivLength);
  const tag = ciphertext.subarray(start + ivLength, start + ivLength + tagLength);
  const aad = Buffer.concat([ciphertext.subarray(0, start), Buffer.from(context)]);
  const decipher = createDecipheriv('aes-256-gcm', found.key, iv, { authTagLength: tagLength })
    .setAAD(aad)
    .setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(ciphertext.subarray(start + ivLength + tagLength)), decipher.final()]);
  } catch (cause) {
    const remedy = `give key_encryption_keys "${id}" the key that it was written with`;
    throw new Error(`the key-encryption key "${id}" does not open what the database holds: ${remedy}`, { cause });
  }
}

/** A 256-bit key of its own for each purpose (HKDF, RFC 5869), so that no two uses share one. */
export const deriveKey = (key: KeyEncryptionKey, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key.key, Buffer.alloc(0), purpose, 32));
