import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from './ports.js';

export type ProcessRole = 'authz' | 'idp' | 'rs' | 'spa-rp' | 'all';

const names = ['authz', 'idp', 'rs', 'spaRp', 'relyingParty', 'admin1', 'admin2', 'admin3', 'admin4'] as const;
type Ports = Readonly<Record<(typeof names)[number], number>>;

async function portsByName(): Promise<Ports> {
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as unknown as Ports;
}

/** The development profile on other ports and another database. */
async function configuration(ports: Ports, dsn: string): Promise<string> {
  const text = await readFile('configs/identity/development.yml', 'utf8');
  // At once, or a port that was put in could be taken for the next one to be replaced.
  const moved: Readonly<Record<string, number>> = {
    8080: ports.authz,
    8081: ports.idp,
    8082: ports.rs,
    8083: ports.spaRp,
    9999: ports.relyingParty,
  };
  return text
    .replaceAll(/808[0-3]|9999/g, (port) => String(moved[port]))
    .replace('embedded: .data/postgres', `dsn: ${dsn}`)
    .replace('log-format: text', 'log-format: json');
}

export interface RunningProcess {
  readonly role: ProcessRole;
  readonly child: ChildProcess;
  readonly adminPort: number;
  /** Everything that it has written to both streams. */
  output(): string;
  /** Sends the signal and resolves to the exit code, or to the signal's name. */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

export interface Stack {
  readonly urls: { readonly authz: string; readonly idp: string; readonly rs: string; readonly spaRp: string };
  readonly relyingPartyPort: number;
  readonly configFile: string;
  readonly processes: readonly RunningProcess[];
  process(role: ProcessRole): RunningProcess;
  /** Starts another process of the role, on the same ports, once the first is gone. */
  restart(role: ProcessRole): Promise<void>;
  output(): string;
  stop(): Promise<void>;
}

export interface StackOptions {
  readonly dsn: string;
  readonly roles?: readonly ProcessRole[];
  readonly env?: Readonly<Record<string, string>>;
  /** Changes the configuration's text. */
  readonly edit?: (yaml: string) => string;
}

export function startProcess(
  role: ProcessRole,
  adminPort: number,
  configFile: string,
  env: Readonly<Record<string, string>> = {},
): RunningProcess {
  const args = ['--enable-source-maps', 'dist/src/main.js', `--role=${role}`, `--config=${configFile}`];
  const child = spawn(process.execPath, [...args, `--admin-port=${adminPort}`], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return {
    role,
    child,
    adminPort,
    output: () => chunks.join(''),
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

async function waitFor(url: string, running: RunningProcess, seconds = 45): Promise<void> {
  for (let attempt = 0; attempt < seconds * 20; attempt++) {
    if (running.child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await pause(50);
  }
  throw new Error(`${running.role} did not become ready at ${url}:\n${running.output()}`);
}

/** Real processes from the build, on free ports, ready when this resolves. */
export async function startStack({
  dsn,
  roles = ['all'],
  env = {},
  edit = (yaml) => yaml,
}: StackOptions): Promise<Stack> {
  const ports = await portsByName();
  const folder = await mkdtemp(join(tmpdir(), 'identity-stack-'));
  const configFile = join(folder, 'identity.yml');
  await writeFile(configFile, edit(await configuration(ports, dsn)));
  const urls = {
    authz: `http://127.0.0.1:${ports.authz}`,
    idp: `http://localhost:${ports.idp}`,
    rs: `http://127.0.0.1:${ports.rs}`,
    spaRp: `http://127.0.0.1:${ports.spaRp}`,
  };
  const health: Record<Exclude<ProcessRole, 'all'>, string> = {
    authz: `${urls.authz}/health`,
    idp: `${urls.idp}/health`,
    rs: `${urls.rs}/api/v1/public/health`,
    'spa-rp': `${urls.spaRp}/health`,
  };
  const admins = [ports.admin1, ports.admin2, ports.admin3, ports.admin4];
  const start = (role: ProcessRole, index: number) => startProcess(role, admins[index] ?? 0, configFile, env);
  const processes = roles.map(start);
  const ready = (running: RunningProcess) => {
    const wanted = running.role === 'all' ? Object.values(health) : [health[running.role]];
    return Promise.all(wanted.map((url) => waitFor(url, running)));
  };
  const stop = async () => {
    await Promise.all(
      processes.map((running) => (running.child.exitCode === null ? running.end('SIGKILL') : undefined)),
    );
    await rm(folder, { recursive: true, force: true });
  };
  await Promise.all(processes.map(ready)).catch(async (error) => {
    await stop();
    throw error;
  });
  return {
    urls,
    relyingPartyPort: ports.relyingParty,
    configFile,
    processes,
    process(role) {
      const found = processes.find((running) => running.role === role);
      if (!found) throw new Error(`no process plays ${role}`);
      return found;
    },
    async restart(role) {
      const index = processes.findIndex((running) => running.role === role);
      const next = start(role, index);
      processes[index] = next;
      await ready(next);
    },
    output: () => processes.map((running) => running.output()).join(''),
    stop,
  };
}
