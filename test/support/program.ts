import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type RunningProcess, startProcess } from './processes.js';

export interface Run {
  /** The exit code, or the name of the signal that ended it. */
  readonly code: number | string | null;
  /** Both streams. */
  readonly output: string;
}

/**
 * Runs the program to its end.
 * @param isRead whether somebody reads its standard output; otherwise its reader is gone before it writes
 */
export async function run(args: readonly string[], { env = {}, input = '', isRead = true } = {}): Promise<Run> {
  const child = spawn(process.execPath, ['dist/src/main.js', ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  if (!isRead) child.stdout.destroy();
  child.stdin.on('error', () => undefined).end(input);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code: code ?? signal, output };
}

/** Asks again until the condition holds: what is waited for happens in another process. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  holds: (value: T) => boolean,
  what: string,
  seconds = 30,
): Promise<T> {
  let latest: unknown;
  for (let attempt = 0; attempt < seconds * 20; attempt += 1) {
    try {
      const value = await ask();
      if (holds(value)) return value;
      latest = value;
    } catch (error) {
      latest = error;
    }
    await pause(50);
  }
  throw new Error(`never came about: ${what}; at last ${String(latest).slice(-4000)}`);
}

export type Line = Readonly<Record<string, unknown>>;

/** The log lines of a process with this message, as far as they are out. */
export const linesOf = (output: string, message: string): readonly Line[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => line.message === message);

/** The first log line with this message for which the condition holds. */
export const lineOf = async (
  running: RunningProcess,
  message: string,
  holds: (line: Line) => boolean = () => true,
): Promise<Line> => {
  const find = () => linesOf(running.output(), message).find(holds);
  const found = await eventually(find, (line) => line !== undefined, `the log line "${message}"`).catch((error) => {
    throw new Error(`${error.message}\n${running.output().slice(-4000)}`);
  });
  return found ?? {};
};

/** Where each role of a process listens, and its admin listener under `admin`. */
export async function portsOf(running: RunningProcess): Promise<Readonly<Record<string, number>>> {
  return (await lineOf(running, 'listening')) as Record<string, number>;
}

/** A single role of the test profile on free ports, not waited for. */
export const startRole = (
  role: 'authz' | 'idp' | 'rs' | 'spa-rp',
  env: Readonly<Record<string, string>> = {},
  file = 'configs/identity/test.yml',
): RunningProcess => {
  const port = `IDENTITY_HTTP_PORTS_${role.toUpperCase().replace('-', '_')}`;
  return startProcess(role, 0, file, { [port]: '0', ...env });
};
