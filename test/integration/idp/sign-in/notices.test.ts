import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from '../../../support/browser.js';
import { configuration } from '../../../support/configuration.js';
import { openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient } from '../../../support/rows.js';

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database, { client_name: 'Shop <b>&</b> more' });
});
afterAll(() => idp.close());

async function signIn(at: TestIdp, browser: Browser, user: TestUser): Promise<void> {
  expect((await at.signIn(browser, await at.start(client), user)).status).toBe(303);
}

const mailsTo = async ({ id }: TestUser) =>
  (await idp.database.pool.query('SELECT * FROM outgoing_mails WHERE user_id = $1', [id])).rows;

describe('a sign-in from a browser that is not known', () => {
  it('is told to whom the account belongs, but for the first', async () => {
    const user = await idp.addUser({ claims: { locale: 'de' } });
    const browser = idp.newBrowser();
    await signIn(idp, browser, user);
    expect(await mailsTo(user)).toEqual([]);
    await signIn(idp, browser, user);
    expect(await mailsTo(user)).toEqual([]);
    await signIn(idp, idp.newBrowser(), user);
    expect(await mailsTo(user)).toMatchObject([
      {
        recipient: user.email,
        template: 'new_device',
        language: 'de',
        parameters: { at: idp.clock.now().toISOString(), application: 'Shop <b>&</b> more', address: '127.0.0.1' },
        sealed_secret: null,
        attempts: 0,
      },
    ]);
  });

  it('wakes whoever delivers', async () => {
    const user = await idp.addUser();
    await signIn(idp, idp.newBrowser(), user);
    await signIn(idp, idp.newBrowser(), user);
    await idp.deps.mailWake.wait(3_600_000, new AbortController().signal);
  });

  it('is told nobody who has no address', async () => {
    const user = await idp.addUser();
    await idp.database.pool.query('UPDATE users SET email = NULL, email_key = NULL WHERE id = $1', [user.id]);
    for (let n = 0; n < 2; n += 1) await signIn(idp, idp.newBrowser(), user);
    expect(await mailsTo(user)).toEqual([]);
  });

  it('is told so many times within an hour, and a mistaken password is not told at all', async () => {
    const user = await idp.addUser();
    for (let n = 0; n < 8; n += 1) await signIn(idp, idp.newBrowser(), user);
    expect(await mailsTo(user)).toHaveLength(configuration.mail.mostPerHour);
    const other = await idp.addUser();
    await signIn(idp, idp.newBrowser(), other);
    const wrong = { ...other, password: 'not it' };
    expect((await idp.signIn(idp.newBrowser(), await idp.start(client), wrong)).status).toBe(422);
    expect(await mailsTo(other)).toEqual([]);
  });

  it.each([
    ['switched off', { mail: { ...configuration.mail, notices: false } }],
    ['in production without a mail server', { profile: 'production' as const }],
  ])('is told nobody: %s', async (_, config) => {
    const other = await openIdp({ beside: idp, config });
    const user = await idp.addUser();
    for (let n = 0; n < 2; n += 1) await signIn(other, other.newBrowser(), user);
    expect(await mailsTo(user)).toEqual([]);
    await other.close();
  });
});
