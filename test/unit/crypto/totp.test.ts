import { describe, expect, it } from '@jest/globals';
import { stepOfCode, totpCode } from '../../../src/crypto/totp.js';

/** RFC 6238 Appendix B, with HMAC-SHA-1. */
const secret = Buffer.from('12345678901234567890');

describe('One-time codes (RFC 6238)', () => {
  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('at %d seconds: %s', (seconds, code) => {
    expect(totpCode(secret, Math.floor(seconds / 30), 8)).toBe(code);
  });

  it('belongs to the step in which it was made', () => {
    expect(stepOfCode(secret, totpCode(secret, 7), [6, 7, 8])).toBe(7);
    expect(stepOfCode(secret, totpCode(secret, 5), [6, 7, 8])).toBeUndefined();
    expect(stepOfCode(secret, '', [6, 7, 8])).toBeUndefined();
  });
});
