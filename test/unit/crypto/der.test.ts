import { describe, expect, it } from '@jest/globals';
import * as asn1 from '../../../src/crypto/der.js';

const hex = (bytes: Buffer): string => bytes.toString('hex');

describe('the encoding of certificates (ITU-T X.690)', () => {
  it.each([
    ['§8.1.3 a short length', asn1.octetString(Buffer.from('ab')), '04026162'],
    ['§8.1.3 a length of one byte', asn1.octetString(Buffer.alloc(0x80)).subarray(0, 3), '048180'],
    ['§8.1.3 a length of two bytes', asn1.octetString(Buffer.alloc(0x1234)).subarray(0, 4), '04821234'],
    ['§8.2 true, as DER has it (§11.1)', asn1.boolean(true), '0101ff'],
    ['§8.2 false', asn1.boolean(false), '010100'],
    ['§8.3 an integer', asn1.integer(Buffer.from([0x7f])), '02017f'],
    ['§8.3 an integer that would look negative', asn1.integer(Buffer.from([0x80])), '02020080'],
    ['§8.3 an integer in as few bytes as it takes', asn1.integer(Buffer.from([0, 0, 1, 0])), '02020100'],
    ['§8.3 zero', asn1.integer(Buffer.from([0, 0])), '020100'],
    ['§8.6 bits', asn1.bitString(Buffer.from([0x80]), 7), '03020780'],
    ['§8.9 a sequence', asn1.sequence(asn1.boolean(true), asn1.boolean(true)), '30060101ff0101ff'],
    ['§8.19 an object identifier', asn1.objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    ['§8.19 its first two arcs as one', asn1.objectIdentifier('2.5.29.17'), '0603551d11'],
    ['§8.23 text', asn1.utf8String('ü'), '0c02c3bc'],
  ])('%s', (_, encoded, expected) => {
    expect(hex(encoded)).toBe(expected);
  });

  it('takes no more than two bytes of length', () => {
    expect(() => asn1.octetString(Buffer.alloc(0x10000))).toThrow('too long');
  });

  it.each([
    ['2049-12-31T23:59:59.999Z', '170d', '491231235959Z'],
    ['2050-01-01T00:00:00.000Z', '180f', '20500101000000Z'],
  ])('writes times as certificates have them (RFC 5280 §4.1.2.5): %s', (moment, head, text) => {
    expect(hex(asn1.time(new Date(moment)))).toBe(head + Buffer.from(text).toString('hex'));
  });
});
