import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../../../src/crypto/digest.js';
import { disableUser } from '../../../../../src/storage/people/user-changes.js';
import { type Signing, type SoftwareAuthenticator, softwareAuthenticator } from '../../../../support/authenticator.js';
import { type Browser, formsOf } from '../../../../support/browser.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../../support/idp.js';
import { dataOf } from '../../../../support/passkey-page.js';
import { addClient, change } from '../../../../support/rows.js';

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database);
});
afterAll(() => idp.close());
afterEach(() => idp.clock.advance(2 * 60 * 60_000));

interface Owner {
  readonly user: TestUser;
  readonly authenticator: SoftwareAuthenticator;
}

/** A user whose passkey is in the database already. */
async function addOwner({ single = false, counter = 0, transports = ['internal'] } = {}): Promise<Owner> {
  const user = await idp.addUser({ claims: { name: 'Ada' } });
  const authenticator = softwareAuthenticator({ rpId: '127.0.0.1', origin: idp.origin, userId: user.id, single });
  await addPasskeyRow(user, authenticator, { single, counter, transports });
  return { user, authenticator };
}

const addPasskeyRow = (
  user: TestUser,
  { credentialId, publicKey }: SoftwareAuthenticator,
  { single = false, counter = 0, transports = ['internal'] } = {},
) =>
  idp.database.pool.query(
    `INSERT INTO passkeys (credential_id, user_id, public_key, counter, transports, device_type, backed_up, aaguid, name, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, false, gen_random_uuid(), 'Phone', now())`,
    [credentialId, user.id, publicKey, counter, transports, single ? 'single' : 'multi'],
  );

const rowOf = async ({ credentialId }: SoftwareAuthenticator) =>
  (await idp.database.pool.query('SELECT * FROM passkeys WHERE credential_id = $1', [credentialId])).rows[0];

/** The page of a fresh interaction, and what its script would send. */
async function open(browser = idp.newBrowser(), request = {}) {
  const interaction = await idp.start(client, request);
  await browser.get(hub(interaction));
  const page = await browser.get(`${hub(interaction)}?account=other`);
  const [{ action, fields } = { action: '', fields: {} }] = formsOf(page.text).filter(
    ({ fields }) => 'passkey' in fields,
  );
  const options = dataOf<{ challenge: string; rpId: string; userVerification: string }>(page.text, 'options');
  const send = (answer: object, from: Browser = browser, headers = {}) =>
    from.post(action, { ...fields, passkey: JSON.stringify(answer) }, headers);
  const use = ({ authenticator }: Owner, signing: Partial<Signing> = {}, headers = {}) =>
    send(authenticator.get({ challenge: options.challenge, ...signing }), browser, headers);
  return { browser, interaction, options, send, use };
}

const sessionOf = async ({ user }: Owner) =>
  (await idp.database.pool.query('SELECT amr, acr FROM sessions WHERE user_id = $1', [user.id])).rows[0];

const failuresOf = async ({ user }: Owner) =>
  (await idp.audited('sign_in_failed')).filter(({ user_id }) => user_id === user.id);

