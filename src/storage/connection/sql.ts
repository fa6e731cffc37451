import type pg from 'pg';
import { UnavailableError } from '../../protocol/unavailable-error.js';
import type { Log } from '../../telemetry/log/logger.js';
import { withSpan } from '../../telemetry/tracing/tracing.js';
import { describeDatabaseFault } from './availability.js';
import { type Statement, statement, valuesOf } from './statement.js';
import type { WriteHealth } from './write-health.js';

/** What hot verbs are given: it runs statements, each on whatever connection is free. */
export interface Sql {
  query<Parameters extends object, Row>(
    statement: Statement<Parameters, Row>,
    parameters: NoInfer<Parameters>,
  ): Promise<{ rows: Row[]; rowCount: number }>;
}

/** The database cannot be reached or has no connection to spare. */
class StorageUnavailableError extends UnavailableError {
  override readonly name = 'StorageUnavailableError';
  readonly retryAfter = 1;
}

export interface SqlOptions {
  /** Statements stay prepared; off where a PgBouncer in front cannot keep them (`prepared_statements: false`). */
  readonly prepared: boolean;
  /** How many callers may wait for a connection before others are turned away. */
  readonly maxWaiting: number;
  /** Told how statements that write went. */
  readonly writeHealth?: WriteHealth;
  /** Statements by name, never their values, at level TRACE. */
  readonly log?: Log;
}

const pingStatement = statement('ping', () => 'SELECT 1');

/** Rejects when the database does not answer. */
export async function ping(sql: Sql): Promise<void> {
  await sql.query(pingStatement, {});
}

/** Times that a statement is made at most. */
const mostTries = 3;

/**
 * PostgreSQL gives a statement up where two wait for each other (40P01) or cannot be put in an order (40001). It is undone as a
 * whole, so it is made again.
 */
async function untilUndisturbed<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      const { code } = error as { code?: unknown };
      if ((code !== '40P01' && code !== '40001') || tries === mostTries) throw error;
    }
  }
}

export function createSql(pool: pg.Pool, { prepared, maxWaiting, writeHealth, log }: SqlOptions): Sql {
  return {
    query: (statement, parameters) => {
      const { name, text } = statement;
      if (pool.waitingCount >= maxWaiting) {
        throw new StorageUnavailableError(
          `${pool.waitingCount} callers wait for a database connection: look for slow statements, or raise database.max_open_conns`,
        );
      }
      return withSpan(`sql ${name}`, { 'db.system.name': 'postgresql', 'db.operation.name': name }, async () => {
        try {
          const values = valuesOf(statement, parameters);
          const result = await untilUndisturbed(() => pool.query({ text, values, ...(prepared ? { name } : {}) }));
          if (statement.writes) writeHealth?.note();
          if (log?.isEnabled('TRACE')) log.trace('statement', { statement: name, rows: result.rowCount });
          return { rows: result.rows, rowCount: result.rowCount ?? 0 };
        } catch (error) {
          if (statement.writes) writeHealth?.note(error);
          const { away, remedy } = describeDatabaseFault(error);
          throw away ? new StorageUnavailableError(`the database does not answer: ${remedy}`, { cause: error }) : error;
        }
      });
    },
  };
}
