import { setTimeout as sleep } from 'node:timers/promises';
import { statement } from '../storage/connection/statement.js';
import type { Transactions } from '../storage/connection/transactions.js';
import type { Log } from '../telemetry/log/logger.js';
import { metrics } from '../telemetry/metrics/metrics.js';

/** Something to do now and then, by one process at a time. */
export interface Job {
  readonly name: string;
  /** Stops early, at a point where nothing is half done, when the signal says so. */
  run(signal: AbortSignal): Promise<void>;
}

export interface JobRunner {
  start(): void;
  /** Resolves when a running job has come to its end. */
  stop(): Promise<void>;
}

export interface JobRunnerOptions {
  readonly jobs: readonly Job[];
  readonly transactions: Transactions;
  readonly log: Log;
  /** Milliseconds between two rounds. */
  readonly interval: number;
  /** Milliseconds of chance added to each wait, so that processes started together drift apart. */
  readonly jitter: number;
  /** From 0 up to, but not including, 1. */
  readonly chance: () => number;
}

// The transaction only holds the lock: however long the job takes, it is idle, and no server setting may end it for that.
const lockJobStatement = statement<{ job: string }, { readonly mine: boolean }>(
  'lock_job',
  (p) => `
   SELECT pg_try_advisory_xact_lock(hashtextextended('job ' || ${p.job}, 0)) AS mine,
     set_config('idle_in_transaction_session_timeout', '0', true)`,
);

/**
 * Runs the job unless another process is at it: the lock belongs to a transaction, so a process that dies gives it up and
 * PgBouncer in transaction mode keeps it where it is.
 */
export async function runJob(transactions: Transactions, log: Log, job: Job, signal: AbortSignal): Promise<void> {
  const begun = performance.now();
  let result = 'success';
  try {
    await transactions.run(async (transaction) => {
      const [lock] = (await transaction.query(lockJobStatement, { job: job.name })).rows;
      if (lock?.mine) await job.run(signal);
      else result = 'skipped';
    });
  } catch (cause) {
    result = 'failure';
    log.error('job failed', { job: job.name, error: cause });
  }
  metrics.backgroundJob({ job: job.name, result }, (performance.now() - begun) / 1000);
  log.debug('job done', { job: job.name, result });
}

export function createJobRunner({ jobs, transactions, log, interval, jitter, chance }: JobRunnerOptions): JobRunner {
  const stopping = new AbortController();
  let rounds: Promise<void> = Promise.resolve();

  async function goRound(): Promise<void> {
    // The first round comes early, but not while everybody starts.
    let wait = chance() * jitter;
    while (!stopping.signal.aborted) {
      await sleep(wait, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      for (const job of jobs) if (!stopping.signal.aborted) await runJob(transactions, log, job, stopping.signal);
      wait = interval + chance() * jitter;
    }
  }

  return {
    start() {
      rounds = goRound();
    },
    stop() {
      stopping.abort();
      return rounds;
    },
  };
}
