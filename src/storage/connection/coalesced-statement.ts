import { type NamedText, namedText, type Statement } from './statement.js';

/** A statement that has a second form, which answers many callers at once: each of its rows says by `n` whom it is for. */
export interface CoalescedStatement<Parameters extends object, Row> extends Statement<Parameters, Row> {
  /** Its one parameter is {@link askedValue}. */
  readonly together: NamedText & { readonly columns: readonly Column<keyof Parameters & string>[] };
}

type Column<Name extends string = string> = readonly [name: Name, type: SqlType];

type SqlType = 'bytea' | 'text' | 'uuid' | 'timestamptz' | 'double precision' | 'text[]' | 'jsonb';

type SqlTypeOf<Value> = [Value] extends [Buffer]
  ? 'bytea'
  : [Value] extends [Date]
    ? 'timestamptz'
    : [Value] extends [number]
      ? 'double precision'
      : [Value] extends [string]
        ? 'text' | 'uuid'
        : [Value] extends [readonly string[]]
          ? 'text[]'
          : 'jsonb';

/** The type of each parameter's column. */
export type ColumnTypes<Parameters> = {
  readonly [Name in keyof Parameters & string]-?: SqlTypeOf<NonNullable<Parameters[Name]>>;
};

/** A column for each parameter: `p.now` is `asked."now"`. */
export type ColumnNames<Parameters> = { readonly [Name in keyof Parameters & string]-?: string };

/** What goes as one statement at most: longer ones only make callers wait for each other. */
export const maxBatch = 64;

/** The columns of `Parameters` in a relation that has them. */
export const columnsIn = <Parameters>(relation: string): ColumnNames<Parameters> =>
  new Proxy({} as ColumnNames<Parameters>, { get: (_, name) => `${relation}."${String(name)}"` });

const list = (columns: readonly Column[], item: (column: Column, index: number) => string): string =>
  columns.map(item).join(', ');

const askedByOne = (columns: readonly Column[]): string =>
  `(SELECT ${list(columns, ([name, type], index) => `$${index + 1}::${type} AS "${name}"`)}, 1 AS n) AS asked`;

/** The range of `n` makes PostgreSQL expect a single row; see {@link keyIs}. */
const askedByMany = (columns: readonly Column[]): string =>
  `(SELECT * FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (${list(columns, ([name, type]) => `"${name}" ${type}`)}))
      WITH ORDINALITY AS record (${list(columns, ([name]) => `"${name}"`)}, n) WHERE n BETWEEN 1 AND ${maxBatch}) AS asked`;

/**
 * SQL: `column`, the key of a table, has this value. Said in a way that leaves PostgreSQL nothing but to look each value up: of a
 * plain equality it may make a plan that reads the whole table, as long as that is small, and keep it while the table grows.
 */
export const keyIs = (column: string, value: string): string => `${column} = ANY (ARRAY[${value}])`;

/**
 * A statement for calls that may go together: those that come while earlier ones are on their way are gathered, and sent as one.
 * To its caller it is like any other: the caller's own parameters in, the caller's own rows out, and all that is written for
 * one batch is committed together. Who comes alone pays for nobody else: the statement is then sent with plain parameters.
 * @param columnTypes of the parameters; a jsonb column takes any object
 * @param build makes both texts from the parameters' columns and the relation `asked` that has them, and `n` from 1, for a FROM.
 * Each row of its result has the `n` that it is for. Rows that a batch locks are locked in the order of their keys, lest two
 * batches wait for each other.
 * @throws Error when the name is taken, see `statement`
 */
export function coalescedStatement<Parameters extends object, Row = never>(
  name: string,
  columnTypes: ColumnTypes<Parameters>,
  build: (p: ColumnNames<Parameters>, asked: string) => string,
): CoalescedStatement<Parameters, Row> {
  const columns = Object.entries(columnTypes) as [keyof Parameters & string, SqlType][];
  const asked = columnsIn<Parameters>('asked');
  return {
    ...namedText(name, build(asked, askedByOne(columns))),
    order: columns.map(([column]) => column),
    together: { ...namedText(`${name}_together`, build(asked, askedByMany(columns))), columns },
  };
}

/** Half a surrogate pair is no character, and PostgreSQL refuses it in JSON. */
const wellFormed = (text: string): string => text.toWellFormed();

const encode: Readonly<Record<SqlType, (value: never) => unknown>> = {
  bytea: (value: Buffer) => `\\x${value.toString('hex')}`,
  text: wellFormed,
  uuid: wellFormed,
  timestamptz: (value: Date) => value,
  'double precision': (value: number) => value,
  'text[]': (value: readonly string[]) => value.map(wellFormed),
  jsonb: (value: object) => value,
};

/** What a batch of callers ask, as the statement's parameter. */
export function askedValue<Parameters extends object>(
  { together: { columns } }: CoalescedStatement<Parameters, unknown>,
  batch: readonly Parameters[],
): string {
  const records = batch.map((parameters) => {
    const record: Record<string, unknown> = {};
    for (const [name, type] of columns) {
      const value = parameters[name];
      record[name] = value === null || value === undefined ? null : encode[type](value as never);
    }
    return record;
  });
  return JSON.stringify(records);
}
