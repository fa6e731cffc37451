import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import type { Fault } from './faults.js';
import { alternatives, type Node, type Path, tree } from './tree.js';

type Section = Record<string | number, unknown>;

interface FileKey {
  readonly section: Section;
  readonly path: Path;
  readonly key: string;
  /** The key whose value the file holds; undefined where the file is used by its name (TLS). */
  readonly valueKey: string | undefined;
}

/** Every `*_file` key that is set in the document, wherever the schema knows one. */
function* fileKeys(value: unknown, node: Node | undefined, path: Path): Generator<FileKey> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* fileKeys(item, node?.items, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    const section = value as Section;
    for (const [key, inner] of Object.entries(section)) {
      const known = node?.properties?.[key];
      if (known && key.endsWith('_file') && typeof inner === 'string') {
        yield { section, path: [...path, key], key, valueKey: known.alternativeTo };
      } else yield* fileKeys(inner, known, [...path, key]);
    }
  }
}

const reasonOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

async function readInto({ section, path, key, valueKey }: FileKey): Promise<readonly Fault[]> {
  const name = String(section[key]);
  try {
    if (valueKey === undefined) {
      await access(name, constants.R_OK);
      return [];
    }
    const content = (await readFile(name, 'utf8')).trim();
    if (content === '') return [{ path, problem: `found ${name}, which is empty` }];
    section[valueKey] = content;
    delete section[key];
    return [];
  } catch (error) {
    return [{ path, problem: `found ${name}, which cannot be read (${reasonOf(error)}); expected a readable file` }];
  }
}

/** Faults of keys that stand in each other's place and are given together (`dsn` and `dsn_file`). */
function* rivals(value: unknown, node: Node | undefined, path: Path): Generator<Fault> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const child = Array.isArray(value) ? node?.items : node?.properties?.[key];
    if (child?.alternativeTo) {
      const other = alternatives(node, key).find((name) => name !== key && name in value);
      if (other) yield { path: [...path, key], problem: `is given together with ${other}; expected one of them` };
    }
    yield* rivals(inner, child, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** Puts the contents of files in the place of their names, in the sections that the role uses and in no others. */
export async function readFiles(root: Section, isUsed: (section: string) => boolean): Promise<readonly Fault[]> {
  const doubled = [...rivals(root, tree, [])];
  const wanted = [...fileKeys(root, tree, [])].filter(({ path }) => isUsed(String(path[0])));
  const unreadable = await Promise.all(wanted.map(readInto));
  return [...doubled, ...unreadable.flat()];
}
