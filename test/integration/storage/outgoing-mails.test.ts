import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type MovableClock, movableClock } from '../../support/clock.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { queueNotice } from '../../support/mail.js';
import { addUser } from '../../support/rows.js';

const hour = 3_600_000;

let database: TestDatabase;
let clock: MovableClock;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  clock = movableClock();
  await database.pool.query('TRUNCATE outgoing_mails, mail_allowances');
});
afterAll(() => database.close());

const queued = async () => (await database.pool.query('SELECT FROM outgoing_mails')).rowCount;
const count = (outcomes: readonly unknown[], outcome: string) => outcomes.filter((each) => each === outcome).length;

describe('a mail is written', () => {
  it('as often within any hour as a person may get it, however many statements race', async () => {
    const userId = await addUser(database);
    const race = () => Promise.all(Array.from({ length: 20 }, () => queueNotice(database, clock, userId)));
    const first = await race();
    expect([count(first, 'queued'), count(first, 'dropped')]).toEqual([6, 14]);
    clock.advance(hour - 1);
    expect(count(await race(), 'dropped')).toBe(20);
    clock.advance(1);
    expect(count(await race(), 'queued')).toBe(6);
    expect(await queued()).toBe(12);
  });

  it('as often within any hour as an address may get it, whoever has it', async () => {
    const outcomes: unknown[] = [];
    for (const address of ['one@example.com', 'ONE@example.com']) {
      await database.pool.query('UPDATE users SET email = NULL, email_key = NULL');
      const userId = await addUser(database);
      await database.pool.query('UPDATE users SET email = $2, email_key = lower($2) WHERE id = $1', [userId, address]);
      for (let n = 0; n < 5; n += 1) outcomes.push(await queueNotice(database, clock, userId));
    }
    expect([count(outcomes, 'queued'), count(outcomes, 'dropped')]).toEqual([6, 4]);
  });

  it('not where there is no address', async () => {
    const userId = await addUser(database);
    await database.pool.query('UPDATE users SET email = NULL, email_key = NULL WHERE id = $1', [userId]);
    expect(await queueNotice(database, clock, userId)).toBeNull();
    expect(await queued()).toBe(0);
  });

  it('in the language that the person has said, or in one that is asked for', async () => {
    const userId = await addUser(database);
    await database.pool.query(`UPDATE users SET claims = '{"locale": "de-AT"}' WHERE id = $1`, [userId]);
    await queueNotice(database, clock, userId);
    clock.advance(1);
    await queueNotice(database, clock, userId, { language: 'fr' });
    const { rows } = await database.pool.query('SELECT language FROM outgoing_mails ORDER BY created_at');
    expect(rows).toEqual([{ language: 'de-AT' }, { language: 'fr' }]);
  });
});
