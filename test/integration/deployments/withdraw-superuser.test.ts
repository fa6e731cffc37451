import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { EmbeddedPostgres } from '../../../src/storage/connection/embedded-postgres.js';
import { runMigrations } from '../../../src/storage/data-source.js';
import { databaseSettings, quietLog } from '../../support/database.js';
import { startWithSuperuser } from '../../support/superuser.js';

let parent: string;
let server: EmbeddedPostgres;
let superuserDsn: string;

async function query(dsn: string, ...texts: readonly string[]): Promise<unknown[]> {
  const client = new pg.Client(dsn);
  await client.connect();
  try {
    let values: unknown[] = [];
    for (const text of texts) {
      const result = await client.query<Record<string, unknown>>(text);
      values = (result.rows ?? []).flatMap(Object.values);
    }
    return values;
  } finally {
    await client.end();
  }
}

async function migrated(): Promise<void> {
  await runMigrations(databaseSettings(server.dsn), quietLog);
}

/** As the image made volumes with POSTGRES_USER=identity_user: PostgreSQL's first role has that name. */
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'withdraw-'));
  ({ server, superuserDsn } = await startWithSuperuser(join(parent, 'postgres'), { fsync: 'off' }));
  const { password } = new URL(server.dsn);
  await query(
    superuserDsn,
    'ALTER DATABASE postgres OWNER TO postgres',
    'DROP ROLE identity_user',
    `ALTER ROLE postgres RENAME TO identity_user`,
    `ALTER ROLE identity_user PASSWORD '${password}'`,
  );
  await migrated();
}, 60_000);
afterAll(async () => {
  await server.stop();
  await rm(server.folder, { recursive: true, force: true });
  await rm(parent, { recursive: true, force: true });
});

describe('a volume whose first user was identity_user', () => {
  it('S16: loses the superuser, and keeps password, data and rights to migrate', async () => {
    const isSuperuser = 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user';
    expect(await query(server.dsn, isSuperuser)).toEqual([true]);

    const script = await readFile('deployments/compose/withdraw-superuser.sql', 'utf8');
    await query(superuserDsn, `BEGIN; ${script}; COMMIT`);

    expect(await query(server.dsn, isSuperuser)).toEqual([false]);
    const foreign = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
      AND pg_get_userbyid(relowner) <> 'identity_user'`;
    expect(await query(server.dsn, foreign)).toEqual([]);
    expect(
      await query(server.dsn, 'SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()'),
    ).toEqual(['identity_user']);
    await query(server.dsn, 'ALTER TABLE tokens ADD COLUMN later text', 'TRUNCATE tokens, authorization_grants');
    await expect(query(server.dsn.replace('//identity_user:', '//postgres:'), 'SELECT 1')).rejects.toThrow('password');
  });
});
