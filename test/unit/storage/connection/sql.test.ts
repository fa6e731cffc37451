import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { coalescedStatement } from '../../../../src/storage/connection/coalesced-statement.js';
import { createSql, type SqlOptions } from '../../../../src/storage/connection/sql.js';
import { statement } from '../../../../src/storage/connection/statement.js';
import { createLog } from '../../../../src/telemetry/log/logger.js';

interface Query {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

type Answer = (ids: readonly string[]) => readonly { readonly n: string; readonly found: string }[];

const find = coalescedStatement<{ id: string }, { found: string }>(
  'find',
  { id: 'text' },
  (p, asked) => `SELECT asked.n, ${p.id} AS found FROM ${asked}`,
);
const alone = statement<{ id: string }, { found: string }>('alone', (p) => `SELECT ${p.id}`);

const idsOf = ({ text, values: [asked] }: Query): string[] =>
  text === find.together.text ? (JSON.parse(String(asked)) as { id: string }[]).map(({ id }) => id) : [String(asked)];

/** What PostgreSQL would say: a row for each, not in the order of those who ask. */
/** What our own queries call back with: the numbers are apart. */
const prepared = (numbered: readonly { readonly n: string; readonly found: string }[]) => ({
  rows: numbered.map(({ n, ...row }) => row),
  numbers: numbered.map(({ n }) => Number(n)),
  rowCount: numbered.length,
});

const found: Answer = (ids) => ids.map((id, index) => ({ found: `${id}!`, n: String(index + 1) })).reverse();

const failure = (code: string) => Object.assign(new Error(`failed with ${code}`), { code });

/** A pool of which nothing is asked but to run a query. */
function fakePool(answer: Answer = found) {
  const queries: Query[] = [];
  const pool = {
    waitingCount: 0,
    async query(query: Query) {
      const { name, text, values } = query;
      queries.push({ ...(name === undefined ? {} : { name }), text, values });
      await turn();
      if (query.name === 'alone') return { rows: [{ found: query.values[0] }], numbers: [], rowCount: 1 };
      const rows = answer(idsOf(query));
      return name === undefined ? { rows, rowCount: rows.length } : prepared(rows);
    },
  };
  const open = (options: Partial<SqlOptions> = {}) =>
    createSql(pool as unknown as pg.Pool, { prepared: true, coalescing: true, maxWaiting: 100, ...options });
  return { pool, queries, open, asked: () => queries.map(idsOf) };
}

const letters = [...'abcdefgh'];

describe('calls of a coalesced statement', () => {
  it('go together, but for the first, and each gets its own rows', async () => {
    const { open, asked } = fakePool();
    const sql = open();
    const results = await Promise.all(letters.map((id) => sql.query(find, { id })));
    expect(results).toEqual(letters.map((id) => ({ rows: [{ found: `${id}!` }], rowCount: 1 })));
    expect(asked()).toEqual([['a'], [...'bcdefgh']]);
  });

  it('get nothing where there is nothing, and several rows where there are', async () => {
    const { open } = fakePool((ids) =>
      ids.length === 1
        ? []
        : [
            { found: 'first', n: '2' },
            { found: 'second', n: '2' },
          ],
    );
    const sql = open();
    const [, ...results] = await Promise.all(['a', 'b', 'c'].map((id) => sql.query(find, { id })));
    expect(results).toEqual([
      { rows: [], rowCount: 0 },
      { rows: [{ found: 'first' }, { found: 'second' }], rowCount: 2 },
    ]);
  });

  it('wait for no calls of another', async () => {
    const { open, queries } = fakePool();
    const sql = open();
    await Promise.all([sql.query(find, { id: 'a' }), sql.query(alone, { id: 'b' }), sql.query(alone, { id: 'c' })]);
    expect(queries.map(({ name }) => name).sort()).toEqual(['alone', 'alone', 'find']);
  });

  it('go at once, with plain parameters, where there is one', async () => {
    const { open, queries } = fakePool();
    const answer = open().query(find, { id: 'a' });
    expect(queries).toEqual([{ name: 'find', text: find.text, values: ['a'] }]);
    expect(await answer).toEqual({ rows: [{ found: 'a!' }], rowCount: 1 });
  });

  it('go each alone where coalescing is off, and get the same', async () => {
    const { open, queries } = fakePool();
    const sql = open({ coalescing: false });
    const results = await Promise.all(letters.map((id) => sql.query(find, { id })));
    expect(results).toEqual(letters.map((id) => ({ rows: [{ found: `${id}!` }], rowCount: 1 })));
    expect(queries).toEqual(letters.map((id) => ({ name: 'find', text: find.text, values: [id] })));
  });

  it('have no name where nothing may stay prepared', async () => {
    const { open, queries } = fakePool();
    const sql = open({ prepared: false });
    const results = await Promise.all([...'abc'].map((id) => sql.query(find, { id })));
    expect(results).toEqual([...'abc'].map((id) => ({ rows: [{ found: `${id}!` }], rowCount: 1 })));
    expect(queries.map(({ name }) => name)).toEqual([undefined, undefined]);
  });

  it('suffer from their own bad row alone', async () => {
    const { open } = fakePool((ids) => {
      if (ids.includes('c')) throw failure('22P02');
      return found(ids);
    });
    const sql = open();
    const outcomes = await Promise.allSettled(letters.map((id) => sql.query(find, { id })));
    const failed = letters.filter((_, index) => outcomes[index]?.status === 'rejected');
    expect(failed).toEqual(['c']);
    expect(outcomes[2]).toMatchObject({ reason: { code: '22P02' } });
  });

  it('are all refused when the database is away, and not tried again', async () => {
    const { open, asked } = fakePool(() => {
      throw failure('57P01');
    });
    const sql = open();
    const outcomes = await Promise.allSettled(letters.map((id) => sql.query(find, { id })));
    const unavailable = { name: 'StorageUnavailableError', status: 503, retryAfter: 1, cause: { code: '57P01' } };
    expect(outcomes).toMatchObject(letters.map(() => ({ status: 'rejected', reason: unavailable })));
    expect(asked()).toEqual([['a'], [...'bcdefgh']]);
  });

  it('are tried alone when PostgreSQL gives their batch up for a deadlock again and again', async () => {
    const { open, asked } = fakePool((ids) => {
      if (ids.length > 1) throw failure('40P01');
      return found(ids);
    });
    const sql = open();
    const results = await Promise.all(['a', 'b', 'c'].map((id) => sql.query(find, { id })));
    expect(results.flatMap(({ rows }) => rows)).toEqual([{ found: 'a!' }, { found: 'b!' }, { found: 'c!' }]);
    expect(asked().slice(-2)).toEqual([['b'], ['c']]);
  });

  it('are turned away when more wait than may', async () => {
    const { open } = fakePool();
    const sql = open({ maxWaiting: 2 });
    const outcomes = await Promise.allSettled(letters.map((id) => sql.query(find, { id })));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject(Array(5).fill({ reason: { name: 'StorageUnavailableError', retryAfter: 1 } }));
  });

  it('are turned away like others when too many wait for a connection', async () => {
    const { open, pool, queries } = fakePool();
    const sql = open({ maxWaiting: 2 });
    pool.waitingCount = 2;
    await expect(sql.query(find, { id: 'a' })).rejects.toMatchObject({ name: 'StorageUnavailableError' });
    await expect(sql.query(alone, { id: 'a' })).rejects.toMatchObject({ name: 'StorageUnavailableError' });
    expect(queries).toEqual([]);
  });

  it('have a line each at level TRACE, with the number of their own rows and no value', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'TRACE', format: 'json', sink: (line) => void lines.push(line) });
    const { open } = fakePool((ids) => found(ids).slice(1));
    const sql = open({ log });
    await Promise.all([1, 2, 3].map((number) => sql.query(find, { id: `secret-${number}` })));
    await log.flush();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { message: 'statement', statement: 'find', rows: 0 },
      { message: 'statement', statement: 'find', rows: 1 },
      { message: 'statement', statement: 'find', rows: 0 },
    ]);
    expect(lines.join()).not.toContain('secret');
  });
});
