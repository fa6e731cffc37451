import type { IncomingMessage, ServerResponse } from 'node:http';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapSnapshot, getHeapStatistics } from 'node:v8';

const maxSeconds = 120;
const sampleTime = 1000;
const resolution = 10;

let busy = false;

/** One at a time: each of them slows the process down, and two would measure each other. */
async function alone(res: ServerResponse, work: () => Promise<void>): Promise<void> {
  if (busy) {
    res.writeHead(409, { 'Content-Type': 'application/json' }).end('{"error":"another diagnosis is running"}');
    return;
  }
  busy = true;
  try {
    await work();
  } finally {
    busy = false;
  }
}

const attachment = (name: string) => ({
  'Content-Type': 'application/json',
  'Content-Disposition': `attachment; filename="${name}"`,
});

/** Where the time goes: a CPU profile over `?seconds=` (10), for Chromium's or VS Code's profile viewer. */
export const cpuProfile = (req: IncomingMessage, res: ServerResponse): Promise<void> =>
  alone(res, async () => {
    const asked = Number(new URL(req.url ?? '/', 'http://admin').searchParams.get('seconds') ?? 10);
    const seconds = Number.isFinite(asked) ? Math.min(Math.max(asked, 0.1), maxSeconds) : 10;
    const left = new AbortController();
    res.once('close', () => left.abort());
    const session = new Session();
    session.connect();
    try {
      await session.post('Profiler.enable');
      await session.post('Profiler.start');
      await sleep(seconds * 1000, undefined, { signal: left.signal }).catch(() => undefined);
      const { profile } = await session.post('Profiler.stop');
      if (!res.destroyed) res.writeHead(200, attachment('identity.cpuprofile')).end(JSON.stringify(profile));
    } finally {
      session.disconnect();
    }
  });

/** What holds the memory. It holds every secret in memory as well, and stops the process while it is taken. */
export const heapSnapshot = (_req: IncomingMessage, res: ServerResponse): Promise<void> =>
  alone(res, async () => {
    res.writeHead(200, attachment('identity.heapsnapshot'));
    await pipeline(getHeapSnapshot(), res);
  });

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** What the process waits for and how late it is, over one second. */
export const report = (_req: IncomingMessage, res: ServerResponse): Promise<void> =>
  alone(res, async () => {
    const delay = monitorEventLoopDelay({ resolution });
    const before = performance.eventLoopUtilization();
    delay.enable();
    await sleep(sampleTime);
    delay.disable();
    // What is measured is the time between two ticks: only what exceeds the interval is delay.
    const milliseconds = (nanoseconds: number): number => Math.max(0, Math.round(nanoseconds / 1e4) / 100 - resolution);
    const document = {
      uptime_seconds: Math.round(process.uptime()),
      event_loop: {
        utilization: performance.eventLoopUtilization(before).utilization,
        lag_ms: {
          p50: milliseconds(delay.percentile(50)),
          p99: milliseconds(delay.percentile(99)),
          max: milliseconds(delay.max),
        },
      },
      handles: count(process.getActiveResourcesInfo()),
      memory_bytes: process.memoryUsage(),
      heap: getHeapStatistics(),
      resources: process.resourceUsage(),
    };
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(document));
  });
