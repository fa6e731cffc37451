import { parse } from 'yaml';
import type { Fault } from './faults.js';
import { alternatives, type Node, nodeAt, type Path, tree } from './tree.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that does not come from the file: from an environment variable or a flag. */
export interface Override {
  readonly path: Path;
  readonly value: unknown;
  readonly source: string;
}

const prefix = 'IDENTITY_';
const shortNames: Readonly<Record<string, Path>> = {
  LOG_LEVEL: ['log-level'],
  OTLP_ENDPOINT: ['telemetry', 'otlp_endpoint'],
};

/** Kubernetes and Docker describe a service called "identity-…" in variables of this form; they are not meant for us. */
const isServiceLink = (name: string, value: string): boolean =>
  /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$/.test(name) || /^(tcp|udp|sctp):\/\//.test(value);

const variableName = (key: string) => key.toUpperCase().replaceAll('-', '_');

/** Finds the key that a name like DATABASE_DSN_FILE means; list items are counted from 0 (CLIENTS_0_CLIENT_SECRET_FILE). */
function pathOf(name: string, node: Node | undefined): Path | undefined {
  if (node?.items) {
    const [, index, rest] = /^(\d{1,3})(?:_(.+))?$/.exec(name) ?? [];
    if (index === undefined) return undefined;
    const inner = rest === undefined ? [] : pathOf(rest, node.items);
    return inner && [Number(index), ...inner];
  }
  for (const [key, child] of Object.entries(node?.properties ?? {})) {
    const own = variableName(key);
    if (name === own) return [key];
    const inner = name.startsWith(`${own}_`) ? pathOf(name.slice(own.length + 1), child) : undefined;
    if (inner) return [key, ...inner];
  }
  return undefined;
}

/** A text stays as it is, `$` and all; numbers, flags and lists are read as YAML. */
function readValue(text: string, node: Node | undefined): unknown {
  if (node?.type === 'string' || node?.type === undefined) return text;
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** What the environment sets: LOG_LEVEL, OTLP_ENDPOINT and any key by IDENTITY_<PATH>. An empty variable sets nothing. */
export function readEnvironment(env: Environment): { overrides: Override[]; faults: Fault[] } {
  const overrides: Override[] = [];
  const faults: Fault[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!text || !(name in shortNames || name.startsWith(prefix)) || isServiceLink(name, text)) continue;
    const path = shortNames[name] ?? pathOf(name.slice(prefix.length), tree);
    if (path) overrides.push({ path, value: readValue(text, nodeAt(path)), source: name });
    else faults.push({ path: [name], problem: 'names no key of the configuration' });
  }
  return { overrides, faults };
}

type Container = Record<string | number, unknown>;

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** Sets the value in `root`, and takes away what it stands in place of (`dsn` for `dsn_file` and the reverse). */
export function applyOverride(root: Container, { path, value }: Override): void {
  const last = path.at(-1) ?? '';
  let container = root;
  for (const [depth, step] of path.slice(0, -1).entries()) {
    const next = isContainer(container[step]) ? container[step] : typeof path[depth + 1] === 'number' ? [] : {};
    container[step] = next;
    container = next as Container;
  }
  for (const other of alternatives(nodeAt(path.slice(0, -1)), String(last))) delete container[other];
  container[last] = value;
}
