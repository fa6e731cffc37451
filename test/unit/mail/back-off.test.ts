import { expect, it } from '@jest/globals';
import { backOff } from '../../../src/mail/back-off.js';

it.each([
  [1, 0, 15],
  [2, 0, 30],
  [5, 0, 240],
  [8, 0, 1_920],
  [9, 0, 3_600],
  [10_000, 0, 3_600],
  [1, 0.5, 13.125],
  [9, 0.999_999, 2_700],
])('after attempt %i, with chance %f: %f s', (attempt, chance, seconds) => {
  expect(Math.abs(backOff(attempt, chance) / 1000 - seconds)).toBeLessThan(0.01);
});
