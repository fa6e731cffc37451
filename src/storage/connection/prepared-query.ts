import pg from 'pg';
import { serialize } from 'pg-protocol';
import type { CommandCompleteMessage, DataRowMessage, RowDescriptionMessage } from 'pg-protocol/dist/messages.js';

/** What a connection of `pg` is to a query that is submitted to it. */
interface Connection {
  readonly stream: { write(bytes: Buffer): unknown };
  /** Texts by the names under which this connection's server keeps them. */
  readonly parsedStatements: Readonly<Record<string, string>>;
}

interface Field {
  readonly name: string;
  parse(text: string): unknown;
}

export interface QueryAnswer {
  readonly rows: Record<string, unknown>[];
  /** Of the rows that were returned or changed. */
  readonly rowCount: number;
}

type Value = string | Buffer | null;

const element = (item: unknown): string => {
  const value = encodeValue(item);
  if (value === null) return 'NULL';
  return `"${(typeof value === 'string' ? value : `\\x${value.toString('hex')}`).replace(/["\\]/g, '\\$&')}"`;
};

/**
 * A parameter as PostgreSQL takes it: a date as such, an array as an array, bytes as they are, any other object as JSON.
 * @throws RangeError for an invalid date
 */
export function encodeValue(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return String(value);
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `{${value.map(element).join(',')}}`;
  return JSON.stringify(value);
}

/** Columns of the statements that a connection has described: a prepared statement's stay as they are, or it fails. */
const describedBy = new WeakMap<Connection, Map<string, readonly Field[]>>();

function describedOn(connection: Connection): Map<string, readonly Field[]> {
  let described = describedBy.get(connection);
  if (!described) {
    described = new Map();
    describedBy.set(connection, described);
  }
  return described;
}

const executeAndSync = Buffer.concat([serialize.execute(), serialize.sync()]);

/**
 * A named statement with its parameters, for `pool.query`. It goes to PostgreSQL in a single write, and is parsed and described
 * once on each connection: with `pg`'s own query, each call writes five messages and has its columns described anew, which costs
 * as much as the rest of a short statement. `pg` calls the methods; it owns connection, queue and time-outs.
 */
export class PreparedQuery implements pg.Submittable {
  readonly name: string;
  readonly text: string;
  private readonly bind: Buffer;
  private fields: readonly Field[] | undefined;
  private readonly rows: Record<string, unknown>[] = [];
  private rowCount = 0;
  /** Set by `pg`. */
  callback: ((error: Error | null, answer?: QueryAnswer) => void) | undefined;

  constructor(name: string, text: string, values: readonly unknown[]) {
    this.name = name;
    this.text = text;
    this.bind = serialize.bind({ statement: name, values: [...values], valueMapper: encodeValue });
  }

  submit(given: unknown): void {
    const connection = given as Connection;
    this.fields = describedOn(connection).get(this.name);
    const isParsed = connection.parsedStatements[this.name] !== undefined;
    const messages = [
      ...(isParsed ? [] : [serialize.parse({ name: this.name, text: this.text })]),
      this.bind,
      ...(this.fields ? [] : [serialize.describe({ type: 'P' })]),
      executeAndSync,
    ];
    connection.stream.write(Buffer.concat(messages));
  }

  handleRowDescription({ fields }: RowDescriptionMessage): void {
    this.fields = fields.map(({ name, dataTypeID }) => ({ name, parse: pg.types.getTypeParser(dataTypeID, 'text') }));
  }

  handleDataRow({ fields }: DataRowMessage): void {
    const row: Record<string, unknown> = {};
    for (const [index, { name, parse }] of (this.fields ?? []).entries()) {
      const text = fields[index];
      row[name] = text === null || text === undefined ? null : parse(text);
    }
    this.rows.push(row);
  }

  handleCommandComplete({ text }: CommandCompleteMessage): void {
    this.rowCount = Number(/\d+$/.exec(text)?.[0] ?? 0);
  }

  handleReadyForQuery(given: unknown): void {
    describedOn(given as Connection).set(this.name, this.fields ?? []);
    this.callback?.(null, { rows: this.rows, rowCount: this.rowCount });
  }

  handleError(error: Error): void {
    this.callback?.(error);
  }
}
