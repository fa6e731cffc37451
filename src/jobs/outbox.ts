import type { Clock } from '../clock.js';
import type { Wake } from '../mail/wake.js';
import type { Log } from '../telemetry/log/logger.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import type { JobRunner } from './runner.js';

/** What an outbox holds after a round, whichever process took the rest. */
export interface Waiting {
  readonly count: number;
  /** When what has waited for longest was written. */
  readonly oldest: Date | null;
  /** When the next attempt is due; null where nothing waits for its time. */
  readonly next: Date | null;
}

export interface Draining<Item> {
  /** Takes what is due next, so that nobody else does meanwhile; null where nothing is. */
  claim(): Promise<Item | null>;
  /** @returns whether it makes sense to go on with others */
  deliver(item: Item): Promise<boolean>;
  readonly mostAtOnce: number;
}

/**
 * Delivers what is due: in this process several at once, and each by one process, whichever takes it first.
 * @throws what a delivery threw first, once all that were under way have come to their end
 */
export async function drain<Item>(
  { claim, deliver, mostAtOnce }: Draining<Item>,
  stopping: AbortSignal,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let goesOn = true;
  async function work(item: Item): Promise<void> {
    try {
      if (!(await deliver(item))) goesOn = false;
    } catch (error) {
      goesOn = false;
      failures.push(error);
    }
  }
  try {
    while (goesOn && !stopping.aborted) {
      const item = await claim();
      if (item === null) {
        // What one of them releases may be what the next was waiting for.
        if (underWay.size === 0) break;
        await Promise.race(underWay);
        continue;
      }
      const delivery = work(item).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
      if (underWay.size >= mostAtOnce) await Promise.race(underWay);
    }
  } finally {
    // All come to their end, whatever one of them meets: none goes on when the pool is closed.
    await Promise.all(underWay);
  }
  if (failures.length > 0) throw failures[0];
}

export interface OutboxOptions {
  /** As metrics and log name it. */
  readonly job: string;
  readonly wake: Wake;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds between two looks at the table, where nothing is due before and nobody wakes. */
  readonly interval: number;
  /** Milliseconds that attempts under way may still take at the end, before they are broken off and released. */
  readonly grace: number;
  /** Delivers what is due. */
  round(stopping: AbortSignal, hurry: AbortSignal): Promise<Waiting>;
  /** Is given how to read what waits, as far as this process has seen: a gauge cannot wait for the database. */
  observe(read: () => { readonly waiting: number; readonly oldestSeconds: number }): void;
}

/** What cannot be reached is not asked again sooner than this. */
const shortestWait = 1_000;

/** Delivers until it is stopped: when something is written in this process, when something is due again, and now and then. */
export function createOutboxRunner(options: OutboxOptions): JobRunner {
  const { job, wake, interval, grace, clock, log } = options;
  const stopping = new AbortController();
  const hurry = new AbortController();
  let seen: Waiting = { count: 0, oldest: null, next: null };
  let rounds: Promise<void> = Promise.resolve();
  const ageOf = (oldest: Date | null) => (oldest ? (clock.now().getTime() - oldest.getTime()) / 1000 : 0);
  options.observe(() => ({ waiting: seen.count, oldestSeconds: ageOf(seen.oldest) }));

  /** Resolves to the milliseconds until the next. */
  async function goRound(): Promise<number> {
    const begun = performance.now();
    let result = 'success';
    let wait = interval;
    try {
      seen = await options.round(stopping.signal, hurry.signal);
      if (seen.next) wait = Math.min(interval, Math.max(shortestWait, seen.next.getTime() - clock.now().getTime()));
    } catch (cause) {
      result = 'failure';
      log.error('job failed', { job, error: cause });
    }
    metrics.backgroundJob({ job, result }, (performance.now() - begun) / 1000);
    return wait;
  }

  async function goRounds(): Promise<void> {
    while (!stopping.signal.aborted) await wake.wait(await goRound(), stopping.signal);
  }

  return {
    start() {
      rounds = goRounds();
    },
    async stop() {
      stopping.abort();
      const timer = setTimeout(() => hurry.abort(), grace);
      await rounds;
      clearTimeout(timer);
    },
  };
}
