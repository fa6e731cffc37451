import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { endUserSessions } from '../../../src/administration/sessions.js';
import { administer, auditRows } from '../../support/administration.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addGrant } from '../../support/grants.js';
import { addSession, addUser, start } from '../../support/rows.js';

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

const grantIn = async (sessionId: string, ...scopes: string[]): Promise<string> =>
  (await addGrant({ database, clock: administration.clock }, { userId, clientId: 'app', scopes, sessionId })).id;

describe('the sessions of a user', () => {
  it('end with what was granted in them; what has offline_access goes on (OIDC Back-Channel Logout §2.7)', async () => {
    const [one, two, endedBefore] = [randomUUID(), randomUUID(), randomUUID()];
    await addSession(database, one, userId);
    await addSession(database, two, userId);
    const online = [await grantIn(one, 'openid'), await grantIn(two, 'openid')];
    await grantIn(one, 'openid', 'offline_access');
    await grantIn(endedBefore, 'openid', 'offline_access');
    expect(await endUserSessions(administration, username)).toEqual({ username, sessions: 2, revokedGrants: 2 });
    const { rows } = await database.pool.query('SELECT id FROM authorization_grants WHERE revoked_at = $1', [start]);
    expect(rows.map(({ id }) => id).sort()).toEqual(online.sort());
    expect((await database.pool.query('SELECT FROM sessions WHERE user_id = $1', [userId])).rowCount).toBe(0);
    expect(await auditRows(database)).toEqual([
      expect.objectContaining({
        type: 'user_changed',
        user_id: userId,
        context: { by: 'command', change: 'sessions ended', sessions: 2, revoked_grants: 2 },
      }),
    ]);
    expect(administration.logged).toEqual([expect.stringContaining('"sessions":2')]);
  });

  it('that are not there do not end', async () => {
    expect(await endUserSessions(administration, username)).toEqual({ username, sessions: 0, revokedGrants: 0 });
    expect(await auditRows(database)).toEqual([]);
  });

  it('of a user who is not there: not_found', async () => {
    await expect(endUserSessions(administration, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });
});
