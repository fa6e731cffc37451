import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Change } from '../../../src/storage/audit/change.js';
import {
  deleteClient,
  disableClient,
  enableClient,
  findClient,
  insertClient,
  replaceClient,
  rotateClientSecret,
} from '../../../src/storage/clients/clients.js';
import type { Transactions } from '../../../src/storage/connection/transactions.js';
import { grantConsent, withdrawConsent } from '../../../src/storage/grants/consents.js';
import { disableUser, enableUser, insertUser, setPasswordHash } from '../../../src/storage/people/user-changes.js';
import { findUser } from '../../../src/storage/people/users.js';
import { endUserSessions } from '../../../src/storage/sessions/sessions.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addClient, addSession, addUser, audit, change } from '../../support/rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** The last statement of every change is the one that records it: it cannot be written like this. */
const unrecordable: Change = { ...change, audit: { ...change.audit, expiresAt: null as unknown as Date } };

const everything = async () => {
  const tables = ['clients', 'users', 'sessions', 'consents', 'authorization_grants', 'audit_events'];
  const rows = tables.map(async (table) => [
    table,
    (await database.pool.query(`SELECT * FROM ${table} AS t ORDER BY t::text`)).rows,
  ]);
  return Promise.all(rows);
};

interface Subject {
  readonly userId: string;
  readonly clientId: string;
}

describe('a change and its record are one transaction: what cannot be recorded has not happened', () => {
  it.each<[string, (transactions: Transactions, subject: Subject, how: Change) => Promise<unknown>]>([
    ['disableUser', (transactions, { userId }, how) => disableUser(transactions, userId, how)],
    ['enableUser', (transactions, { userId }, how) => enableUser(transactions, userId, how)],
    ['setPasswordHash', (transactions, { userId }, how) => setPasswordHash(transactions, userId, 'hash', how)],
    ['withdrawConsent', (transactions, subject, how) => withdrawConsent(transactions, subject, how)],
    ['endUserSessions', (transactions, { userId }, how) => endUserSessions(transactions, userId, how)],
    ['disableClient', (transactions, { clientId }, how) => disableClient(transactions, clientId, how)],
    ['enableClient', (transactions, { clientId }, how) => enableClient(transactions, clientId, how)],
    [
      'replaceClient',
      async (transactions, { clientId }, how) => {
        const client = await findClient(database.sql, clientId);
        return client && replaceClient(transactions, { ...client, origin: 'configuration' }, how);
      },
    ],
    ['deleteClient', (transactions, { clientId }, how) => deleteClient(transactions, clientId, how)],
    [
      'rotateClientSecret',
      (transactions, { clientId }, how) =>
        rotateClientSecret(transactions, clientId, { secretHash: Buffer.alloc(32, 9) }, how),
    ],
    [
      'insertUser',
      (transactions, _, how) => {
        const user = { id: randomUUID(), username: `u${randomUUID()}`, email: null, emailVerified: false };
        return insertUser(transactions, { ...user, passwordHash: null, claims: {} }, how);
      },
    ],
    [
      'insertClient',
      async (transactions, { clientId }, how) => {
        const { metadata } = (await findClient(database.sql, clientId)) ?? { metadata: undefined as never };
        const client = { clientId: randomUUID(), metadata, secretHash: null, origin: 'operator' as const };
        return insertClient(transactions, client, how);
      },
    ],
  ])('%s', async (_name, work) => {
    const subject = { userId: await addUser(database), clientId: await addClient(database, {}, 'secret') };
    await addSession(database, randomUUID(), subject.userId);
    await grantConsent(database.sql, { ...subject, permissions: ['openid'], now: change.now, audit });
    const { transactions } = database;
    const before = await everything();
    await expect(work(transactions, subject, unrecordable)).rejects.toMatchObject({ code: '23502' });
    expect(await everything()).toEqual(before);
    const outer = transactions.run(async (transaction) => {
      await work(transaction, subject, change);
      throw new Error('the caller thinks better of it');
    });
    await expect(outer).rejects.toThrow('thinks better');
    expect(await everything()).toEqual(before);
    await work(transactions, subject, change);
    expect(await everything()).not.toEqual(before);
  });
});

describe('who is disabled is still there', () => {
  it('a user, with all that is known of them, to be enabled again', async () => {
    const { transactions } = database;
    const id = await addUser(database);
    const { rows } = await database.pool.query('SELECT username FROM users WHERE id = $1', [id]);
    await disableUser(transactions, id, change);
    expect(await findUser(transactions, rows[0].username)).toMatchObject({ id, disabledAt: change.now });
    await enableUser(transactions, id, change);
    expect(await findUser(transactions, rows[0].username)).toMatchObject({ id, disabledAt: null });
  });

  it('a client', async () => {
    const clientId = await addClient(database);
    await disableClient(database.transactions, clientId, change);
    expect(await findClient(database.sql, clientId)).toMatchObject({ clientId, disabledAt: change.now });
  });
});