describe('Sign-in by passkey (WebAuthn Level 3 §7.2)', () => {
  it('signs in whoever owns it, without a name or a password', async () => {
    const owner = await addOwner();
    const { browser, interaction, use, options } = await open();
    expect(options).toEqual({ challenge: expect.any(String), rpId: '127.0.0.1', userVerification: 'preferred' });
    const answer = await use(owner, { counter: 7 });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`href="${hub(interaction)}"`);
    expect(browser.cookies.has('session')).toBe(true);
    expect(await sessionOf(owner)).toEqual({ amr: ['swk', 'user', 'mfa'], acr: 'aal2' });
    expect(await rowOf(owner.authenticator)).toMatchObject({
      counter: '7',
      backed_up: true,
      last_used_at: idp.clock.now(),
    });
    expect((await browser.get(hub(interaction))).text).toContain('Allow');
  });

  it('asks for user verification where two factors are wanted, and without it is one factor', async () => {
    const owner = await addOwner({ single: true });
    expect((await open(undefined, { acrValues: ['aal2'] })).options.userVerification).toBe('required');
    const { browser, interaction, use } = await open();
    await use(owner, { userVerified: false });
    expect(await sessionOf(owner)).toEqual({ amr: ['hwk', 'user'], acr: 'aal1' });
    expect((await browser.get(hub(interaction))).text).toContain('Allow');
  });

  it('is against phishing where a client asks for that (OpenID EAP ACR Values §2)', async () => {
    const owner = await addOwner();
    const { browser, interaction, use } = await open(undefined, { acrValues: ['phr'] });
    await idp.signIn(browser, interaction, owner.user);
    expect(browser.cookies.has('session')).toBe(false);
    await use(owner);
    const [allow] = formsOf((await browser.get(hub(interaction))).text);
    await browser.post(allow?.action ?? '', { ...allow?.fields, decision: 'allow' });
    const { rows } = await idp.database.pool.query('SELECT outcome FROM interactions WHERE id_hash = $1', [
      hashToken(interaction),
    ]);
    expect(rows[0].outcome).toMatchObject({ acr: 'phr', amr: ['pwd', 'swk', 'user', 'mfa'] });
  });

  it('is one of two proofs where it is not enough', async () => {
    const owner = await addOwner();
    const { browser, interaction, use } = await open(undefined, { acrValues: ['aal2'] });
    const answer = await use(owner, { userVerified: false });
    expect([answer.status, answer.location]).toEqual([303, hub(interaction)]);
    expect(browser.cookies.has('session')).toBe(false);
    await idp.signIn(browser, interaction, owner.user);
    expect(await sessionOf(owner)).toEqual({ amr: ['swk', 'user', 'pwd', 'mfa'], acr: 'aal2' });
  });

  it.each<[string, Partial<Signing>]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['the handle of another account', { userId: '00000000-0000-4000-8000-000000000000' }],
  ])('refuses %s', async (_name, signing) => {
    const owner = await addOwner();
    const { browser, use } = await open();
    const answer = await use(owner, signing);
    expect([answer.status, browser.cookies.has('session')]).toEqual([422, false]);
    expect(answer.text).toContain('not accepted');
    expect(answer.text).not.toContain('data-unknown');
    expect((await failuresOf(owner)).map(({ context }) => context)).toEqual([
      expect.objectContaining({ reason: 'wrong_credentials' }),
    ]);
  });

  it('refuses the signature of another key', async () => {
    const [owner, other] = [await addOwner(), await addOwner()];
    const { send, options } = await open();
    const forged = other.authenticator.get({ challenge: options.challenge, userId: owner.user.id });
    expect((await send({ ...forged, id: owner.authenticator.id, rawId: owner.authenticator.id })).status).toBe(422);
    expect(await sessionOf(owner)).toBeUndefined();
  });

  it('refuses a user who is disabled', async () => {
    const owner = await addOwner();
    await disableUser(idp.database.transactions, owner.user.id, change);
    expect((await (await open()).use(owner)).status).toBe(422);
    expect((await failuresOf(owner))[0]?.context).toMatchObject({ reason: 'disabled' });
  });

  it.each(['', 'x', '{}', '[]', 'null', '{"id":"x","rawId":"x","type":"public-key","response":{}}'])(
    'refuses what no authenticator says: %s',
    async (passkey) => {
      const { browser, interaction } = await open();
      const [form] = formsOf((await browser.get(hub(interaction))).text);
      expect((await browser.post(form?.action ?? '', { ...form?.fields, passkey })).status).toBe(422);
    },
  );

  it('names a credential that is nobody’s, so that the browser can forget it (WebAuthn Level 3 §5.1.10.1)', async () => {
    const owner = await addOwner();
    await idp.database.pool.query('DELETE FROM passkeys WHERE user_id = $1', [owner.user.id]);
    const answer = await (await open()).use(owner);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('no longer registered');
    expect(answer.text).toContain(`data-unknown="${owner.authenticator.id}"`);
  });

  it('tells the password manager which passkeys are good (WebAuthn Level 3 §5.1.10.2)', async () => {
    const owner = await addOwner();
    const answer = await (await open()).use(owner);
    expect(dataOf(answer.text, 'accepted')).toEqual({
      rpId: '127.0.0.1',
      userId: Buffer.from(owner.user.id.replaceAll('-', ''), 'hex').toString('base64url'),
      allAcceptedCredentialIds: [owner.authenticator.id],
      name: owner.user.username,
      displayName: 'Ada',
    });
  });
});

