import { describe, expect, it } from '@jest/globals';
import { addressBlock, addressBytes } from '../../../src/protocol/address-block.js';

describe('Who counts as one stranger', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
  ])('RFC 6177 §2: %s belongs to %s', (address, expected) => {
    expect(addressBlock(address)).toBe(expected);
  });
});

describe('An address in bytes (RFC 5280 §4.2.1.6)', () => {
  it.each([
    ['203.0.113.7', 'cb007107'],
    ['::1', '00000000000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ])('%s', (address, expected) => {
    expect(Buffer.from(addressBytes(address)).toString('hex')).toBe(expected);
  });
});
