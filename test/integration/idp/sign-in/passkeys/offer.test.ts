import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Signing, softwareAuthenticator } from '../../../../support/authenticator.js';
import { type Browser, formsOf } from '../../../../support/browser.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../../support/idp.js';
import { dataOf } from '../../../../support/passkey-page.js';
import { addClient } from '../../../../support/rows.js';

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database);
});
afterAll(() => idp.close());
afterEach(() => idp.clock.advance(60_000));

/** Signs in by password in a browser whose script says what it can do. */
async function signIn(user: TestUser, browser = idp.newBrowser(), able = 'yes') {
  const interaction = await idp.start(client);
  await browser.get(hub(interaction));
  const [form] = formsOf((await browser.get(`${hub(interaction)}?account=other`)).text);
  const typed = { identifier: user.username, password: user.password };
  await browser.post(form?.action ?? '', { ...form?.fields, ...typed, able });
  const page = await browser.get(hub(interaction));
  return { browser, interaction, page };
}

const creationForm = (page: string) => formsOf(page).find(({ fields }) => 'automatic' in fields);

interface Options {
  readonly challenge: string;
  readonly excludeCredentials: readonly unknown[];
}

/** A user to whom a passkey is offered, and what the page's script would send. */
async function offered(offer = async (user: TestUser) => signIn(user)) {
  const user = await idp.addUser({ claims: { name: 'Ada' } });
  const { browser, interaction, page } = await offer(user);
  const form = creationForm(page.text);
  const options = dataOf<Options>(page.text, 'options');
  const authenticator = softwareAuthenticator({ rpId: '127.0.0.1', origin: idp.origin, userId: user.id });
  const make = (signing: Partial<Signing> = {}, more = {}, from: Browser = browser) => {
    const passkey = JSON.stringify(authenticator.create({ challenge: options.challenge, ...signing }));
    return from.post(form?.action ?? '', { ...form?.fields, passkey, ...more });
  };
  return { user, browser, interaction, page, options, authenticator, make };
}

const passkeysOf = async ({ id }: TestUser) =>
  (await idp.database.pool.query('SELECT * FROM passkeys WHERE user_id = $1', [id])).rows;

