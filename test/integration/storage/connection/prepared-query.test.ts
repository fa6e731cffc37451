import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { createPool } from '../../../../src/storage/connection/pool.js';
import { createSql, type Sql } from '../../../../src/storage/connection/sql.js';
import { statement } from '../../../../src/storage/connection/statement.js';
import { createDatabase, databaseSettings, type EmptyDatabase, quietLog } from '../../../support/database.js';

let database: EmptyDatabase;
let pool: pg.Pool;
let sql: Sql;
beforeAll(async () => {
  database = await createDatabase({ empty: true });
  pool = createPool({ ...databaseSettings(database.dsn), maxOpenConns: 1, queryTimeout: 0 }, quietLog);
  sql = createSql(pool, { prepared: true, coalescing: false, maxWaiting: 100 });
  await pool.query('CREATE TABLE kept (id uuid PRIMARY KEY, word text)');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const everything = {
  text: 'quotes " and \\ backslashes, {braces}, NULL and ü',
  bytes: Buffer.from([0, 1, 255]),
  moment: new Date('2030-01-02T03:04:05.678Z'),
  number: 12.5,
  truth: false,
  nothing: null,
  object: { deep: ['"', '\\', 1, null, true], absent: undefined },
  words: ['', 'a,b', '"quoted"', 'back\\slash', 'NULL', '{}', 'ü'],
  hashes: [Buffer.from('aa'), Buffer.from([0, 34, 92])],
  none: [] as string[],
};
type Everything = typeof everything;

const echo = statement<Everything, Everything>(
  'test_echo',
  (p) => `
   SELECT ${p.text}::text AS text, ${p.bytes}::bytea AS bytes, ${p.moment}::timestamptz AS moment, ${p.number}::double precision AS number,
     ${p.truth}::boolean AS truth, ${p.nothing}::text AS nothing, ${p.object}::jsonb AS object, ${p.words}::text[] AS words,
     ${p.hashes}::bytea[] AS hashes, ${p.none}::text[] AS none`,
);
const keep = statement<{ id: string; word: string }>(
  'test_keep',
  (p) => `INSERT INTO kept (id, word) VALUES (${p.id}, ${p.word})`,
);
const kept = statement<{ id: string }, { word: string }>(
  'test_kept',
  (p) => `SELECT word FROM kept WHERE id = ${p.id}::text::uuid`,
);

const [one, two] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];

let reads = 0;

describe('a prepared statement, on one connection', () => {
  it('takes and gives values of every type, the first time and the next', async () => {
    const { object, ...rest } = everything;
    const expected = { ...rest, object: { deep: object.deep } };
    for (let time = 0; time < 3; time += 1) expect((await sql.query(echo, everything)).rows).toEqual([expected]);
  });

  it.each([
    "TIMESTAMPTZ '2030-01-02 03:04:05.678901+00'",
    "TIMESTAMPTZ '2030-01-02 03:04:05+00'",
    "TIMESTAMPTZ '0044-03-15 12:00:00+00 BC'",
    "TIMESTAMPTZ '20000-01-02 03:04:05+00'",
    "TIMESTAMPTZ '1890-01-01 00:00:00+00'",
    "ARRAY['a', NULL, 'b']::text[]",
    "ARRAY['NULL', 'null']::text[]",
    'ARRAY[[1, 2]]::text[]',
  ])('reads %s as the driver does', async (expression) => {
    for (const zone of ['UTC', 'America/New_York', 'Asia/Kolkata']) {
      reads += 1;
      await pool.query(`SET TIME ZONE '${zone}'`);
      const [asked] = (await pool.query(`SELECT ${expression} AS value`)).rows;
      const name = `test_read_${reads}`;
      expect(
        (
          await sql.query(
            statement(name, () => `SELECT ${expression} AS value`),
            {},
          )
        ).rows,
      ).toEqual([asked]);
    }
  });

  it('without rows tells how many it changed', async () => {
    expect(await sql.query(keep, { id: one, word: 'first' })).toMatchObject({ rows: [], rowCount: 1 });
    expect(await sql.query(kept, { id: two })).toMatchObject({ rows: [], rowCount: 0 });
    expect(await sql.query(kept, { id: one })).toMatchObject({ rows: [{ word: 'first' }], rowCount: 1 });
  });

  it('goes on after it failed where it is parsed, bound and executed', async () => {
    const refused = statement<{ id: string }>('test_refused', (p) => `SELECT nowhere FROM kept WHERE id = ${p.id}`);
    await expect(sql.query(refused, { id: one })).rejects.toMatchObject({ code: '42703' });
    await expect(sql.query(refused, { id: one })).rejects.toMatchObject({ code: '42703' });
    await expect(sql.query(keep, { id: 'no uuid', word: 'x' })).rejects.toMatchObject({ code: '22P02' });
    await expect(sql.query(keep, { id: one, word: 'x' })).rejects.toMatchObject({ code: '23505' });
    await sql.query(keep, { id: two, word: 'second' });
    const bound = statement<{ id: string }, { word: string }>(
      'test_bound',
      (p) => `SELECT word FROM kept WHERE id = ${p.id}`,
    );
    await expect(sql.query(bound, { id: 'no uuid' })).rejects.toMatchObject({ code: '22P02' });
    expect((await sql.query(bound, { id: two })).rows).toEqual([{ word: 'second' }]);
    await expect(sql.query(kept, { id: 'no uuid' })).rejects.toMatchObject({ code: '22P02' });
    expect((await sql.query(kept, { id: two })).rows).toEqual([{ word: 'second' }]);
    await expect(sql.query(echo, { ...everything, moment: new Date(Number.NaN) })).rejects.toThrow(RangeError);
  });

  it('many at once each get their own', async () => {
    const words = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => (await sql.query(kept, { id: n % 2 ? one : two })).rows[0]?.word),
    );
    expect(words).toEqual(Array.from({ length: 40 }, (_, n) => (n % 2 ? 'first' : 'second')));
  });
});
