import type { Log } from '../telemetry/log/logger.js';

/** The order in which a process ends: nobody new, those who are here, work in the background, what all of them stood on. */
const phases = ['listeners', 'jobs', 'roles', 'database', 'admin', 'telemetry'] as const;

export type Phase = (typeof phases)[number];

/** What has been started and has to be ended, however far the start came. */
export interface Endings {
  add(phase: Phase, step: () => Promise<unknown>): void;
  /** Goes on after a step that fails, so that one fault does not keep the rest alive. */
  run(): Promise<void>;
}

export function createEndings(log: Log): Endings {
  const steps = new Map<Phase, (() => Promise<unknown>)[]>();
  return {
    add(phase, step) {
      steps.set(phase, [...(steps.get(phase) ?? []), step]);
    },
    async run() {
      for (const phase of phases) {
        const report = (cause: unknown) => log.error('a step of the shutdown failed', { phase, cause });
        await Promise.all((steps.get(phase) ?? []).map((step) => step().catch(report)));
        steps.delete(phase);
      }
    },
  };
}
