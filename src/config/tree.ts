import * as z from 'zod';
import { fileSchema } from './schema.js';

/** The schema as data: for messages, for IDENTITY_ variables and for the documentation's test. */
export interface Node {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: unknown;
  readonly items?: Node;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly secret?: true;
  readonly expected?: string;
  /** The key of the same object in whose place this one may stand. */
  readonly alternativeTo?: string;
}

export type Path = readonly (string | number)[];

export const tree = z.toJSONSchema(fileSchema, { io: 'input' }) as Node;

/** What a key of the reader's own choice holds. */
const othersOf = (node: Node | undefined): Node | undefined =>
  typeof node?.additionalProperties === 'object' ? (node.additionalProperties as Node) : undefined;

export const nodeAt = (path: Path, from: Node | undefined = tree): Node | undefined =>
  path.reduce<Node | undefined>(
    (node, step) => (typeof step === 'number' ? node?.items : (node?.properties?.[step] ?? othersOf(node))),
    from,
  );

/** The keys of an object of which only one may be given. */
export function alternatives(node: Node | undefined, key: string): readonly string[] {
  const properties = node?.properties ?? {};
  const main = properties[key]?.alternativeTo ?? key;
  return [main, ...Object.keys(properties).filter((other) => properties[other]?.alternativeTo === main)];
}

/** `http.ports.authz`, `clients[0].scope` */
export const formatPath = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text ? `${text}.${step}` : step),
    '',
  );

const kinds = {
  object: 'a section',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
};

/** What a key wants to hear, in words. */
export const expectedAt = (node: Node | undefined): string =>
  node?.expected ?? (node?.enum ? `one of ${node.enum.join(', ')}` : kinds[node?.type ?? 'string']);
