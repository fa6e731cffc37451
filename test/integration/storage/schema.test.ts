import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createClientCache,
  deleteClient,
  disableClient,
  findClient,
  rotateClientSecret,
} from '../../../src/storage/clients.js';
import { findUser } from '../../../src/storage/users.js';
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
      expect(await findUser(database.dataSource.manager, identifier)).toMatchObject({ id });
    }
    expect(await findAccount(database, "ada' OR true --")).toBeNull();
  });

  it('have names of their own that are no addresses', async () => {
    await expect(addUser(database, 'ADA')).rejects.toMatchObject({ code: '23505' });
    await expect(addUser(database, 'ada@example.com')).rejects.toMatchObject({ code: '23514' });
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
    await disableClient(database.dataSource.manager, clientId, change);
    now = later(1_000);
    expect((await cache.get(clientId))?.disabledAt).toEqual(start);
  });

  it('can be given another secret and be deleted', async () => {
    const clientId = await addClient(database, {}, 'secret');
    expect(await rotateClientSecret(database.dataSource.manager, clientId, Buffer.alloc(32, 7), change)).toBe(true);
    expect((await findClient(database.sql, clientId))?.secretHash).toEqual(Buffer.alloc(32, 7));
    expect(await deleteClient(database.dataSource.manager, clientId, change)).toBe(true);
    expect(await deleteClient(database.dataSource.manager, clientId, change)).toBe(false);
    expect(await findClient(database.sql, clientId)).toBeNull();
  });
});
