import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listConsents, withdrawConsent } from '../../../src/administration/consents.js';
import { grantConsent } from '../../../src/storage/grants/consents.js';
import { administer, auditRows } from '../../support/administration.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addGrant } from '../../support/grants.js';
import { addUser, audit, start } from '../../support/rows.js';

let database: TestDatabase;
let administration: ReturnType<typeof administer>;
let username: string;
let userId: string;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  administration = administer(database);
  username = `user-${randomUUID()}`;
  userId = await addUser(database, username);
  await auditRows(database);
});
afterAll(() => database.close());

const consentTo = async (clientId: string, ...scopes: string[]) => {
  await grantConsent(database.sql, { userId, clientId, permissions: scopes, now: start, audit });
  await auditRows(database);
};

const grantTo = async (clientId: string, ...scopes: string[]): Promise<string> =>
  (await addGrant({ database, clock: administration.clock }, { userId, clientId, scopes })).id;

const revoked = async (): Promise<readonly string[]> =>
  (
    await database.pool.query('SELECT id FROM authorization_grants WHERE revoked_at = $1 AND user_id = $2', [
      start,
      userId,
    ])
  ).rows.map(({ id }) => id);

describe('a consent', () => {
  it('is listed with its scopes, by client', async () => {
    await consentTo('zoo', 'openid');
    await consentTo('app', 'openid', 'profile');
    expect(await listConsents(administration, `${username}@example.com`)).toEqual([
      { clientId: 'app', permissions: expect.arrayContaining(['openid', 'profile']), grantedAt: start },
      { clientId: 'zoo', permissions: ['openid'], grantedAt: start },
    ]);
  });

  it('is withdrawn with everything that the client has from it, and nothing else', async () => {
    await consentTo('app', 'openid');
    await consentTo('zoo', 'openid');
    const grants = [await grantTo('app', 'openid'), await grantTo('app', 'openid', 'offline_access')];
    await grantTo('zoo', 'openid');
    const withdrawn = await withdrawConsent(administration, { user: username, clientId: 'app' });
    expect(withdrawn).toEqual({ username, revokedGrants: 2 });
    expect((await revoked()).toSorted()).toEqual(grants.toSorted());
    expect((await listConsents(administration, username)).map(({ clientId }) => clientId)).toEqual(['zoo']);
    expect(await auditRows(database)).toEqual([
      expect.objectContaining({
        type: 'consent_withdrawn',
        user_id: userId,
        client_id: 'app',
        context: { by: 'command', revoked_grants: 2 },
      }),
    ]);
    expect(administration.logged).toEqual([expect.stringContaining('"revoked_grants":2')]);
  });

  it('that was never given is not_found, unless the client has something nevertheless', async () => {
    await expect(withdrawConsent(administration, { user: username, clientId: 'app' })).rejects.toMatchObject({
      code: 'not_found',
      message: `The user "${username}" has allowed the client "app" nothing.`,
    });
    expect(await auditRows(database)).toEqual([]);
    await grantTo('app', 'openid');
    expect(await withdrawConsent(administration, { user: username, clientId: 'app' })).toMatchObject({
      revokedGrants: 1,
    });
  });
});

it.each<[string, () => Promise<unknown>]>([
  ['listConsents', () => listConsents(administration, 'nobody')],
  ['withdrawConsent', () => withdrawConsent(administration, { user: 'nobody', clientId: 'app' })],
])('%s of a user who is not there: not_found', async (_, verb) => {
  await expect(verb()).rejects.toMatchObject({ code: 'not_found', message: 'There is no user "nobody".' });
});
