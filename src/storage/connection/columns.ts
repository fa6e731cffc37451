/** For each member of a record, the SQL expression that it comes from. */
export type Columns<Row> = { readonly [Name in keyof Row & string]-?: string };

/** The columns as SELECT or RETURNING has them. */
export const selected = <Row>(columns: Columns<Row>): string =>
  Object.entries(columns)
    .map(([name, expression]) => `${expression} AS "${name}"`)
    .join(', ');

/** The record of its own that some columns of a joined row make up. */
export const pick = <Row extends object>(row: NoInfer<Row>, columns: Columns<Row>): Row =>
  Object.fromEntries(Object.keys(columns).map((name) => [name, row[name as keyof Row]])) as Row;
