import type { Clock } from '../clock.js';
import type { Sql } from '../storage/connection/sql.js';
import { type ExpirableTable, expirableTables, sweepTable } from '../storage/expirable.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import type { Job } from './runner.js';

export interface SweepOptions {
  readonly sql: Sql;
  readonly clock: Clock;
  /** Rows at once: small batches keep locks and log short. */
  readonly batchSize: number;
}

/** Deletes what has expired from every expirable table. @returns how many rows of each */
export async function sweep(
  { sql, clock, batchSize }: SweepOptions,
  signal?: AbortSignal,
): Promise<Record<ExpirableTable, number>> {
  const now = clock.now();
  const swept = Object.fromEntries(expirableTables.map((table) => [table, 0])) as Record<ExpirableTable, number>;
  for (const table of expirableTables) {
    for (let rows = batchSize; rows === batchSize && !signal?.aborted; ) {
      rows = await sweepTable(sql, table, now, batchSize);
      swept[table] += rows;
    }
    metrics.sweptRows({ table }, swept[table]);
  }
  return swept;
}

export const sweepJob = (options: SweepOptions): Job => ({
  name: 'sweep',
  run: async (signal) => void (await sweep(options, signal)),
});
