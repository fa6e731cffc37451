import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { createLog } from '../../../../src/telemetry/log/logger.js';
import { watchMemory } from '../../../../src/telemetry/metrics/memory-watch.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function watched(limits: { memory: number | undefined; heap: number }) {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ level: 'WARN', format: 'json', sink: (line) => void lines.push(JSON.parse(line)) });
  const used = { memory: 0, heap: 0 };
  const stop = watchMemory({
    log,
    interval: 10,
    read: () => ({
      memory: { used: used.memory, limit: limits.memory },
      heap: { used: used.heap, limit: limits.heap },
    }),
  });
  return {
    lines,
    stop,
    at(memory: number, heap = 0) {
      Object.assign(used, { memory, heap });
      jest.advanceTimersByTime(30);
    },
  };
}

it('warns once above 90 % of the limit, with numbers and remedy, and again after it was below 80 %', () => {
  const { lines, at, stop } = watched({ memory: 1000, heap: 1000 });
  at(899);
  expect(lines).toEqual([]);
  at(900);
  at(950);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    level: 'WARN',
    message: 'memory is nearly used up: the process will be ended at its limit',
    used_bytes: 900,
    limit_bytes: 1000,
    exit_code: 137,
    remedy: expect.stringMatching(/raise the memory limit of the container, or lower password\.concurrency/),
  });
  at(850);
  at(950);
  expect(lines).toHaveLength(1);
  at(799);
  at(950);
  expect(lines).toHaveLength(2);
  stop();
});

it('tells the JavaScript heap from the memory of the container', () => {
  const { lines, at, stop } = watched({ memory: 1000, heap: 100 });
  at(100, 95);
  expect(lines).toMatchObject([{ exit_code: 134, remedy: expect.stringContaining('--max-old-space-size') }]);
  stop();
  at(1000, 100);
  expect(lines).toHaveLength(1);
});

it('knows no container limit outside a container', () => {
  const { lines, at, stop } = watched({ memory: undefined, heap: 100 });
  at(1e12);
  expect(lines).toEqual([]);
  stop();
});
