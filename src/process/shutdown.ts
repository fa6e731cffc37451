import type { Log } from '../telemetry/log/logger.js';

/**
 * The order in which a process ends: balancers hear of it and get time to send requests elsewhere, nobody new is let in
 * while the requests in flight are answered, work in the background comes to an end (a migration is not left in the
 * middle), and then goes what all of them stood on.
 */
const phases = [
  'readiness',
  'drain',
  'listeners',
  'preparation',
  'jobs',
  'roles',
  'database',
  'admin',
  'telemetry',
] as const;

export type ShutdownPhase = (typeof phases)[number];

/** How to end what has been started, however far the start came. */
export interface Shutdown {
  /** Aborted as soon as the shutdown begins: whoever waits for something may give up. */
  readonly signal: AbortSignal;
  add(phase: ShutdownPhase, step: () => unknown): void;
  /** Goes on after a step that fails, so that one fault does not keep the rest alive. */
  run(): Promise<void>;
}

export function createShutdown(log: Log): Shutdown {
  const begun = new AbortController();
  const steps = new Map<ShutdownPhase, (() => unknown)[]>();

  async function runStep(phase: ShutdownPhase, step: () => unknown): Promise<void> {
    try {
      await step();
    } catch (cause) {
      log.error('a step of the shutdown failed', { phase, cause });
    }
  }

  return {
    signal: begun.signal,
    add(phase, step) {
      steps.set(phase, [...(steps.get(phase) ?? []), step]);
    },
    async run() {
      begun.abort();
      for (const phase of phases) {
        await Promise.all((steps.get(phase) ?? []).map((step) => runStep(phase, step)));
        steps.delete(phase);
      }
    },
  };
}
