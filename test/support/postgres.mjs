// One PostgreSQL for a whole test run, from the npm package; gone when the run is, however it ends.
import { spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

function fastestFolder() {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

/** The program's own way to start one. Jest does not transform what a set-up imports. */
async function embeddedPostgres() {
  const outfile = join(process.cwd(), 'dist', 'test-support', 'embedded-postgres.mjs');
  const options = { bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning' };
  await build({ entryPoints: ['src/storage/connection/embedded-postgres.ts'], outfile, ...options });
  return import(outfile);
}

/** Removes server and folder when this process is gone without having done so itself. */
function guard(pid, folders) {
  const script = 'pid=$0; cat >/dev/null; kill -QUIT "$pid" 2>/dev/null; sleep 0.5; rm -rf "$@"';
  const options = { stdio: ['pipe', 'ignore', 'ignore'], detached: true };
  const child = spawn('sh', ['-c', script, String(pid), ...folders], options);
  child.unref();
  child.stdin.unref();
  return child;
}

/** Tests need no durability. */
const testSettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 300 };

/** @returns {Promise<{ url: string, stop(): Promise<void> }>} */
export async function startPostgres(settings = testSettings) {
  const { startEmbeddedPostgres } = await embeddedPostgres();
  const folder = mkdtempSync(join(settings === testSettings ? fastestFolder() : tmpdir(), 'identity-test-'));
  chmodSync(folder, 0o711); // the server runs under another account
  const server = await startEmbeddedPostgres(join(folder, 'postgres'), settings);
  const folders = [folder, server.folder];
  const watcher = guard(server.pid, folders);
  return {
    url: server.dsn,
    async stop() {
      await server.stop();
      process.kill(-watcher.pid, 'SIGKILL');
      for (const path of folders) rmSync(path, { recursive: true, force: true });
    },
  };
}
