import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAccount, submitted } from '../../../support/account.js';
import { openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';

const path = '/account/passkeys';

let idp: TestIdp;
beforeAll(async () => {
  idp = await openIdp();
});
afterAll(() => idp.close());

async function addPasskey({ id }: TestUser, name: string): Promise<string> {
  const credentialId = randomBytes(16);
  await idp.database.pool.query(
    `INSERT INTO passkeys (credential_id, user_id, public_key, counter, transports, device_type, backed_up, aaguid, name, created_at)
     VALUES ($1, $2, '\\x00', 0, '{}', 'multi', true, '00000000-0000-0000-0000-000000000000', $3, now())`,
    [credentialId, id, name],
  );
  return credentialId.toString('base64url');
}

const namesOf = async ({ id }: TestUser): Promise<string[]> =>
  (await idp.database.pool.query('SELECT name FROM passkeys WHERE user_id = $1 ORDER BY name', [id])).rows.map(
    ({ name }) => name,
  );

describe('The passkeys of an account', () => {
  it('are renamed and removed', async () => {
    const user = await idp.addUser();
    const [phone, key] = [await addPasskey(user, 'Phone'), await addPasskey(user, 'Key')];
    const browser = idp.newBrowser();
    const page = await openAccount(browser, user, path);
    const renaming = { passkey: phone, decision: 'rename', name: ' Old\u0007 phone <b> ' };
    expect(await submitted(browser, page, renaming)).toMatchObject({ status: 303, location: path });
    expect((await browser.get(path)).text).toContain('<h2>Old phone &lt;b&gt;</h2>');
    await submitted(browser, page, { passkey: key, decision: 'remove' });
    expect(await namesOf(user)).toEqual(['Old phone <b>']);
    const [removed] = (await idp.audited('passkey_removed')).filter(({ user_id: id }) => id === user.id);
    expect(removed).toBeDefined();
    expect((await browser.get('/account/activity')).text).toContain('Removed a passkey');
  });

  it('keep the last one where there is no password', async () => {
    const user = await idp.addUser();
    const key = await addPasskey(user, 'Key');
    const browser = idp.newBrowser();
    const page = await openAccount(browser, user, path);
    await idp.database.pool.query('UPDATE users SET password_hash = NULL WHERE id = $1', [user.id]);
    await submitted(browser, page, { passkey: key, decision: 'remove' });
    expect(await namesOf(user)).toEqual(['Key']);
    expect((await browser.get(path)).text).not.toContain('value="remove"');
  });

  it('of others are out of reach', async () => {
    const [victim, user] = [await idp.addUser(), await idp.addUser()];
    const key = await addPasskey(victim, 'Key');
    await addPasskey(user, 'Own');
    const browser = idp.newBrowser();
    const page = await openAccount(browser, user, path);
    await submitted(browser, page, { passkey: key, decision: 'remove' });
    await submitted(browser, page, { passkey: key, decision: 'rename', name: 'Mine' });
    expect(await namesOf(victim)).toEqual(['Key']);
  });
});
