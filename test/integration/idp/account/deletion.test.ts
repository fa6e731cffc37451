import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deleteDueUsers } from '../../../../src/administration/users.js';
import type { Sql } from '../../../../src/storage/connection/sql.js';
import { requestDeletion, tablesOfUsers } from '../../../../src/storage/people/deletion.js';
import { openAccount, submitted } from '../../../support/account.js';
import { administer, day } from '../../../support/administration.js';
import { type Browser, formsOf } from '../../../support/browser.js';
import { addGrant } from '../../../support/grants.js';
import { openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient, audit } from '../../../support/rows.js';

const path = '/account/deletion';

let idp: TestIdp;
beforeAll(async () => {
  idp = await openIdp();
});
afterAll(() => idp.close());

const rowsOf = async (text: string, ...values: unknown[]) => (await idp.database.pool.query(text, values)).rows;

/** Asks for the deletion of their account. */
async function leave(browser: Browser, user: TestUser) {
  return submitted(browser, await openAccount(browser, user, path), { decision: 'delete' });
}

/** Signs in on the way to the account. @returns what the hub shows then */
async function signIn(browser: Browser, user: TestUser) {
  const login = await browser.get((await browser.get('/account')).location ?? '');
  const [form] = formsOf(login.text);
  const entered = { ...form?.fields, identifier: user.username, password: user.password };
  const proven = await browser.post(form?.action ?? '', entered);
  return browser.get(proven.location ?? '');
}

const deleteDue = () => deleteDueUsers(administer(idp.database, { clock: idp.clock }));

const isThere = async (user: TestUser) => (await rowsOf('SELECT id FROM users WHERE id = $1', user.id)).length === 1;

