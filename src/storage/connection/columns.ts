/** For each member of a record, the SQL expression that it comes from. */
export type Columns<Row> = { readonly [Name in keyof Row & string]-?: string };

/**
 * The columns of one or several records as SELECT or RETURNING has them.
 * @throws Error when two of them have the same name: in the row, one would hide the other
 */
export function selected(...records: readonly Readonly<Record<string, string>>[]): string {
  const columns = records.flatMap((record) => Object.entries(record));
  const names = columns.map(([name]) => name);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw new Error(`two columns have the name ${repeated}`);
  return columns.map(([name, expression]) => `${expression} AS "${name}"`).join(', ');
}

/** The names of selected columns, for a query around the one that has them. */
export const namesOf = (columns: Readonly<Record<string, string>>): string =>
  Object.keys(columns)
    .map((name) => `"${name}"`)
    .join(', ');

/** A JSON object with a member for each column. */
export const jsonObject = <Json>(columns: Columns<Json>): string =>
  `jsonb_build_object(${Object.entries(columns)
    .map(([name, expression]) => `'${name}', ${expression}`)
    .join(', ')})`;

/** The record of its own that some columns of a joined row make up. */
export function pick<Row extends object>(row: NoInfer<Row>, columns: Columns<Row>): Row {
  const record: Partial<Row> = {};
  for (const name of Object.keys(columns) as (keyof Row & string)[]) record[name] = row[name];
  return record as Row;
}
