import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ecdsaSignatureFromDer, ecdsaSignatureToDer } from '../../../src/crypto/ecdsa-signature.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const full = 'ff'.repeat(32);
const low = '7f'.repeat(32);

describe('ECDSA signatures of P-256 (RFC 7518 §3.4, RFC 3279 §2.2.3)', () => {
  it.each([
    ['two numbers of all bits', `${full} ${low}`, `30 45 02 21 00 ${full} 02 20 ${low}`],
    ['the other way round', `${low} ${full}`, `30 45 02 20 ${low} 02 21 00 ${full}`],
    ['short ones', `${'00'.repeat(31)}05 ${'00'.repeat(30)}80ff`, '30 08 02 01 05 02 03 00 80ff'],
  ])('%s', (_, jws, der) => {
    expect(ecdsaSignatureFromDer(hex(der))).toEqual(hex(jws));
    expect(ecdsaSignatureToDer(hex(jws))).toEqual(hex(der));
  });

  it.each([0, 63, 65, 96])('%i bytes are none', (length) => {
    expect(ecdsaSignatureToDer(Buffer.alloc(length, 1))).toBeUndefined();
  });

  it('are those that node:crypto knows in either form', () => {
    const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (let index = 0; index < 300; index += 1) {
      const text = Buffer.from(String(index));
      const der = sign('sha256', text, key);
      const jws = ecdsaSignatureFromDer(der);
      expect(verify('sha256', text, { key: publicKey, dsaEncoding: 'ieee-p1363' }, jws)).toBe(true);
      expect(ecdsaSignatureToDer(jws)).toEqual(der);
    }
  });
});
