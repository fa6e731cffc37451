import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Meter } from '@opentelemetry/api';

/** Several readers ask one after the other: within this time (ms) they see the same window of measurements. */
const window = 5000;

/** How late the event loop runs its timers, over the last window: what a request waits before anything happens to it. */
function createLagReading(): () => { p50: number; p99: number; max: number } {
  const resolution = 20;
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  let since = performance.now();
  // What is measured is the time between two ticks: only what exceeds the interval is delay.
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolution / 1000);
  return () => {
    const reading = {
      p50: seconds(delay.percentile(50)),
      p99: seconds(delay.percentile(99)),
      max: delay.count > 0 ? seconds(delay.max) : 0,
    };
    if (performance.now() - since > window) {
      delay.reset();
      since = performance.now();
    }
    return reading;
  };
}

/** The container's memory limit in bytes, undefined where there is none; it does not change while we run. */
export function memoryLimit(): number | undefined {
  // The second knows cgroups that are not mounted as ours: systemd's MemoryMax, for example.
  return [hardLimit(), process.constrainedMemory()].find((limit = 0) => limit > 0 && limit < 2 ** 50);
}

/** What the kernel enforces: `constrainedMemory` would give the reservation where there is one (cgroup v1's soft limit). */
function hardLimit(): number | undefined {
  for (const file of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    try {
      return Number(readFileSync(file, 'utf8')) || Number.POSITIVE_INFINITY; // "max": none
    } catch {
      // the other version of cgroups, or none
    }
  }
  return undefined;
}

/** Registers what describes the process itself. */
export function observeProcess(meter: Meter): void {
  meter
    .createObservableGauge('memory_usage_bytes', { description: 'Resident memory of the process.' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  const limit = memoryLimit();
  meter
    .createObservableGauge('memory_limit_bytes', { description: 'Memory limit of the container, where there is one.' })
    .addCallback((result) => {
      if (limit !== undefined) result.observe(limit);
    });
  meter
    .createObservableGauge('heap_used_bytes', { description: 'JavaScript heap in use.' })
    .addCallback((result) => result.observe(process.memoryUsage().heapUsed));
  const lag = createLagReading();
  meter
    .createObservableGauge('event_loop_lag_seconds', { description: 'Delay of the event loop.', unit: 's' })
    .addCallback((result) => {
      for (const [percentile, value] of Object.entries(lag())) result.observe(value, { percentile });
    });
  meter
    .createObservableCounter('process_cpu_seconds_total', { description: 'CPU time used.', unit: 's' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / 1e6);
    });
}