describe('After a sign-in with a password', () => {
  const signIn = async ({ user }: Owner, able: string) => {
    const browser = idp.newBrowser();
    const interaction = await idp.start(client);
    const [form] = formsOf((await browser.get(hub(interaction))).text);
    const entered = { identifier: user.username, password: user.password, able };
    return { interaction, answer: await browser.post(form?.action ?? '', { ...form?.fields, ...entered }) };
  };

  it('the password manager is told which passkeys are good, and what the account is called (WebAuthn Level 3 §5.1.10)', async () => {
    const owner = await addOwner();
    const flagged = softwareAuthenticator({ rpId: '127.0.0.1', origin: idp.origin, userId: owner.user.id });
    await addPasskeyRow(owner.user, flagged);
    await idp.database.pool.query('UPDATE passkeys SET flagged_at = now() WHERE credential_id = $1', [
      flagged.credentialId,
    ]);
    const { interaction, answer } = await signIn(owner, 'yes');
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`href="${hub(interaction)}"`);
    expect(answer.headers.getSetCookie().join()).toContain('session=');
    expect(dataOf(answer.text, 'accepted')).toMatchObject({
      allAcceptedCredentialIds: [owner.authenticator.id],
      name: owner.user.username,
      displayName: 'Ada',
    });
  });

  it('nobody is held up where there is nothing to tell, or no script to tell it', async () => {
    const owner = await addOwner();
    expect((await signIn(owner, '')).answer.status).toBe(303);
    const without = { ...owner, user: await idp.addUser() };
    expect((await signIn(without, 'yes')).answer.status).toBe(303);
  });
});

describe('What a sign-in with a passkey costs', () => {
  it('three statements, the audit row included; the page costs one', async () => {
    const owner = await addOwner();
    const { browser, interaction, use } = await open();
    const { sql } = idp.database;
    const query = sql.query.bind(sql);
    const ran: string[] = [];
    sql.query = (statement, parameters) => {
      ran.push(statement.name);
      return query(statement, parameters);
    };
    await browser.get(hub(interaction));
    expect(ran.splice(0)).toEqual(['visit_interaction']);
    expect((await use(owner)).status).toBe(200);
    sql.query = query;
    expect(ran).toEqual(['visit_interaction', 'look_for_passkey', 'sign_in']);
  });
});

describe('The counter (WebAuthn Level 3 §7.2 step 22)', () => {
  it.each([
    ['goes on', 5, 6, true],
    ['is not kept', 0, 0, true],
    ['stays', 5, 5, false],
    ['goes back', 5, 4, false],
    ['is given up', 5, 0, false],
  ])('that %s: %d, then %d', async (_name, stored, counter, accepted) => {
    const owner = await addOwner({ counter: stored });
    const answer = await (await open()).use(owner, { counter });
    expect(answer.status).toBe(accepted ? 200 : 422);
    expect((await rowOf(owner.authenticator)).flagged_at === null).toBe(accepted);
    const flagged = (await idp.audited('passkey_flagged')).filter(({ user_id }) => user_id === owner.user.id);
    expect(flagged).toHaveLength(accepted ? 0 : 1);
  });

  it('once it went back the passkey is refused, whatever it says', async () => {
    const owner = await addOwner({ counter: 5 });
    await (await open()).use(owner, { counter: 4 });
    idp.clock.advance(60_000);
    expect((await (await open()).use(owner, { counter: 9 })).status).toBe(422);
    expect(await sessionOf(owner)).toBeUndefined();
  });

  it('is not moved by a forged answer', async () => {
    const owner = await addOwner({ counter: 5 });
    await (await open()).use(owner, { counter: 4, origin: 'https://evil.example' });
    expect(await rowOf(owner.authenticator)).toMatchObject({ counter: '5', flagged_at: null });
  });
});

