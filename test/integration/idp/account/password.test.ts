import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAccount, submitted } from '../../../support/account.js';
import { openIdp, type TestIdp } from '../../../support/idp.js';

const path = '/account/password';
const chosen = 'four words in a row';
const fields = { password: chosen, repeated: chosen };

let idp: TestIdp;
beforeAll(async () => {
  idp = await openIdp();
});
afterAll(() => idp.close());

const statusOf = async (browser: { get(path: string): Promise<{ status: number }> }) =>
  (await browser.get('/account')).status;

describe('Another password', () => {
  it('ends every other session, goes on in this one, and is told by mail', async () => {
    const user = await idp.addUser();
    const [here, there] = [idp.newBrowser(), idp.newBrowser()];
    await openAccount(there, user);
    const page = await openAccount(here, user, path);
    expect(await submitted(here, page, fields)).toMatchObject({ status: 303, location: '/account' });
    expect([await statusOf(here), await statusOf(there)]).toEqual([200, 303]);
    const mails = 'SELECT template FROM outgoing_mails WHERE user_id = $1';
    const { rows } = await idp.database.pool.query(mails, [user.id]);
    expect(rows).toContainEqual({ template: 'password_changed' });
    const [changed] = (await idp.audited('user_changed')).filter(({ user_id: id }) => id === user.id);
    expect(changed).toMatchObject({ context: { change: 'password set' } });
    expect(JSON.stringify(changed)).not.toContain(chosen);
    expect((await openAccount(there, { ...user, password: chosen })).status).toBe(200);
    idp.clock.advance(1_000);
    expect((await openAccount(idp.newBrowser(), user)).text).not.toContain(user.email);
  });

  it('gives the session another secret, so that a copy of the old one is worth nothing', async () => {
    const user = await idp.addUser();
    const [browser, thief] = [idp.newBrowser(), idp.newBrowser()];
    const page = await openAccount(browser, user, path);
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    expect(await statusOf(thief)).toBe(200);
    await submitted(browser, page, fields);
    expect([await statusOf(browser), await statusOf(thief)]).toEqual([200, 303]);
  });

  it('is for somebody who proved within five minutes who they are, when it is asked for and when it is sent', async () => {
    const user = await idp.addUser();
    const browser = idp.newBrowser();
    const page = await openAccount(browser, user, path);
    idp.clock.advance(301_000);
    const late = await submitted(browser, page, fields);
    expect(late.location).toContain('/interaction/');
    const login = await browser.get(late.location ?? '');
    expect(login.text).toContain('Please confirm that it is you.');
    expect((await openAccount(browser, user)).status).toBe(200);
    const again = await openAccount(browser, user, path);
    expect(again.text).toContain('New password once more');
    expect(await submitted(browser, again, fields)).toMatchObject({ status: 303, location: '/account' });
  });

  it.each([
    ['too short', { password: 'short', repeated: 'short' }, 'password-fault'],
    ['what everybody tries first', { password: 'liverpool1234567', repeated: 'liverpool1234567' }, 'password-fault'],
    ['not the same twice', { password: chosen, repeated: 'four words in a line' }, 'repeated-fault'],
  ])('is refused where it is %s', async (_, entered, fault) => {
    const user = await idp.addUser();
    const browser = idp.newBrowser();
    const refused = await submitted(browser, await openAccount(browser, user, path), entered);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain(`id="${fault}"`);
    expect(refused.text).not.toContain(entered.password);
    expect((await openAccount(idp.newBrowser(), user)).status).toBe(200);
  });
});