describe('Delete my account', () => {
  it('ends every session and what applications have, and tells the person until when it can be undone', async () => {
    const user = await idp.addUser();
    const clientId = await addClient(idp.database);
    await addGrant(idp, { userId: user.id, clientId, scopes: ['openid', 'offline_access'] });
    const [here, there] = [idp.newBrowser(), idp.newBrowser()];
    await openAccount(there, user);
    const done = await leave(here, user);
    expect([done.status, done.text.includes('Your account is going to be deleted')]).toEqual([200, true]);
    expect([(await here.get('/account')).status, (await there.get('/account')).status]).toEqual([303, 303]);
    const [row] = await rowsOf('SELECT delete_after FROM users WHERE id = $1', user.id);
    expect(row.delete_after.getTime() - idp.clock.now().getTime()).toBe(14 * day);
    expect(await rowsOf('SELECT id FROM sessions WHERE user_id = $1', user.id)).toEqual([]);
    const open = 'SELECT id FROM authorization_grants WHERE user_id = $1 AND revoked_at IS NULL';
    expect(await rowsOf(open, user.id)).toEqual([]);
    const mails = await rowsOf('SELECT template FROM outgoing_mails WHERE user_id = $1', user.id);
    expect(mails).toContainEqual({ template: 'account_deletion' });
  });

  it('is for somebody who proved within five minutes who they are', async () => {
    const user = await idp.addUser();
    const browser = idp.newBrowser();
    const page = await openAccount(browser, user, path);
    idp.clock.advance(301_000);
    expect((await submitted(browser, page, { decision: 'delete' })).location).toContain('/interaction/');
    expect(await rowsOf('SELECT delete_after FROM users WHERE id = $1', user.id)).toEqual([{ delete_after: null }]);
  });

  it('is undone by whoever signs in and keeps the account, which opens nothing before', async () => {
    const user = await idp.addUser();
    await leave(idp.newBrowser(), user);
    const browser = idp.newBrowser();
    const asked = await signIn(browser, user);
    expect(asked.text).toContain('Keep my account');
    expect((await browser.get('/account')).status).toBe(303);
    const kept = await submitted(browser, asked, { decision: 'keep' });
    const onward = await browser.get(kept.location ?? '');
    expect((await browser.get(onward.location ?? '')).status).toBe(200);
    idp.clock.advance(15 * day);
    await deleteDue();
    expect((await openAccount(idp.newBrowser(), user)).status).toBe(200);
  });

  it('is left as it is by whoever signs out again', async () => {
    const user = await idp.addUser();
    await leave(idp.newBrowser(), user);
    const browser = idp.newBrowser();
    const asked = await signIn(browser, user);
    const form = formsOf(asked.text).find(({ action }) => action.endsWith('/logout/confirm'));
    const out = await browser.post(form?.action ?? '', form?.fields ?? {});
    expect(out.text).toContain('You are signed out');
    expect(await rowsOf('SELECT id FROM sessions WHERE user_id = $1', user.id)).toEqual([]);
    const [row] = await rowsOf('SELECT delete_after FROM users WHERE id = $1', user.id);
    expect(row.delete_after).not.toBeNull();
  });

  it('ends everything in the statement that marks it, so that no outage leaves it half done', async () => {
    const user = await idp.addUser();
    const browser = idp.newBrowser();
    await openAccount(browser, user);
    const clientId = await addClient(idp.database);
    await addGrant(idp, { userId: user.id, clientId, scopes: ['openid', 'offline_access'] });
    const [session] = await rowsOf('SELECT id FROM sessions WHERE user_id = $1', user.id);
    const once: Sql = {
      ...idp.database.sql,
      query: (statement, parameters) => {
        if (statement.name !== 'request_deletion') throw new Error('the database is away');
        return idp.database.sql.query(statement, parameters);
      },
    };
    const now = idp.clock.now();
    const request = { userId: user.id, currentId: session.id, deleteAfter: now, now, audit, notice: null };
    await expect(requestDeletion(once, request)).rejects.toThrow('the database is away');
    expect(await rowsOf('SELECT id FROM sessions WHERE user_id = $1', user.id)).toEqual([]);
    const open = 'SELECT id FROM authorization_grants WHERE user_id = $1 AND revoked_at IS NULL';
    expect(await rowsOf(open, user.id)).toEqual([]);
  });

  it('is told each time, however often it is asked for and undone within an hour', async () => {
    const user = await idp.addUser();
    const times = idp.deps.config.mail.mostPerHour + 1;
    for (let time = 0; time < times; time++) {
      await leave(idp.newBrowser(), user);
      const browser = idp.newBrowser();
      await submitted(browser, await signIn(browser, user), { decision: 'keep' });
    }
    const mails = `SELECT id FROM outgoing_mails WHERE user_id = $1 AND template = 'account_deletion'`;
    expect(await rowsOf(mails, user.id)).toHaveLength(times);
  });

  it('removes the user and everything of theirs once the time is over, and nobody else', async () => {
    const [user, other] = [await idp.addUser(), await idp.addUser()];
    const clientId = await addClient(idp.database);
    await addGrant(idp, { userId: user.id, clientId, scopes: ['openid'] });
    await leave(idp.newBrowser(), user);
    // Whoever signs in without keeping the account does not keep it by that.
    await signIn(idp.newBrowser(), user);
    await idp.database.pool.query(
      `INSERT INTO federated_identities (provider, subject, user_id, claims, linked_at) VALUES ('upstream', $1, $2, '{}', now())`,
      [randomUUID(), user.id],
    );
    idp.clock.advance(14 * day - 1_000);
    await deleteDue();
    expect(await isThere(user)).toBe(true);
    idp.clock.advance(1_000);
    await deleteDue();
    expect([await isThere(user), await isThere(other), await deleteDue()]).toEqual([false, true, 0]);
    for (const table of tablesOfUsers)
      expect([table, await rowsOf(`SELECT 1 FROM ${table} WHERE user_id = $1`, user.id)]).toEqual([table, []]);
    const trail = JSON.stringify(await rowsOf('SELECT * FROM audit_events WHERE user_id = $1', user.id));
    expect(trail).toContain('"deleted"');
    expect([trail.includes(user.username), trail.includes(user.email)]).toEqual([false, false]);
    expect((await signIn(idp.newBrowser(), user)).text).not.toContain('Keep my account');
  });

  it('knows every table that names a user', async () => {
    const found = await rowsOf(
      `SELECT table_name FROM information_schema.columns WHERE column_name = 'user_id' AND table_schema = current_schema()`,
    );
    const kept = ['audit_events', 'logout_notifications'];
    expect(found.map((row) => row.table_name).sort()).toEqual([...tablesOfUsers, ...kept].sort());
  });
});
