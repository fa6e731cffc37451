import type pg from 'pg';
import { type Statement, valuesOf } from './statement.js';

/** What came of a statement. */
interface Answer<Row> {
  readonly rows: readonly Row[];
  /** Of the rows that it returned, or where it returns none, that it changed. */
  readonly rowCount: number;
}

/** Runs statements, each after the one before. */
export interface Transaction {
  query<Parameters extends object, Row>(
    statement: Statement<Parameters, Row>,
    parameters: NoInfer<Parameters>,
  ): Promise<Answer<Row>>;
}

/** What verbs off the request path are given: they may need several statements, and nobody waits for them. */
export interface Transactions extends Transaction {
  /** What `work` does comes about when it resolves, all together, and not at all when it rejects. Inside another it is part of that. */
  run<Result>(work: (transaction: Transactions) => Promise<Result>): Promise<Result>;
}

/** Nothing stays prepared: the same statement seldom comes twice on a connection. */
const queryOn = (connection: pg.Pool | pg.PoolClient): Transaction['query'] => {
  type Sent = Pick<pg.QueryResult, 'rows' | 'rowCount'>;
  return async (statement, parameters) => {
    const sent: Sent = await connection.query({ text: statement.text, values: valuesOf(statement, parameters) });
    return { rows: sent.rows, rowCount: sent.rowCount ?? 0 };
  };
};

/** A transaction that is under way. */
function begunOn(client: pg.PoolClient): Transactions {
  const begun: Transactions = { query: queryOn(client), run: (work) => work(begun) };
  return begun;
}

const ignore = (): void => undefined; // a connection that breaks shows in the next query

export function createTransactions(pool: pg.Pool): Transactions {
  return {
    query: queryOn(pool),
    async run(work) {
      const client = await pool.connect();
      client.on('error', ignore);
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        const result = await work(begunOn(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch((cause: Error) => {
          broken = cause;
        });
        throw error;
      } finally {
        client.off('error', ignore);
        client.release(broken);
      }
    },
  };
}
