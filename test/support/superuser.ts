import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/storage/connection/embedded-postgres.js';

/**
 * What only a superuser may say, to a server that is stopped: nobody can be the superuser while it runs.
 * @throws Error with PostgreSQL's own words
 */
async function asSuperuser({ folder }: EmbeddedPostgres, statements: readonly string[]): Promise<void> {
  const data = join(folder, 'data');
  const { uid, gid } = await stat(data);
  const [program = ''] = (await readFile(join(data, 'postmaster.opts'), 'utf8')).split(' ', 1);
  const args = ['--single', '-F', '-c', 'exit_on_error=true', '-D', data, 'postgres'];
  const input = statements.map((text) => `${text};\n`).join('');
  const { status, stderr } = spawnSync(program, args, { uid, gid, cwd: data, input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** A server of its own, and a way in for a superuser, which it has none of. */
export async function startWithSuperuser(
  wanted: string,
  settings: Readonly<Record<string, string | number>>,
): Promise<{ readonly server: EmbeddedPostgres; readonly superuserDsn: string }> {
  const first = await startEmbeddedPostgres(wanted, settings);
  await first.stop();
  const password = randomBytes(24).toString('base64url');
  await asSuperuser(first, [`CREATE ROLE test_superuser SUPERUSER LOGIN PASSWORD '${password}'`]);
  const server = await startEmbeddedPostgres(wanted, settings);
  const url = new URL(server.dsn);
  return { server, superuserDsn: Object.assign(url, { username: 'test_superuser', password }).href };
}
