import { describe, expect, it } from '@jest/globals';
import { jsonKey, statement, valuesOf } from '../../../../src/storage/connection/statement.js';

interface Lookup {
  readonly id: string;
  readonly now: Date;
  readonly clientId: string | null;
}

const now = new Date('2030-01-01T12:00:00.000Z');

describe('statement', () => {
  it('numbers its parameters as they come, each once', () => {
    const find = statement<Lookup>('find', (p) => `${p.now} ${p.id} ${p.now} ${p.clientId} ${p.id}`);
    expect([find.name, find.text]).toEqual(['find', '$1 $2 $1 $3 $2']);
    expect(valuesOf(find, { clientId: null, id: 'one', now })).toEqual([now, 'one', null]);
  });

  it('takes the parameters of a part from the statement that the part stands in', () => {
    const isDue = (p: { readonly now: string }) => `due_at < ${p.now}`;
    const both = statement<Lookup>('both', (p) => `${p.id} ${isDue(p)} ${p.now}`);
    expect(both.text).toBe('$1 due_at < $2 $2');
  });

  it('sends nothing that its text does not name', () => {
    const one = statement<Pick<Lookup, 'id'>>('one', (p) => p.id);
    const more = { id: 'one', secret: 'not for this statement' };
    expect(valuesOf(one, more)).toEqual(['one']);
  });

  it('has its name alone', () => {
    statement('twice', () => 'SELECT 1');
    expect(() => statement('twice', () => 'SELECT 2')).toThrow('two statements with the name twice');
  });

  it.each([
    ['INSERT INTO t VALUES (1)', true],
    ['WITH a AS (\n  UPDATE tokens t\n SET x = 1 RETURNING id) SELECT 1', true],
    ['DELETE FROM t', true],
    ['SELECT id FROM t WHERE deleted FOR UPDATE', false],
    ["SELECT 'UPDATE'", false],
  ])('knows whether it writes: %j', (text, writes) => {
    expect(statement(`writes ${text}`, () => text).writes).toBe(writes);
  });

  it('does not compile with a name that its parameters do not have', () => {
    // @ts-expect-error there is no `later`
    statement<Lookup>('unknown', (p) => p.later);
    const find = statement<Lookup>('missing', (p) => p.id);
    // @ts-expect-error `now` and `clientId` are left out
    valuesOf(find, { id: 'one' });
  });
});

describe('the name of a JSON member', () => {
  it('stands in quotes, and does not compile where the type has no such member', () => {
    expect(jsonKey<{ userId: string } | { error: string }>('error')).toBe("'error'");
    // @ts-expect-error there is no `user`
    jsonKey<{ userId: string }>('user');
  });
});