describe('The offer of a passkey', () => {
  it('comes after a sign-in with a password, in a browser that can make one', async () => {
    const { page, options, user } = await offered();
    expect(page.text).toContain('Create a passkey');
    expect(options).toEqual({
      rp: { id: '127.0.0.1', name: 'Test Identity' },
      user: { id: expect.any(String), name: user.username, displayName: 'Ada' },
      challenge: expect.any(String),
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: [],
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
    });
  });

  it('does not come where the browser says nothing: without script, or without passkeys', async () => {
    const { page } = await signIn(await idp.addUser(), undefined, '');
    expect(page.text).not.toContain('Create a passkey');
    expect(page.text).toContain('Allow');
  });

  it('is declined for thirty days in that browser, and the sign-in goes on', async () => {
    const { browser, interaction, page, user } = await offered();
    const later = formsOf(page.text).find(({ fields }) => !('passkey' in fields));
    const answer = await browser.post(later?.action ?? '', { ...later?.fields, decision: 'later' });
    expect(answer.location).toBe(hub(interaction));
    expect(answer.headers.getSetCookie().join()).toMatch(/passkey_offer=declined;.*Max-Age=2592000/);
    expect((await browser.get(hub(interaction))).text).toContain('Allow');
    expect((await signIn(user, browser)).page.text).not.toContain('Create a passkey');
    expect((await signIn(user)).page.text).toContain('Create a passkey');
  });

  it('keeps what the authenticator made, tells the password manager, and goes on', async () => {
    const { browser, interaction, make, user, authenticator } = await offered();
    const answer = await make();
    expect(answer.status).toBe(200);
    expect(dataOf(answer.text, 'accepted')).toMatchObject({ allAcceptedCredentialIds: [authenticator.id] });
    expect(await passkeysOf(user)).toEqual([
      expect.objectContaining({
        credential_id: authenticator.credentialId,
        public_key: authenticator.publicKey,
        counter: '0',
        transports: ['hybrid', 'internal'],
        device_type: 'multi',
        backed_up: true,
        name: 'Passkey',
        created_at: idp.clock.now(),
        last_used_at: null,
        flagged_at: null,
      }),
    ]);
    const [event] = (await idp.audited('passkey_added')).filter(({ user_id }) => user_id === user.id);
    expect(event?.context).toMatchObject({ device_type: 'multi', backed_up: true, address: '127.0.0.1' });
    expect((await browser.get(hub(interaction))).text).toContain('Allow');
  });

  it('leads to a sign-in with it alone, and is not made again', async () => {
    const { make, user, authenticator } = await offered();
    await make();
    const browser = idp.newBrowser();
    const interaction = await idp.start(client);
    const page = await browser.get(hub(interaction));
    const form = formsOf(page.text).find(({ fields }) => 'passkey' in fields);
    const { challenge } = dataOf<Options>(page.text, 'options');
    const passkey = JSON.stringify(authenticator.get({ challenge }));
    expect((await browser.post(form?.action ?? '', { ...form?.fields, passkey })).status).toBe(200);
    expect((await browser.get(hub(interaction))).text).toContain('Allow');
    expect((await signIn(user)).page.text).not.toContain('Create a passkey');
  });

  it.each<[string, Partial<Signing>, object]>([
    ['of another origin', { origin: 'https://evil.example' }, {}],
    ['for another relying party', { rpId: 'evil.example' }, {}],
    ['that verified nobody', { userVerified: false }, {}],
    ['that is none', {}, { passkey: '{}' }],
  ])('refuses one %s, and offers again', async (_name, signing, more) => {
    const { make, user } = await offered();
    const answer = await make(signing, more);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('was not saved');
    expect(creationForm(answer.text)).toBeDefined();
    expect(await passkeysOf(user)).toEqual([]);
  });

  it('takes one that was made without a question, in which nobody is verified (WebAuthn Level 3 §7.1)', async () => {
    const { make, user } = await offered();
    expect((await make({ userVerified: false }, { automatic: 'yes' })).status).toBe(200);
    expect(await passkeysOf(user)).toHaveLength(1);
  });

  it('is answered once: twenty times at once is once', async () => {
    const { make, user, browser } = await offered();
    const answers = await Promise.all(Array.from({ length: 20 }, () => make({}, {}, browser.copy())));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(19);
    expect(await passkeysOf(user)).toHaveLength(1);
  });

  it('takes no answer to the challenge of another interaction, and none in another browser', async () => {
    const [one, other] = [await offered(), await offered()];
    expect((await one.make({ challenge: other.options.challenge })).status).toBe(303);
    expect((await one.make({}, {}, other.browser)).status).toBe(403);
    expect(await passkeysOf(one.user)).toEqual([]);
  });

  it('takes nobody else’s credential', async () => {
    const [one, other] = [await offered(), await offered()];
    await one.make();
    const passkey = JSON.stringify(one.authenticator.create({ challenge: other.options.challenge }));
    expect((await other.make({}, { passkey })).status).toBe(303);
    expect(await passkeysOf(other.user)).toEqual([]);
  });

  it('comes after a sign-in with a passkey of another device, and names that one', async () => {
    const first = await offered();
    await first.make();
    const browser = idp.newBrowser();
    const interaction = await idp.start(client);
    const page = await browser.get(hub(interaction));
    const form = formsOf(page.text).find(({ fields }) => 'passkey' in fields);
    const { challenge } = dataOf<Options>(page.text, 'options');
    const passkey = JSON.stringify(first.authenticator.get({ challenge, crossPlatform: true }));
    await browser.post(form?.action ?? '', { ...form?.fields, passkey });
    const offer = await browser.get(hub(interaction));
    expect(dataOf<Options>(offer.text, 'options').excludeCredentials).toEqual([
      { type: 'public-key', id: first.authenticator.id, transports: ['hybrid', 'internal'] },
    ]);
  });
});
