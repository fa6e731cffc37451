import { getHeapStatistics } from 'node:v8';
import type { Log } from '../log/logger.js';
import { memoryLimit } from './process-metrics.js';

/** Shares of the limit at which the warning is given, and below which it may be given again. */
const [high, low] = [0.9, 0.8];

interface Reading {
  readonly used: number;
  readonly limit: number | undefined;
}

export interface MemoryWatchOptions {
  readonly log: Log;
  /** Milliseconds between two looks. */
  readonly interval?: number;
  /** Memory of the process against the container's limit, and the JavaScript heap against V8's. */
  readonly read?: () => { readonly memory: Reading; readonly heap: Reading };
}

const remedies = {
  memory: 'raise the memory limit of the container, or lower password.concurrency and http.max_requests_in_flight',
  heap: 'raise --max-old-space-size together with the memory limit of the container, or add a replica',
} as const;

const exitCodes = { memory: 137, heap: 134 } as const;

const limit = memoryLimit();

function readProcess(): { memory: Reading; heap: Reading } {
  const { used_heap_size: used, heap_size_limit: heapLimit } = getHeapStatistics();
  return { memory: { used: process.memoryUsage.rss(), limit }, heap: { used, limit: heapLimit } };
}

/**
 * Warns before memory runs out, because the end comes without a word: the kernel's is exit code 137, V8's is 134.
 * Returns how to stop.
 */
export function watchMemory({ log, interval = 5000, read = readProcess }: MemoryWatchOptions): () => void {
  const warned = new Set<keyof typeof remedies>();

  function look(): void {
    const readings = read();
    for (const what of ['memory', 'heap'] as const) {
      const { used, limit: most } = readings[what];
      if (most === undefined) continue;
      if (used < most * low) warned.delete(what);
      if (used < most * high || warned.has(what)) continue;
      warned.add(what);
      log.warn(`${what} is nearly used up: the process will be ended at its limit`, {
        used_bytes: used,
        limit_bytes: most,
        exit_code: exitCodes[what],
        remedy: remedies[what],
      });
    }
  }

  const timer = setInterval(look, interval).unref();
  return () => clearInterval(timer);
}
