import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAccount, submitted } from '../../../support/account.js';
import { softwareAuthenticator } from '../../../support/authenticator.js';
import { formsOf } from '../../../support/browser.js';
import { openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { dataOf } from '../../../support/passkey-page.js';

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
     VALUES ($1, $2, '\\x00', 0, '{}', 'multi', true, '00000000-0000-0000-0000-000000000000', $3,
       $4::timestamptz + (SELECT count(*) FROM passkeys WHERE user_id = $2) * interval '1 millisecond')`,
    [credentialId, id, name, idp.clock.now()],
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

  it('keep one where there is no password, though the last two are removed at once', async () => {
    const user = await idp.addUser();
    const keys = [await addPasskey(user, 'Key'), await addPasskey(user, 'Phone')];
    const browser = idp.newBrowser();
    const page = await openAccount(browser, user, path);
    await idp.database.pool.query('UPDATE users SET password_hash = NULL WHERE id = $1', [user.id]);
    await Promise.all(keys.map((passkey) => submitted(browser, page, { passkey, decision: 'remove' })));
    expect(await namesOf(user)).toHaveLength(1);
  });

  it('become more in a session, each for a challenge that is answered once, and are told by mail', async () => {
    const user = await idp.addUser({ claims: { locale: 'de-AT' } });
    const browser = idp.newBrowser();
    const page = await openAccount(browser, user, path);
    const { challenge } = dataOf<{ challenge: string }>(page.text, 'options');
    const make = (signing = {}) => {
      const authenticator = softwareAuthenticator({ rpId: '127.0.0.1', origin: idp.origin, userId: user.id });
      return JSON.stringify(authenticator.create({ challenge, ...signing }));
    };
    const form = formsOf(page.text).find(({ fields }) => fields.decision === 'add');
    const send = (passkey: string) => browser.post(form?.action ?? '', { ...form?.fields, passkey });
    const forged = [make({ origin: 'https://elsewhere.example' }), make({ userVerified: false }), '{}'];
    for (const passkey of forged) expect((await send(passkey)).status).toBe(422);
    expect(await namesOf(user)).toEqual([]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(make())));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(303));
    expect(await namesOf(user)).toEqual(['Mein Passkey']);
    const shown = await browser.get(path);
    expect(dataOf<{ challenge: string }>(shown.text, 'options').challenge).not.toBe(challenge);
    expect(
      dataOf<{ allAcceptedCredentialIds: string[] }>(shown.text, 'accepted').allAcceptedCredentialIds,
    ).toHaveLength(1);
    const mails = 'SELECT template, language FROM outgoing_mails WHERE user_id = $1';
    expect((await idp.database.pool.query(mails, [user.id])).rows).toEqual([
      { template: 'passkey_added', language: 'de-AT' },
    ]);
  });
});
