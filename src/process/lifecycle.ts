import type { Log } from '../telemetry/log/logger.js';

export interface LifecycleOptions {
  readonly log: Log;
  /** Milliseconds that an orderly end may take as a whole. */
  readonly longestStop: number;
}

export interface Lifecycle {
  /** Tells what to do at the end; until then an end comes at once. */
  onStop(stop: () => Promise<void>): void;
  /** Ends the process in order. A second call, or signal, ends it at once. */
  end(reason: string, code?: number): void;
}

const signals = { SIGTERM: 15, SIGINT: 2 } as const;

/** Binds the end of the process to signals and to errors that nobody caught. Log lines are out before it is gone. */
export function createLifecycle({ log, longestStop }: LifecycleOptions): Lifecycle {
  let stop = async (): Promise<void> => undefined;
  let ending = false;

  async function exit(code: number): Promise<never> {
    await log.flush();
    process.exit(code);
  }

  async function endInOrder(reason: string, code: number): Promise<void> {
    log.info('ending', { reason });
    const watchdog = setTimeout(() => {
      log.error('the orderly end took too long', { longest_stop_ms: longestStop });
      void exit(1);
    }, longestStop);
    await stop();
    clearTimeout(watchdog);
    log.info('ended', { code });
    await exit(code);
  }

  function end(reason: string, code = 0): void {
    if (ending) return;
    ending = true;
    void endInOrder(reason, code);
  }

  for (const [signal, number] of Object.entries(signals)) {
    process.on(signal, () => {
      if (ending) void exit(128 + number);
      else end(signal);
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (cause: unknown) => {
      log.error('an error that nobody caught', { event, cause });
      void exit(1);
    });
  }
  return {
    end,
    onStop(how) {
      stop = how;
    },
  };
}
