import { describe, expect, it } from '@jest/globals';
import {
  acceptableSteps,
  base32,
  recoveryCode,
  totpUri,
  typedRecoveryCode,
  typedTotpCode,
} from '../../../../src/protocol/sign-in/totp.js';

describe('One-time codes (RFC 6238)', () => {
  it.each([
    [0, [999, 1000, 1001]],
    [999, [1000, 1001]],
    [1000, [1001]],
    [1001, []],
  ])('after step %d these are good', (lastStep, steps) => {
    expect(acceptableSteps(new Date(1000 * 30_000 + 29_999), lastStep)).toEqual(steps);
  });

  it.each([
    ['123456', '123456'],
    [' 123 456 ', '123456'],
    ['12345', undefined],
    ['1234567', undefined],
    ['１２３４５６', undefined],
    ['12345a', undefined],
  ])('%j is typed for %s', (text, code) => {
    expect(typedTotpCode(text)).toBe(code);
  });

  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('base 32 of %j (RFC 4648 §10)', (text, encoded) => {
    expect(base32(Buffer.from(text))).toBe(encoded);
  });

  it('a secret is told with whose it is', () => {
    const uri = totpUri(Buffer.from('foobar'), { issuer: 'Häuser & Co', account: 'a@b.example' });
    expect(uri).toBe(
      'otpauth://totp/H%C3%A4user%20%26%20Co:a%40b.example?secret=MZXW6YTBOI&issuer=H%C3%A4user%20%26%20Co',
    );
  });
});

describe('Recovery codes (NIST SP 800-63B §5.1.2)', () => {
  it('are four groups of five characters, as often one as the other', () => {
    expect(recoveryCode(Buffer.from([...Array(8).fill(255), ...Array(24).keys()]))).toBe('abcde-fghjk-mnpqr-stuvw');
  });

  it.each([
    ['abcde-fghjk-mnpqr-stuvw', 'abcdefghjkmnpqrstuvw'],
    [' ABCDE fghjk mnpqr stuvw ', 'abcdefghjkmnpqrstuvw'],
    ['abcde', undefined],
    ['123456', undefined],
  ])('%j is typed for %s', (text, code) => {
    expect(typedRecoveryCode(text)).toBe(code);
  });
});
