import { describe, expect, it } from '@jest/globals';
import {
  askedValue,
  coalescedStatement,
  columnsIn,
  keyIs,
} from '../../../../src/storage/connection/coalesced-statement.js';
import { statement, valuesOf } from '../../../../src/storage/connection/statement.js';

interface Lookup {
  readonly valueHash: Buffer;
  readonly now: Date;
  readonly clientId: string | null;
  readonly scopes: readonly string[] | null;
  readonly payload?: { readonly jti: string } | undefined;
}

const columnTypes = {
  valueHash: 'bytea',
  now: 'timestamptz',
  clientId: 'text',
  scopes: 'text[]',
  payload: 'jsonb',
} as const;
const now = new Date('2030-01-01T12:00:00.000Z');
const lookup: Lookup = { valueHash: Buffer.from('01ff', 'hex'), now, clientId: null, scopes: null };

const find = coalescedStatement<Lookup>(
  'find_token',
  columnTypes,
  (p, asked) => `SELECT asked.n FROM ${asked} JOIN tokens t ON ${keyIs('t.value_hash', p.valueHash)}`,
);

describe('a coalesced statement', () => {
  it('is like any other to who comes alone', () => {
    expect(find.text).toContain('SELECT $1::bytea AS "valueHash", $2::timestamptz AS "now", $3::text AS "clientId"');
    expect(valuesOf(find, lookup)).toEqual([lookup.valueHash, now, null, null, undefined]);
  });

  it('takes all that many ask as one parameter', () => {
    const { name, text } = find.together;
    expect(name).toBe('find_token_together');
    expect(text).toContain('"valueHash" bytea, "now" timestamptz, "clientId" text, "scopes" text[], "payload" jsonb');
    expect(text.match(/\$\d/g)).toEqual(['$1']);
  });

  it('looks each up by its key in either form', () => {
    for (const { text } of [find, find.together])
      expect(text).toContain('t.value_hash = ANY (ARRAY[asked."valueHash"])');
  });

  it('knows whether it writes', () => {
    const forget = coalescedStatement<{ id: string }>(
      'forget_token',
      { id: 'uuid' },
      (p, asked) => `DELETE FROM tokens t USING ${asked} WHERE ${keyIs('t.id', p.id)}`,
    );
    const writes = [find, find.together, forget, forget.together].map((statement) => statement.writes);
    expect(writes).toEqual([false, false, true, true]);
  });

  it('has its name alone, among those that go alone, too', () => {
    statement('alone', () => 'SELECT 1');
    expect(() => coalescedStatement('alone', {}, () => 'SELECT 2')).toThrow('two statements with the name alone');
  });

  it('names the columns of other relations that have them', () => {
    expect(columnsIn<Lookup>('redeemed').now).toBe('redeemed."now"');
  });

  it('does not compile with a type that is not the parameter’s, and not without one', () => {
    // @ts-expect-error a Buffer is no text
    coalescedStatement<{ valueHash: Buffer }>('wrong_type', { valueHash: 'text' }, () => '');
    // @ts-expect-error `now` is left out
    coalescedStatement<{ now: Date }>('missing_type', {}, () => '');
    // @ts-expect-error there is no `later`
    coalescedStatement<{ now: Date }>('unknown_column', { now: 'timestamptz' }, (p) => p.later);
  });
});

describe('what is asked', () => {
  it('is an array of records in the callers’ order, in the words of PostgreSQL', () => {
    const more = { ...lookup, clientId: 'c "1"', scopes: ['a', 'b{,}'], payload: { jti: 'j' }, secret: 'not for it' };
    expect(JSON.parse(askedValue(find, [lookup, more]))).toEqual([
      { valueHash: '\\x01ff', now: now.toISOString(), clientId: null, scopes: null, payload: null },
      {
        valueHash: '\\x01ff',
        now: now.toISOString(),
        clientId: 'c "1"',
        scopes: ['a', 'b{,}'],
        payload: { jti: 'j' },
      },
    ]);
  });

  it('holds no half of a character, which would spoil the batch', () => {
    const [record] = JSON.parse(askedValue(find, [{ ...lookup, clientId: 'a\ud800', scopes: ['\udc00b', '😀'] }]));
    expect([record.clientId, record.scopes]).toEqual(['a\ufffd', ['\ufffdb', '😀']]);
  });
});
