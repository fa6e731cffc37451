import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { statement } from '../../../../src/storage/connection/statement.js';
import { openTestDatabase, type TestDatabase } from '../../../support/database.js';

const add = statement<{ name: string; facts: object; at: Date | null }>(
  'add_for_test',
  (p) => `INSERT INTO things (name, facts, at) VALUES (${p.name}, ${p.facts}, ${p.at})`,
);
const list = statement<object, { name: string; facts: object; at: Date | null }>(
  'list_for_test',
  () => 'SELECT name, facts, at FROM things ORDER BY name',
);
const remove = statement<{ name: string }>('remove_for_test', (p) => `DELETE FROM things WHERE name = ${p.name}`);
const disconnect = statement<object>('disconnect_for_test', () => 'SELECT pg_terminate_backend(pg_backend_pid())');

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.pool.query('CREATE TABLE things (name text PRIMARY KEY, facts jsonb, at timestamptz)');
});
afterAll(() => database.close());

const names = async () => (await database.transactions.query(list, {})).rows.map(({ name }) => name);
const thing = (name: string) => ({ name, facts: { is: name }, at: null });

describe('transactions', () => {
  it('run single statements, and tell what came of them', async () => {
    const { transactions } = database;
    const at = new Date('2030-01-01T00:00:00.123Z');
    const added = await transactions.query(add, { name: 'a', facts: { of: ['it'] }, at });
    expect(added).toEqual({ rows: [], rowCount: 1 });
    expect((await transactions.query(list, {})).rows).toEqual([{ name: 'a', facts: { of: ['it'] }, at }]);
    expect(await transactions.query(remove, { name: 'a' })).toEqual({ rows: [], rowCount: 1 });
    expect(await transactions.query(remove, { name: 'a' })).toEqual({ rows: [], rowCount: 0 });
  });

  it('come about when the work resolves, and nobody sees them before', async () => {
    await database.transactions.run(async (transaction) => {
      await transaction.query(add, thing('b'));
      expect((await transaction.query(list, {})).rowCount).toBe(1);
      expect(await names()).toEqual([]);
    });
    expect(await names()).toEqual(['b']);
    await database.transactions.query(remove, { name: 'b' });
  });

  it('do not come about when it rejects, and those inside with them', async () => {
    const failing = database.transactions.run(async (transaction) => {
      await transaction.query(add, thing('c'));
      await transaction.run((inner) => inner.query(add, thing('d')));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await names()).toEqual([]);
  });

  it('reject with PostgreSQL’s own code', async () => {
    const twice = database.transactions.run(async (transaction) => {
      await transaction.query(add, thing('e'));
      await transaction.query(add, thing('e'));
    });
    await expect(twice).rejects.toMatchObject({ code: '23505' });
    expect(await names()).toEqual([]);
  });

  it('a connection that breaks meanwhile costs its transaction alone', async () => {
    const broken = database.transactions.run(async (transaction) => {
      await transaction.query(add, thing('f'));
      await transaction.query(disconnect, {});
    });
    await expect(broken).rejects.toMatchObject({ code: '57P01' });
    await database.transactions.run((transaction) => transaction.query(add, thing('g')));
    expect(await names()).toEqual(['g']);
    expect(database.pool.totalCount).toBe(database.pool.idleCount);
  });
});
