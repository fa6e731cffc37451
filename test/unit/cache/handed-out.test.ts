import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createHandedOut } from '../../../src/cache/handed-out.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const hash = (n: number): Buffer => Buffer.from([0, 255, n]);

describe('what is known of handed out values', () => {
  it('is told once', () => {
    const known = createHandedOut<string>({ most: 10, keptFor: 1_000 });
    known.keep(hash(1), 'one');
    known.keep(hash(2), 'two');
    expect([known.take(hash(2)), known.take(hash(1)), known.take(hash(3))]).toEqual(['two', 'one', undefined]);
    expect([known.take(hash(2)), known.take(hash(1))]).toEqual([undefined, undefined]);
  });

  it('is kept for its time, and forgotten after twice that, whatever else comes', () => {
    const known = createHandedOut<string>({ most: 10, keptFor: 1_000 });
    jest.advanceTimersByTime(5_000);
    known.keep(hash(1), 'one');
    jest.advanceTimersByTime(900);
    known.keep(hash(2), 'two');
    jest.advanceTimersByTime(1_000);
    expect(known.take(hash(2))).toBe('two');
    jest.advanceTimersByTime(100);
    expect(known.take(hash(1))).toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
    known.keep(hash(3), 'three');
    jest.advanceTimersByTime(999);
    expect(known.take(hash(3))).toBe('three');
  });

  it('is of no more than may be, and at least of the younger half', () => {
    const known = createHandedOut<number>({ most: 10, keptFor: 1_000 });
    for (let n = 0; n < 23; n += 1) known.keep(hash(n), n);
    const kept = Array.from({ length: 23 }, (_, n) => known.take(hash(n))).filter((n) => n !== undefined);
    expect(kept).toEqual([15, 16, 17, 18, 19, 20, 21, 22]);
  });
});
