import { describe, expect, it } from '@jest/globals';
import { decrypt, deriveKey, encrypt, keyIdOf } from '../../../src/crypto/encryption.js';

const first = { id: 'first', key: Buffer.alloc(32, 1) };
const second = { id: 'second', key: Buffer.alloc(32, 2) };
const secret = Buffer.from('a secret');

describe('encryption at rest', () => {
  it('opens what it sealed, under the key whose id the ciphertext carries', () => {
    const sealed = encrypt({ current: first, all: [first] }, secret, 'row 1');
    expect(sealed.includes(secret)).toBe(false);
    expect(keyIdOf(sealed)).toBe('first');
    expect(decrypt({ current: second, all: [second, first] }, sealed, 'row 1')).toEqual(secret);
  });

  it('refuses another context, a changed byte and a missing key', () => {
    const keys = { current: first, all: [first] };
    const sealed = encrypt(keys, secret, 'row 1');
    const changed = Buffer.from(sealed);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(() => decrypt(keys, sealed, 'row 2')).toThrow();
    expect(() => decrypt(keys, changed, 'row 1')).toThrow();
    expect(() => decrypt({ current: second, all: [second] }, sealed, 'row 1')).toThrow('"first"');
  });

  it('derives a key of its own for each purpose (RFC 5869)', () => {
    expect(deriveKey(first, 'a')).not.toEqual(deriveKey(first, 'b'));
    expect(deriveKey(first, 'a')).toEqual(deriveKey(first, 'a'));
  });
});