describe('A challenge (WebAuthn Level 3 §13.4.3)', () => {
  it('is the same on every page of an interaction until it is answered, and another in another', async () => {
    const { browser, interaction, options } = await open();
    const again = await browser.get(hub(interaction));
    expect(dataOf<{ challenge: string }>(again.text, 'options').challenge).toBe(options.challenge);
    expect((await open(browser)).options.challenge).not.toBe(options.challenge);
  });

  it('is answered once: twenty times at once is once', async () => {
    const owner = await addOwner();
    const { browser, interaction, options, send } = await open();
    const answer = owner.authenticator.get({ challenge: options.challenge });
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(answer, browser.copy())));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ location }) => location === hub(interaction))).toHaveLength(19);
    expect((await idp.audited('sign_in')).filter(({ user_id }) => user_id === owner.user.id)).toHaveLength(1);
    expect(await failuresOf(owner)).toEqual([]);
  });

  it('is of one interaction and one browser', async () => {
    const owner = await addOwner();
    const [elsewhere, here] = [await open(), await open()];
    const answer = await here.use(owner, { challenge: elsewhere.options.challenge });
    expect([answer.status, answer.location]).toEqual([303, hub(here.interaction)]);
    const stolen = await here.send(owner.authenticator.get({ challenge: here.options.challenge }), idp.newBrowser());
    expect(stolen.status).toBe(403);
    expect(await sessionOf(owner)).toBeUndefined();
  });

  it('that was answered is followed by another in the same interaction', async () => {
    const owner = await addOwner();
    const { browser, interaction, options, use } = await open();
    await use(owner);
    const next = await browser.get(`${hub(interaction)}?account=other`);
    expect(dataOf<{ challenge: string }>(next.text, 'options').challenge).not.toBe(options.challenge);
    const { rows } = await idp.database.pool.query('SELECT challenges_answered FROM interactions WHERE id_hash = $1', [
      hashToken(interaction),
    ]);
    expect(rows).toEqual([{ challenges_answered: 1 }]);
  });
});

describe('Failures with passkeys', () => {
  it('are counted and delayed, by credential and address', async () => {
    const owner = await addOwner();
    const spoilt = { origin: 'https://evil.example' };
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const attempt = async (signing: Partial<Signing>, address: string) =>
      (await (await open()).use(owner, signing, from(address))).status;
    for (let n = 0; n < 4; n += 1) expect(await attempt(spoilt, '203.0.113.7')).toBe(422);
    expect(await attempt({}, '203.0.113.7')).toBe(429);
    expect(await attempt({}, '203.0.113.8')).toBe(200);
  });
});

describe('Related origins (WebAuthn Level 3 §5.11)', () => {
  it('are places where a passkey may be used; others are not', async () => {
    const webauthn = { rpId: 'example.org', relatedOrigins: ['https://example.net'] };
    const other = await openIdp({ beside: idp, config: { webauthn } });
    const user = await idp.addUser();
    const place = { rpId: 'example.org', userId: user.id };
    const authenticator = softwareAuthenticator({ ...place, origin: 'https://example.net' });
    await addPasskeyRow(user, authenticator);
    const use = async (origin: string) => {
      const browser = other.newBrowser();
      const interaction = await idp.start(client);
      const page = await browser.get(hub(interaction));
      const form = formsOf(page.text).find(({ fields }) => 'passkey' in fields);
      const { challenge, rpId } = dataOf<{ challenge: string; rpId: string }>(page.text, 'options');
      expect(rpId).toBe('example.org');
      const passkey = JSON.stringify(authenticator.get({ challenge, origin }));
      return (await browser.post(form?.action ?? '', { ...form?.fields, passkey })).status;
    };
    expect([await use('https://example.net'), await use('https://example.com')]).toEqual([200, 422]);
    await other.close();
  });
});
