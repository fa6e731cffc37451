import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentifierKeys1795570100000 } from '../../../migrations/1795570100000-identifier-keys.js';
import { migrations } from '../../../migrations/index.js';
import {
  createClientCache,
  deleteClient,
  disableClient,
  findClient,
  rotateClientSecret,
} from '../../../src/storage/clients/clients.js';
import { insertUser } from '../../../src/storage/people/user-changes.js';
import { findUser, userCalled } from '../../../src/storage/people/users.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addClient, addUser, change, findAccount, later, start } from '../../support/rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe('schema', () => {
  it('is what the entities say', async () => {
    const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('lets an operator delete expired rows by hand', async () => {
    await database.pool.query('DELETE FROM tokens WHERE expires_at < NOW()');
    await database.pool.query('DELETE FROM sessions WHERE expires_at < NOW()');
  });

  it('can be undone', async () => {
    const other = await openTestDatabase();
    for (const _ of other.dataSource.migrations) await other.dataSource.undoLastMigration({ transaction: 'none' });
    const { rows } = await other.pool.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    expect(rows).toEqual([{ tablename: 'schema_migrations' }]);
    await other.close();
  });
});

describe('users', () => {
  it('are found by name or address, regardless of case', async () => {
    const id = await addUser(database, 'Ada');
    for (const identifier of ['ada', 'ADA@example.COM']) {
      expect(await findAccount(database, identifier)).toMatchObject({ id });
      expect(await findUser(database.transactions, identifier)).toMatchObject({ id });
    }
    expect(await findAccount(database, "ada' OR true --")).toBeNull();
  });

  it('have names of their own that are no addresses', async () => {
    await expect(addUser(database, 'ADA')).rejects.toMatchObject({ code: '23505' });
    await expect(addUser(database, 'ada@example.com')).rejects.toMatchObject({ code: '23514' });
  });
});

describe('names and addresses of earlier releases', () => {
  it('S27: are given the form in which they are compared, where it is somebody’s alone', async () => {
    const old = await openTestDatabase();
    const since = migrations.slice(migrations.indexOf(IdentifierKeys1795570100000));
    for (const _ of since) await old.dataSource.undoLastMigration({ transaction: 'none' });
    const rows = [
      ['ΟΔΥΣΣΕΎΣ', 'One@Example.com'],
      ['straße', 'two@example.com'],
      ['STRASSE', 'ｔwo@example.com'],
      ['demo', 'three@example.com'],
      ['fullwidth＠example.com', 'demo'],
      ['nobody', 'a@b@c'],
    ];
    const insert = `INSERT INTO users (id, username, email, created_at, updated_at)
      VALUES ($1::uuid, $2, $3, now(), now())`;
    const ids = rows.map((_, n) => `00000000-0000-4000-8000-00000000000${n}`);
    for (const [n, row] of rows.entries()) await old.pool.query(insert, [ids[n], ...row]);
    await old.dataSource.runMigrations({ transaction: 'each' });
    const found = async (identifier: string) => ids.indexOf((await findAccount(old, identifier))?.id ?? '');
    const seen: Record<string, number> = {};
    const sought = ['Οδυσσεύς', 'one@example.com', 'straße', 'strasse', 'Strasse', 'two@example.com', 'demo', 'a@b@c'];
    for (const identifier of sought) seen[identifier] = await found(identifier);
    expect(seen).toEqual({
      Οδυσσεύς: 0,
      'one@example.com': 0,
      straße: 1,
      strasse: 2,
      Strasse: 2,
      'two@example.com': 1,
      demo: 3,
      'a@b@c': 5,
    });
    await old.dataSource.runMigrations({ transaction: 'each' });
    await old.pool.query(insert, [randomUUID(), 'Late', 'late@example.com']);
    expect(await findAccount(old, 'LATE')).not.toBeNull();
    expect(await findUser(old.transactions, 'LATE@example.com')).toMatchObject({ username: 'Late' });
    await old.pool.query('UPDATE users SET disabled_at = now()');
    await old.close();
  });

  it('S13: what is no address cannot be stored as one', async () => {
    const user = { id: randomUUID(), username: 'someone', email: 'demo', emailVerified: false, passwordHash: null };
    const inserted = insertUser(database.transactions, { ...user, claims: {} }, change);
    await expect(inserted).rejects.toMatchObject({ code: '23514' });
  });

  it('are found by index', async () => {
    const text = `EXPLAIN SELECT u.id FROM ${userCalled({ typed: '$1', key: '$2' })}`;
    const client = await database.pool.connect();
    await client.query('SET enable_seqscan = off');
    const { rows } = await client.query(text, ['ada', 'ada']);
    client.release(true);
    expect(JSON.stringify(rows)).not.toContain('Seq Scan');
  });
});

describe('clients', () => {
  it('are at most a second old in the cache, and one query serves all callers of that second', async () => {
    const clientId = await addClient(database);
    let now = start;
    const cache = createClientCache(database.sql, { now: () => now });
    database.statements();
    await Promise.all(Array.from({ length: 20 }, () => cache.get(clientId)));
    expect(database.statements()).toEqual(['find_client']);
    await disableClient(database.transactions, clientId, change);
    now = later(1_000);
    expect((await cache.get(clientId))?.disabledAt).toEqual(start);
  });

  it('can be given another secret and be deleted', async () => {
    const clientId = await addClient(database, {}, 'secret');
    expect(await rotateClientSecret(database.transactions, clientId, { secretHash: Buffer.alloc(32, 7) }, change)).toBe(
      true,
    );
    expect((await findClient(database.sql, clientId))?.secretHash).toEqual(Buffer.alloc(32, 7));
    expect(await deleteClient(database.transactions, clientId, change)).toBe(true);
    expect(await deleteClient(database.transactions, clientId, change)).toBe(false);
    expect(await findClient(database.sql, clientId)).toBeNull();
  });
});
