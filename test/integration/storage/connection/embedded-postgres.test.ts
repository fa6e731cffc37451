import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../../src/storage/connection/embedded-postgres.js';

const settings = { fsync: 'off' };
let parent: string;
let wanted: string;
let servers: EmbeddedPostgres[];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'embedded-'));
  await chmod(parent, 0o711);
  wanted = join(parent, 'data', 'postgres');
  servers = [];
});
afterEach(async () => {
  for (const server of servers) {
    await server.stop();
    if (server.folder !== wanted) await rm(server.folder, { recursive: true, force: true });
  }
  await rm(parent, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres(wanted, settings);
  servers.push(server);
  return server;
}

async function query(dsn: string, text: string): Promise<unknown[]> {
  const client = new pg.Client(dsn);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows.flatMap(Object.values);
  } finally {
    await client.end();
  }
}

const deadProcess = (): string => String(spawnSync('true').pid);
const isRunning = async ({ folder }: EmbeddedPostgres) =>
  stat(join(folder, 'data', 'postmaster.pid')).then(
    () => true,
    () => false,
  );

describe('the embedded PostgreSQL', () => {
  it('speaks UTF-8, asks for a password, listens on loopback only, and keeps its data', async () => {
    const first = await start();
    expect(await query(first.dsn, 'SHOW server_encoding')).toEqual(['UTF8']);
    expect(await query(first.dsn, 'SHOW listen_addresses')).toEqual(['127.0.0.1']);
    await expect(query(first.dsn.replace(/:[^:@]*@/, ':wrong@'), 'SELECT 1')).rejects.toThrow('password');
    expect((await stat(join(first.folder, 'password'))).mode & 0o777).toBe(0o600);
    await query(first.dsn, "CREATE TABLE kept AS SELECT 'Grüße' AS text");
    await first.stop();
    expect(await isRunning(first)).toBe(false);
    expect(await query((await start()).dsn, 'SELECT text FROM kept')).toEqual(['Grüße']);
  });

  it('S16: its user owns the database and is no superuser, and nobody can be the superuser from outside', async () => {
    const { dsn } = await start();
    const rights =
      'SELECT rolsuper, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user';
    expect(await query(dsn, rights)).toEqual([false, false, false, false]);
    expect(
      await query(dsn, 'SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()'),
    ).toEqual(['identity_user']);
    await expect(query(dsn, "COPY (SELECT 1) TO PROGRAM 'cat'")).rejects.toThrow('permission denied');
    const asSuperuser = dsn.replace('//identity_user:', '//postgres:');
    await expect(query(asSuperuser, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('takes over a server that survived a crash, and stops it', async () => {
    const crashed = await start();
    await rm(join(crashed.folder, 'users', String(process.pid)));
    await writeFile(join(crashed.folder, 'users', deadProcess()), '');
    await writeFile(join(crashed.folder, 'lock'), deadProcess());
    const next = await start();
    expect(next.pid).toBe(crashed.pid);
    await next.stop();
    expect(await isRunning(next)).toBe(false);
  });

  it('is locked by name: a lock of nobody is void, and one of a living process is waited for', async () => {
    const { folder } = await start();
    const lock = join(folder, 'lock');
    await writeFile(lock, '');
    await start();
    await writeFile(lock, String(process.ppid));
    const waiting = start();
    const early = await Promise.race([waiting, pause(300, 'still waiting')]);
    await rm(lock);
    expect([early, (await waiting).folder]).toEqual(['still waiting', folder]);
    expect((await readdir(folder)).filter((name) => name.startsWith('lock'))).toEqual([]);
  });

  it('leaves it running while another process uses it', async () => {
    const server = await start();
    const other = join(server.folder, 'users', String(process.ppid));
    await writeFile(other, '');
    await server.stop();
    expect(await query(server.dsn, 'SELECT 1')).toEqual([1]);
    await rm(other);
  });

  if (process.getuid?.() === 0) {
    it('lies elsewhere when its user cannot enter the folder', async () => {
      await mkdir(wanted.replace('/postgres', ''), { mode: 0o700 });
      const server = await start();
      expect(server.folder).toContain('identity-postgres-');
      expect(await query(server.dsn, 'SELECT 1')).toEqual([1]);
    });
  }
});
