import { describe, expect, it } from '@jest/globals';
import { createTraceBudget } from '../../../../src/telemetry/tracing/trace-budget.js';

function budget(perSecond: number) {
  const time = { ms: 1_700_000_000_000 };
  const exceeded: number[] = [];
  const { take } = createTraceBudget({
    perSecond,
    clock: { now: () => new Date(time.ms) },
    onExceeded: (traces) => exceeded.push(traces),
  });
  const takes = (count: number): number => Array.from({ length: count }, take).filter(Boolean).length;
  return { time, exceeded, takes };
}

describe('a trace budget', () => {
  it('gives a second’s worth at once, then as many as time has earned', () => {
    const { time, takes } = budget(10);
    expect(takes(15)).toBe(10);
    time.ms += 300;
    expect(takes(15)).toBe(3);
    time.ms += 3_600_000;
    expect(takes(15)).toBe(10);
  });

  it('is not more in a busy second, however often it is asked in it', () => {
    const { time, takes } = budget(10);
    takes(10);
    let given = 0;
    for (let ms = 0; ms < 1000; ms += 1) {
      time.ms += 1;
      given += takes(3);
    }
    expect(given).toBe(10);
  });

  it('tells how many there would have been, when there is room again', () => {
    const { time, exceeded, takes } = budget(10);
    takes(25);
    expect(exceeded).toEqual([]);
    time.ms += 1000;
    takes(1);
    expect(exceeded).toEqual([15]);
  });

  it('goes on when the clock is set back', () => {
    const { time, takes } = budget(10);
    takes(10);
    time.ms -= 3_600_000;
    expect(takes(1)).toBe(0);
    time.ms += 200;
    expect(takes(5)).toBe(2);
  });
});
