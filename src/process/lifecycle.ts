import type { Log } from '../telemetry/log/logger.js';

export interface LifecycleOptions {
  readonly log: Log;
  /** Milliseconds that an orderly end may take as a whole. */
  readonly longestStop: number;
}

export interface Lifecycle {
  /** Tells what to do at the end; until then an end comes at once. */
  onStop(stop: () => Promise<void>): void;
  /** Ends the process in order. A second call does nothing; a second signal ends the process at once. */
  end(reason: string, code?: number): void;
}

const signals = { SIGTERM: 15, SIGINT: 2 } as const;

/** The one way out: log lines are written before the process is gone. */
async function exit(log: Log, code: number): Promise<never> {
  await log.flush();
  process.exit(code);
}

async function endInOrder(
  { log, longestStop }: LifecycleOptions,
  reason: string,
  code: number,
  stop: () => Promise<void>,
): Promise<void> {
  log.info('ending', { reason });
  const watchdog = setTimeout(() => {
    log.error('the orderly end took too long', { longest_stop_ms: longestStop });
    void exit(log, 1);
  }, longestStop);
  await stop();
  clearTimeout(watchdog);
  log.info('ended', { code });
  await exit(log, code);
}

function exitOnUncaughtErrors(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (cause: unknown) => {
      log.error('an error that nobody caught', { event, cause });
      void exit(log, 1);
    });
  }
}

/** Binds the end of the process to signals and to errors that nobody caught. */
export function createLifecycle(options: LifecycleOptions): Lifecycle {
  let stop = async (): Promise<void> => undefined;
  let ending = false;

  function end(reason: string, code = 0): void {
    if (ending) return;
    ending = true;
    void endInOrder(options, reason, code, stop);
  }

  for (const [signal, number] of Object.entries(signals)) {
    process.on(signal, () => {
      if (ending) void exit(options.log, 128 + number);
      else end(signal);
    });
  }
  exitOnUncaughtErrors(options.log);
  return {
    end,
    onStop(how) {
      stop = how;
    },
  };
}
