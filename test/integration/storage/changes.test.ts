import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
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
import { grantConsent, withdrawConsent } from '../../../src/storage/grants/consents.js';
import { disableUser, enableUser, findUser, insertUser, setPasswordHash } from '../../../src/storage/people/users.js';
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
  it.each<[string, (manager: EntityManager, subject: Subject, how: Change) => Promise<unknown>]>([
    ['disableUser', (manager, { userId }, how) => disableUser(manager, userId, how)],
    ['enableUser', (manager, { userId }, how) => enableUser(manager, userId, how)],
    ['setPasswordHash', (manager, { userId }, how) => setPasswordHash(manager, userId, 'hash', how)],
    ['withdrawConsent', (manager, subject, how) => withdrawConsent(manager, subject, how)],
    ['endUserSessions', (manager, { userId }, how) => endUserSessions(manager, userId, how)],
    ['disableClient', (manager, { clientId }, how) => disableClient(manager, clientId, how)],
    ['enableClient', (manager, { clientId }, how) => enableClient(manager, clientId, how)],
    [
      'replaceClient',
      async (manager, { clientId }, how) => {
        const client = await findClient(database.sql, clientId);
        return client && replaceClient(manager, { ...client, origin: 'configuration' }, how);
      },
    ],
    ['deleteClient', (manager, { clientId }, how) => deleteClient(manager, clientId, how)],
    [
      'rotateClientSecret',
      (manager, { clientId }, how) => rotateClientSecret(manager, clientId, { secretHash: Buffer.alloc(32, 9) }, how),
    ],
    [
      'insertUser',
      (manager, _, how) => {
        const user = { id: randomUUID(), username: `u${randomUUID()}`, email: null, emailVerified: false };
        return insertUser(manager, { ...user, passwordHash: null, claims: {} }, how);
      },
    ],
    [
      'insertClient',
      async (manager, { clientId }, how) => {
        const { metadata } = (await findClient(database.sql, clientId)) ?? { metadata: undefined as never };
        const client = { clientId: randomUUID(), metadata, secretHash: null, origin: 'operator' as const };
        return insertClient(manager, client, how);
      },
    ],
  ])('%s', async (_name, work) => {
    const subject = { userId: await addUser(database), clientId: await addClient(database, {}, 'secret') };
    await addSession(database, randomUUID(), subject.userId);
    await grantConsent(database.sql, { ...subject, permissions: ['openid'], now: change.now, audit });
    const { manager } = database.dataSource;
    const before = await everything();
    await expect(work(manager, subject, unrecordable)).rejects.toMatchObject({ code: '23502' });
    expect(await everything()).toEqual(before);
    const outer = manager.transaction(async (transaction) => {
      await work(transaction, subject, change);
      throw new Error('the caller thinks better of it');
    });
    await expect(outer).rejects.toThrow('thinks better');
    expect(await everything()).toEqual(before);
    await work(manager, subject, change);
    expect(await everything()).not.toEqual(before);
  });
});

describe('who is disabled is still there', () => {
  it('a user, with all that is known of them, to be enabled again', async () => {
    const { manager } = database.dataSource;
    const id = await addUser(database);
    const { rows } = await database.pool.query('SELECT username FROM users WHERE id = $1', [id]);
    await disableUser(manager, id, change);
    expect(await findUser(manager, rows[0].username)).toMatchObject({ id, disabledAt: change.now });
    await enableUser(manager, id, change);
    expect(await findUser(manager, rows[0].username)).toMatchObject({ id, disabledAt: null });
  });

  it('a client', async () => {
    const clientId = await addClient(database);
    await disableClient(database.dataSource.manager, clientId, change);
    expect(await findClient(database.sql, clientId)).toMatchObject({ clientId, disabledAt: change.now });
  });
});
