declare const types: unique symbol;

/** A text under whose name PostgreSQL keeps it prepared, per connection. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
  /** It may change rows, and so needs room. */
  readonly writes: boolean;
}

/** A statement; its type tells what it takes and gives. */
export interface Statement<Parameters extends object, Row> extends NamedText {
  /** The parameters in the order of `$1`, `$2` and so on. */
  readonly order: readonly (keyof Parameters & string)[];
  readonly [types]?: (parameters: Parameters) => Row;
}

/** A placeholder for each parameter: `p.now` is the same `$2` wherever it stands in the text. */
export type Placeholders<Parameters> = { readonly [Name in keyof Parameters & string]-?: `$${number}` };

const names = new Set<string>();
const writing = /\b(INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+((AS\s+)?\w+\s+)?SET)\b/;

/** @throws Error when the name is taken: a connection that knows it would refuse the other text */
export function namedText(name: string, text: string): NamedText {
  if (names.has(name)) throw new Error(`there are two statements with the name ${name}`);
  names.add(name);
  return { name, text: text.replace(/\s+/g, ' ').trim(), writes: writing.test(text) };
}

/**
 * A statement whose text is made once, when the program is loaded: the same text under the same name in every process.
 * A name that `Parameters` does not have does not compile, and neither does a query that leaves one out.
 * Dates, buffers and arrays go as such; any other object is sent as JSON, without members that are undefined.
 * @param build makes the text from the parameters' placeholders
 * @throws Error when the name is taken: a connection that knows it would refuse the other text
 */
export function statement<Parameters extends object, Row = never>(
  name: string,
  build: (p: Placeholders<Parameters>) => string,
): Statement<Parameters, Row> {
  const order: (keyof Parameters & string)[] = [];
  const placeholders = new Proxy({} as Placeholders<Parameters>, {
    get(_, parameter) {
      const known = order.indexOf(parameter as keyof Parameters & string);
      return `$${known < 0 ? order.push(parameter as keyof Parameters & string) : known + 1}`;
    },
  });
  return { ...namedText(name, build(placeholders)), order };
}

/** The values in the order of their placeholders. */
export const valuesOf = <Parameters extends object>(
  { order }: Statement<Parameters, unknown>,
  parameters: Parameters,
): unknown[] => order.map((name) => parameters[name]);

type MemberOf<Json> = Json extends unknown ? keyof Json & string : never;

/** A member's name in quotes, for a column that holds `Json`: one that it does not have does not compile. */
export const jsonKey = <Json>(member: MemberOf<Json>): string => `'${member}'`;
