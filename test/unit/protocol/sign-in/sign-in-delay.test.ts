import { describe, expect, it } from '@jest/globals';
import { retryAfterSeconds, signInDelay, signInDelays } from '../../../../src/protocol/sign-in/sign-in-delay.js';

const rule = { freeFailures: 5, firstDelay: 1000, longestDelay: 60_000 };

describe('Growing delays (NIST SP 800-63B §5.2.2)', () => {
  it.each([
    [0, 0],
    [5, 0],
    [6, 1000],
    [7, 2000],
    [11, 32_000],
    [12, 60_000],
    [1_000_000, 60_000],
  ])('after %i failures: %i ms', (failures, expected) => {
    expect(signInDelay(failures, rule)).toBe(expected);
  });

  it('is listed failure by failure until it grows no more', () => {
    expect(signInDelays({ freeFailures: 2, firstDelay: 20_000, longestDelay: 60_000 })).toEqual([
      0, 0, 20_000, 40_000, 60_000,
    ]);
    expect(signInDelays({ freeFailures: 0, firstDelay: 60_000, longestDelay: 1_000 })).toEqual([1_000]);
  });

  it.each([
    [0, 1],
    [1, 1],
    [1000, 1],
    [1001, 2],
    [60_000, 60],
    [-5, 1],
  ])('RFC 9110 §10.2.3: %i ms to wait are Retry-After: %i', (milliseconds, expected) => {
    const now = new Date(0);
    expect(retryAfterSeconds(new Date(milliseconds), now)).toBe(expected);
  });
});
