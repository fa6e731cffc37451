import type * as z from 'zod';
import { clientMembers } from './declared.js';
import { expectedAt, formatPath, type Node, nodeAt, type Path } from './tree.js';

/** One thing that is wrong, where, and what would be right. Never holds a secret's value. */
export interface Fault {
  readonly path: Path;
  readonly problem: string;
}

/** The configuration cannot be used. Carries all faults; the process ends with exit code 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What was found, as the reader wrote it; a text where a section belongs may be a mislaid secret and is not shown. */
function shown(value: unknown, node: Node | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section';
  if (node === undefined || node.secret || node.type === 'object' || node.type === 'array') {
    return `a ${typeof value === 'string' ? 'text' : typeof value} that is not shown here`;
  }
  const text = JSON.stringify(value).replace(/\/\/[^/@\s]*@/g, '//…@');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, step) => (value as Record<string | number, unknown> | null | undefined)?.[step], root);

/** "found …; expected …" for the key at `path`. */
export function mismatch(root: unknown, path: Path): Fault {
  const node = nodeAt(path);
  return { path, problem: `found ${shown(valueAt(root, path), node)}; expected ${expectedAt(node)}` };
}

const namesAt = (path: Path): readonly string[] =>
  path[0] === 'clients' ? clientMembers : Object.keys(nodeAt(path)?.properties ?? {});

/** A zod issue in our words: its own messages know neither our units nor what is secret. */
export function toFaults(issue: z.core.$ZodIssue, root: unknown): readonly Fault[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    const expected = namesAt(path).join(', ');
    return issue.keys.map((key) => ({
      path: [...path, key],
      problem: `found an unknown key; expected one of ${expected}`,
    }));
  }
  if (issue.code === 'custom' && path[0] === 'clients') return [{ path, problem: issue.message }];
  return [mismatch(root, path)];
}

/** All faults in one message, each with its place: a line of the file or the environment variable that set it. */
export function configError(file: string, faults: readonly Fault[], placeOf: (path: Path) => string): ConfigError {
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
  const lines = faults.map(({ path, problem }) => `  ${formatPath(path) || '(file)'}${placeOf(path)}: ${problem}`);
  return new ConfigError([`The configuration ${file} has ${count}:`, ...lines].join('\n'));
}
