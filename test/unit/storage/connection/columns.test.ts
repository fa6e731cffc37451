import { describe, expect, it } from '@jest/globals';
import { type Columns, pick, selected } from '../../../../src/storage/connection/columns.js';

interface Owner {
  readonly id: string;
  readonly seenAt: Date;
}

const columns: Columns<Owner> = { id: 'o.id', seenAt: 'o.seen_at' };

describe('columns', () => {
  it('are selected under the names of the record', () => {
    expect(selected(columns)).toBe('o.id AS "id", o.seen_at AS "seenAt"');
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
