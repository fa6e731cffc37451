import { beforeEach, describe, expect, it } from '@jest/globals';
import { createUserCodeLimits, type UserCodeLimits } from '../../../src/idp/user-code-limits.js';
import { type MovableClock, movableClock } from '../../support/clock.js';

let clock: MovableClock;
let limits: UserCodeLimits;
beforeEach(() => {
  clock = movableClock();
  limits = createUserCodeLimits(clock);
});

const take = (block: number) => limits.take({ address: `2001:db8:0:${block.toString(16)}::1` });

/** Each of so many address blocks guesses until it has to wait. */
function guess(blocks: number): number {
  let guesses = 0;
  for (let block = 1; block <= blocks; block += 1) {
    for (; take(block) === 0; guesses += 1) limits.countWrong();
  }
  return guesses;
}

describe('tries at user codes (RFC 8628 §5.1)', () => {
  it('an address block has ten at once, and one each half minute', () => {
    expect(guess(1)).toBe(10);
    expect(take(1)).toBe(30_000);
    clock.advance(30_000);
    expect(guess(1)).toBe(1);
  });

  it('those of fifty address blocks cost nobody else any', () => {
    expect(guess(50)).toBe(500);
    for (let tries = 0; tries < 10; tries += 1) expect(take(51)).toBe(0);
  });

  it('in a flood an address block has two, and one each five minutes: slowed, and never kept out', () => {
    const inFlood = 60_000 - 999; // the thousandth guesses before it and in it
    expect(guess(60_000)).toBe(10_000 + inFlood * 2);
    expect([take(60_001), take(60_001), take(60_001)]).toEqual([0, 0, 300_000]);
    clock.advance(300_000);
    expect(take(60_001)).toBe(0);
  });

  it('are as many as before once the flood is over', () => {
    guess(2_000);
    clock.advance(100_000);
    for (let tries = 0; tries < 10; tries += 1) expect(take(60_001)).toBe(0);
  });
});
