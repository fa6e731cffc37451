import { describe, expect, it } from '@jest/globals';
import { createRateLimiter } from '../../../../src/http/limits/rate-limiter.js';

function limiter(limit: { burst: number; perSecond: number; keys?: number }) {
  let now = 1_000_000;
  const clock = { now: () => new Date(now) };
  return {
    ...createRateLimiter({ ...limit, clock }),
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

const taken = (count: number, take: () => number) => Array.from({ length: count }, take);

describe('a rate limit in memory', () => {
  it('grants a burst, and then says how long to wait', () => {
    const { take } = limiter({ burst: 3, perSecond: 2 });
    expect(taken(5, () => take('a'))).toEqual([0, 0, 0, 500, 500]);
  });

  it('refills at its rate, up to the burst and no further', () => {
    const { take, advance } = limiter({ burst: 3, perSecond: 2 });
    taken(3, () => take('a'));
    advance(500);
    expect(taken(2, () => take('a'))).toEqual([0, 500]);
    advance(3_600_000);
    expect(taken(4, () => take('a'))).toEqual([0, 0, 0, 500]);
  });

  it('keeps keys apart', () => {
    const { take } = limiter({ burst: 1, perSecond: 1 });
    expect([take('a'), take('a'), take('b')]).toEqual([0, 1000, 0]);
  });

  it('a refused call costs nothing, and neither does a look', () => {
    const { take, look, advance } = limiter({ burst: 1, perSecond: 1 });
    expect([look('a'), take('a'), look('a'), take('a')]).toEqual([0, 0, 1000, 1000]);
    advance(1000);
    expect([look('a'), take('a')]).toEqual([0, 0]);
  });

  it('remembers a bounded number of keys: the one not seen for longest starts afresh', () => {
    const { take } = limiter({ burst: 1, perSecond: 1, keys: 2 });
    take('a');
    take('b');
    take('c');
    expect([take('c'), take('a')]).toEqual([1000, 0]);
  });

  it('a clock that is set back refuses nobody for long', () => {
    const { take, advance } = limiter({ burst: 1, perSecond: 1 });
    take('a');
    advance(-86_400_000);
    expect(take('a')).toBeLessThanOrEqual(1000);
  });
});
