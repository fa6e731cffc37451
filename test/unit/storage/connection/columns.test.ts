import { describe, expect, it } from '@jest/globals';
import { type Columns, jsonObject, pick, selected } from '../../../../src/storage/connection/columns.js';

interface Owner {
  readonly id: string;
  readonly seenAt: Date;
}

const columns: Columns<Owner> = { id: 'o.id', seenAt: 'o.seen_at' };

describe('columns', () => {
  it('are selected under the names of the record', () => {
    expect(selected(columns)).toBe('o.id AS "id", o.seen_at AS "seenAt"');
  });

  it('are not selected where one would hide another', () => {
    expect(selected(columns, { name: 'n.name' })).toBe('o.id AS "id", o.seen_at AS "seenAt", n.name AS "name"');
    expect(() => selected(columns, { id: 'n.id' })).toThrow('two columns have the name id');
  });

  it('make a JSON object', () => {
    expect(jsonObject(columns)).toBe("jsonb_build_object('id', o.id, 'seenAt', o.seen_at)");
  });

  it('make a record of their own of a joined row', () => {
    const seenAt = new Date('2030-01-01T12:00:00.000Z');
    const row = { id: 'one', seenAt, clientId: 'another record' };
    expect(pick(row, columns)).toEqual({ id: 'one', seenAt });
  });

  it('do not compile without a member of the record', () => {
    // @ts-expect-error `seenAt` comes from nowhere
    const few: Columns<Owner> = { id: 'o.id' };
    expect(Object.keys(few)).toEqual(['id']);
  });
});
