import { readFile } from 'node:fs/promises';
import { type Document, isCollection, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import {
  crossFaults,
  databaseRoleFaults,
  publicUrlFaults,
  resourceServerFaults,
  type ValidSections,
} from './checks.js';
import { readsFilesOf, type Serving, type ServingRole, toServing, usesSection } from './configuration.js';
import { applyOverride, type Environment, type Override, readEnvironment } from './environment.js';
import { ConfigError, configError, type Fault, toFaults } from './faults.js';
import { readFiles } from './files.js';
import { productionFaults } from './production.js';
import { type FileSections, fileSchema } from './schema.js';
import { formatPath, type Path } from './tree.js';

export interface LoadOptions<Role extends ServingRole> {
  readonly role: Role;
  readonly env: Environment;
  /** From the command line. */
  readonly overrides?: { readonly port?: number | undefined; readonly adminPort?: number | undefined };
}

type Root = Record<string, unknown>;

interface Source {
  readonly root: Root;
  /** Where a key stands, for messages. */
  readonly placeOf: (path: Path) => string;
}

async function readSource(file: string): Promise<Source> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`The configuration ${file} cannot be read (${error.code}). Name a file with --config=FILE.`);
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const faults = document.errors.map(
    ({ message }): Fault => ({ path: [], problem: message.split('\n')[0] ?? message }),
  );
  if (faults.length === 0 && document.contents !== null && !isMap(document.contents)) {
    faults.push({ path: [], problem: 'found no sections; expected "key: value" lines' });
  }
  if (faults.length > 0) throw configError(file, faults, () => '');
  return { root: (document.toJS() ?? {}) as Root, placeOf: (path) => lineOf(document, path, lines) };
}

/** The line of a key, or of the innermost section around one that is missing. */
function lineOf(document: Document, path: Path, lines: LineCounter): string {
  let offset: number | undefined;
  let node: unknown = document.contents;
  for (const step of path) {
    if (!isCollection(node)) break;
    const item: unknown = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.value === step)
      : node.items[Number(step)];
    if (item === undefined) break;
    const start = isPair(item) ? item.key : item;
    if (isNode(start)) offset = start.range?.[0] ?? offset;
    node = isPair(item) ? item.value : item;
  }
  return offset === undefined ? '' : ` (line ${lines.linePos(offset).line})`;
}

function flagOverrides({ role, overrides = {} }: LoadOptions<ServingRole>): Override[] {
  const { port, adminPort } = overrides;
  const key = role.replaceAll('-', '_');
  return [
    ...(port === undefined ? [] : [{ path: ['http', 'ports', key], value: port, source: '--port' }]),
    ...(adminPort === undefined ? [] : [{ path: ['admin', 'port'], value: adminPort, source: '--admin-port' }]),
  ];
}

/** The sections without a fault of their own, and the faults of the others. */
function parseSections(root: Root): { sections: ValidSections; faults: readonly Fault[] } {
  const whole = fileSchema.safeParse(root);
  if (whole.success) return { sections: whole.data, faults: [] };
  const { issues } = whole.error;
  const faulty = new Set(
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [issue.path[0]],
    ),
  );
  const rest = Object.fromEntries(Object.entries(root).filter(([section]) => !faulty.has(section)));
  const sections: ValidSections = fileSchema.partial().parse(rest);
  for (const section of faulty) delete sections[section as keyof FileSections];
  return { sections, faults: issues.flatMap((issue) => toFaults(issue, root)) };
}

function roleFaults(role: ServingRole, sections: ValidSections): readonly Fault[] {
  return [
    ...publicUrlFaults(role, sections),
    ...(usesSection(role, 'database') ? databaseRoleFaults(sections) : []),
    ...(usesSection(role, 'rs') ? resourceServerFaults(sections, role === 'rs') : []),
    ...(sections.profile === 'production' ? productionFaults(sections) : []),
  ];
}

/**
 * Reads the configuration for one role: file, then environment, then flags. `$` means nothing in any of them.
 * @throws ConfigError with all faults at once
 */
export async function loadConfig<Role extends ServingRole>(
  file: string,
  options: LoadOptions<Role>,
): Promise<Serving<Role>> {
  const { root, placeOf } = await readSource(file);
  const environment = readEnvironment(options.env);
  const overrides = [...environment.overrides, ...flagOverrides(options)];
  for (const override of overrides) applyOverride(root, override);

  const unreadable = await readFiles(root, (section) => readsFilesOf(options.role, section));
  const { sections, faults } = parseSections(root);
  const all = [
    ...environment.faults,
    ...unreadable,
    ...faults,
    ...crossFaults(sections),
    ...roleFaults(options.role, sections),
  ];
  if (all.length > 0) {
    const sources = new Map(overrides.map(({ path, source }) => [formatPath(path), ` (from ${source})`]));
    throw configError(file, all, (path) => sources.get(formatPath(path)) ?? placeOf(path));
  }
  return toServing(sections as FileSections, options.role);
}
