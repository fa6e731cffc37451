import type pg from 'pg';
import { UnavailableError } from '../../protocol/unavailable-error.js';
import type { Log } from '../../telemetry/log/logger.js';
import { isTracing, withSpan } from '../../telemetry/tracing/tracing.js';
import { describeDatabaseFault } from './availability.js';
import { askedValue, type CoalescedStatement, maxBatch } from './coalesced-statement.js';
import { createGathering, type Gathering, type GatheringOptions } from './gathering.js';
import { createPreparedQuery, type PreparedQueryOptions, type QueryAnswer } from './prepared-query.js';
import { type NamedText, type Statement, statement, valuesOf } from './statement.js';
import type { WriteHealth } from './write-health.js';

type AnyStatement<Parameters extends object, Row> = Statement<Parameters, Row> | CoalescedStatement<Parameters, Row>;

/** What hot verbs are given: it runs statements, each on whatever connection is free. */
export interface Sql {
  query<Parameters extends object, Row>(
    statement: AnyStatement<Parameters, Row>,
    parameters: NoInfer<Parameters>,
  ): Promise<SqlResult<Row>>;
}

/** What came of a statement. */
interface SqlResult<Row> {
  readonly rows: Row[];
  /** Of the rows that it returned, or where it returns none, that it changed; of a coalesced one, that it returned. */
  readonly rowCount: number;
}

/** The database cannot be reached or has no connection to spare. */
class StorageUnavailableError extends UnavailableError {
  override readonly name = 'StorageUnavailableError';
  readonly retryAfter = 1;
}

export interface SqlOptions {
  /** Statements stay prepared; off where a PgBouncer in front cannot keep them (`prepared_statements: false`). */
  readonly prepared: boolean;
  /** Calls of a coalesced statement may go together; off, each goes alone. */
  readonly coalescing: boolean;
  /** How many callers may wait for a connection, or for their batch, before others are turned away. */
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

/** PostgreSQL gave a statement up because two waited for each other (40P01) or could not be put in an order (40001). */
const isDisturbed = (error: unknown): boolean => /^40(P01|001)$/.test(String((error as { code?: unknown })?.code));

/** A statement that was disturbed is undone as a whole, so it is made again. */
async function untilUndisturbed<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isDisturbed(error) || tries === mostTries) throw error;
    }
  }
}

const isAway = (error: unknown): boolean => error instanceof StorageUnavailableError && !isDisturbed(error.cause);

/** A batch that writes waits for the disk, and another is worked on meanwhile; of batches that read, a second makes both smaller. */
const gatheringOptions = ({ writes }: NamedText): GatheringOptions => ({
  maxBatch,
  maxUnderWay: writes ? 2 : 1,
  patience: 50,
  isShared: isAway,
});

function assertRoom(waiting: number, maxWaiting: number): void {
  if (waiting < maxWaiting) return;
  throw new StorageUnavailableError(
    `${waiting} callers wait for the database: look for slow statements, or raise database.max_open_conns`,
  );
}

type Answer = Omit<QueryAnswer, 'rowCount'> & Pick<pg.QueryResult, 'rowCount'>;

type Send = (statement: NamedText, values: unknown[], isNumbered: boolean) => Promise<Answer>;

/** What `pg` itself makes of an answer has a row's number among the columns. */
function withNumbersApart({ rows, rowCount }: pg.QueryResult): Answer {
  const numbers = rows.map(({ n }) => Number(n));
  return { rows: rows.map(({ n, ...row }) => row), numbers, rowCount };
}

/** A pool resolves to what a query of our own calls back with; its types do not say so. */
const askPrepared = (pool: pg.Pool, query: PreparedQueryOptions): Promise<Answer> =>
  pool.query(createPreparedQuery(query)) as unknown as Promise<Answer>;

async function askUnprepared(pool: pg.Pool, { text, values, isNumbered }: PreparedQueryOptions): Promise<Answer> {
  const result = await pool.query({ text, values });
  return isNumbered ? withNumbersApart(result) : { ...result, numbers: [] };
}

/** Sends statements to whatever connection is free. */
const sendTo =
  (pool: pg.Pool, { prepared, writeHealth }: SqlOptions): Send =>
  async ({ name, text, writes }, values, isNumbered) => {
    const ask = prepared ? askPrepared : askUnprepared;
    try {
      const result = await untilUndisturbed(() => ask(pool, { name, text, values, isNumbered }));
      if (writes) writeHealth?.note();
      return result;
    } catch (error) {
      if (writes) writeHealth?.note(error);
      const { away, remedy } = describeDatabaseFault(error);
      throw away ? new StorageUnavailableError(`the database does not answer: ${remedy}`, { cause: error }) : error;
    }
  };

/** Each caller's own of the rows that a batch returned. */
function distribute<Row>(size: number, { rows, numbers }: Answer): SqlResult<Row>[] {
  const results = Array.from({ length: size }, () => ({ rows: [] as Row[], rowCount: 0 }));
  for (const [index, row] of rows.entries()) {
    const result = results[(numbers[index] as number) - 1];
    if (result) result.rowCount = result.rows.push(row as Row);
  }
  return results;
}

/** What sends one call, whatever becomes of it on its way. */
type Call = <Parameters extends object, Row>(
  statement: AnyStatement<Parameters, Row>,
  parameters: Parameters,
) => Promise<SqlResult<Row>>;

/** Sends each call as a statement of its own. */
const callAlone =
  (send: Send): Call =>
  async <Parameters extends object, Row>(statement: AnyStatement<Parameters, Row>, parameters: Parameters) => {
    const isNumbered = 'together' in statement;
    const { rows, rowCount } = await send(statement, valuesOf(statement, parameters), isNumbered);
    return { rows: rows as Row[], rowCount: isNumbered ? rows.length : (rowCount ?? 0) };
  };

/** Sends together what may go together: the calls of each coalesced statement are gathered with their like. */
function callTogether(send: Send, maxWaiting: number): Call {
  const alone = callAlone(send);
  const gatherings = new Map<object, unknown>();

  function gatheringOf<Parameters extends object, Row>(statement: CoalescedStatement<Parameters, Row>) {
    type Calls = Gathering<Parameters, SqlResult<Row>>;
    const known = gatherings.get(statement) as Calls | undefined;
    if (known) return known;
    const calls: Calls = createGathering(async (batch) => {
      const [first] = batch;
      if (first && batch.length === 1) return [await alone(statement, first)];
      return distribute(batch.length, await send(statement.together, [askedValue(statement, batch)], true));
    }, gatheringOptions(statement));
    gatherings.set(statement, calls);
    return calls;
  }

  return (statement, parameters) => {
    if (!('together' in statement)) return alone(statement, parameters);
    const calls = gatheringOf(statement);
    assertRoom(calls.waiting(), maxWaiting);
    return calls.join(parameters);
  };
}

export function createSql(pool: pg.Pool, options: SqlOptions): Sql {
  const { coalescing, maxWaiting, log } = options;
  const send = sendTo(pool, options);
  const call = coalescing ? callTogether(send, maxWaiting) : callAlone(send);

  const query: Sql['query'] = async (statement, parameters) => {
    assertRoom(pool.waitingCount, maxWaiting);
    const result = await call(statement, parameters);
    if (log?.isEnabled('TRACE')) log.trace('statement', { statement: statement.name, rows: result.rowCount });
    return result;
  };

  return {
    query(statement, parameters) {
      if (!isTracing()) return query(statement, parameters);
      const { name } = statement;
      const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': name };
      return withSpan(`sql ${name}`, attributes, () => query(statement, parameters));
    },
  };
}
