import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { pseudonymOf, uuidOf } from '../../../src/crypto/pseudonym.js';

const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

describe('pseudonyms (OIDC Core §8.1)', () => {
  it('are always the same, of 22 characters, and lead back', () => {
    for (let round = 0; round < 100; round += 1) {
      const uuid = randomUUID();
      const pseudonym = pseudonymOf(key, uuid);
      expect(pseudonym).toMatch(/^[\w-]{22}$/);
      expect(pseudonymOf(key, uuid)).toBe(pseudonym);
      expect(uuidOf(key, pseudonym)).toBe(uuid);
      expect(uuidOf(other, pseudonym)).not.toBe(uuid);
    }
  });

  it('stay what they are: applications know people by them', () =>
    expect(pseudonymOf(key, '00112233-4455-6677-8899-aabbccddeeff')).toBe('m3_LhJ3UrLgEJFof4NnSnA'));

  it('are nobody’s in any other form', () => {
    for (const text of ['', 'x', randomUUID(), pseudonymOf(key, randomUUID()).slice(1)]) {
      expect(uuidOf(key, text)).toBe('00000000-0000-0000-0000-000000000000');
    }
  });
});
