import pg from 'pg';
import type { EmbeddedPostgres } from '../../src/storage/connection/embedded-postgres.js';

/**
 * Stops every process of a server as SIGSTOP does: it takes connections and statements, and answers nothing.
 * @returns lets them go on
 */
export async function freeze({ dsn, pid }: EmbeddedPostgres): Promise<() => void> {
  const client = new pg.Client(dsn);
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
  );
  await client.end();
  const pids = [pid, ...rows.map((row) => row.pid)];
  const signal = (name: NodeJS.Signals) => {
    for (const each of pids) {
      try {
        process.kill(each, name);
      } catch {
        // a backend that has ended meanwhile
      }
    }
  };
  signal('SIGSTOP');
  return () => signal('SIGCONT');
}
