import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../../src/crypto/digest.js';
import { totpCode } from '../../../../src/crypto/totp.js';
import { softwareAuthenticator } from '../../../support/authenticator.js';
import { type Answer, type Browser, formsOf } from '../../../support/browser.js';
import { configuration } from '../../../support/configuration.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { dataOf } from '../../../support/passkey-page.js';
import { addClient } from '../../../support/rows.js';
import { addTotp, answerChallenge, bytesOfKey, codeOf } from '../../../support/second-factor.js';

let idp: TestIdp;
/** Where nothing is demanded of most. */
let lenient: TestIdp;
let client: string;
let vault: string;
beforeAll(async () => {
  idp = await openIdp({ config: { policy: { ...configuration.policy, secondFactor: 'required' } } });
  [client, vault] = [await addClient(idp.database), await addClient(idp.database, { minimum_acr: 'phr' })];
  const policy = { ...configuration.policy, signIn: [{ acr: 'aal2' as const, groups: ['admins'] }] };
  lenient = await openIdp({ beside: idp, config: { policy } });
});
afterAll(async () => {
  await lenient.close();
  await idp.close();
});
beforeEach(() => idp.clock.advance(60_000));

const secretOn = (page: string): Buffer => bytesOfKey(/id="key">([A-Z2-7 ]+)</.exec(page)?.[1] ?? '');

const sessionsOf = async ({ id }: TestUser) =>
  (await idp.database.pool.query('SELECT id, amr, acr FROM sessions WHERE user_id = $1', [id])).rows;

interface Visit {
  readonly at?: TestIdp;
  readonly to?: string;
  readonly request?: Parameters<TestIdp['start']>[1];
}

async function signedIn(user: TestUser, { at = idp, to = client, request = {} }: Visit = {}) {
  const browser = at.newBrowser();
  const interaction = await at.start(to, request);
  await at.signIn(browser, interaction, user);
  return { browser, interaction, page: await browser.get(hub(interaction)) };
}

const enrolForms = ({ text }: Answer) => formsOf(text).filter(({ action }) => action.includes('/enrol/'));
/** The form for a passkey comes first, that for an app second, and no last. */
const appForm = (page: Answer) => (page.text.includes('id="key"') ? enrolForms(page)[1] : undefined);
const laterForm = (page: Answer) => (page.text.includes('value="later"') ? enrolForms(page).at(-1) : undefined);

async function atEnrolment(user: TestUser) {
  const { browser, interaction, page } = await signedIn(user);
  const form = appForm(page);
  if (!form) throw new Error('nothing is to be set up');
  const send = (code: string) => browser.post(form.action, { ...form.fields, code });
  return { browser, interaction, text: page.text, secret: secretOn(page.text), send };
}

describe('policy.second_factor: required', () => {
  it('who has no second factor sets one up on the way', async () => {
    const user = await idp.addUser();
    const { browser, interaction, text, secret, send } = await atEnrolment(user);
    expect((await browser.get(hub(interaction))).text.includes(/id="key">[^<]+/.exec(text)?.[0] ?? '-')).toBe(true);
    const shown = await send(codeOf(idp, secret));
    expect(shown.status).toBe(200);
    expect(shown.headers.get('cache-control')).toContain('no-store');
    const codes = [...shown.text.matchAll(/<code>([a-z2-9-]{23})<\/code>/g)].map(([, code]) => code ?? '');
    expect(new Set(codes).size).toBe(10);
    expect(await sessionsOf(user)).toMatchObject([{ amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' }]);
    expect((await browser.get(hub(interaction))).text).toContain('Allow access?');
    const [event] = (await idp.audited('sign_in')).filter(({ context }) => (context as { set_up?: string }).set_up);
    expect(event?.user_id).toBe(user.id);

    // The first code was used up by it; the recovery codes are good.
    const next = await signedIn(user);
    expect((await answerChallenge(next.browser, next.interaction, { code: codeOf(idp, secret) })).status).toBe(422);
    await answerChallenge(next.browser, next.interaction, { recovery_code: codes[3] ?? '' });
    expect(await sessionsOf(user)).toHaveLength(2);
    const leaked = [...codes, secret.toString('hex')].filter((text) => idp.logged.join('\n').includes(text));
    expect(leaked).toEqual([]);
    const dump = await idp.database.pool.query('SELECT * FROM recovery_codes');
    expect(JSON.stringify(dump.rows)).not.toContain(codes[0]);
  });

  it('a wrong code sets nothing up', async () => {
    const user = await idp.addUser();
    const { send, browser, interaction } = await atEnrolment(user);
    const answer = await send(totpCode(Buffer.from('another secret'), 1));
    expect([answer.status, answer.text.includes('The code is wrong')]).toEqual([422, true]);
    expect((await browser.get(hub(interaction))).text).toContain('id="key"');
    expect(await sessionsOf(user)).toMatchObject([{ amr: ['pwd'], acr: 'aal1' }]);
  });

  it('of two browsers one sets its app up, and the other has to show a code of it', async () => {
    const user = await idp.addUser();
    const places = [await atEnrolment(user), await atEnrolment(user)];
    const answers = await Promise.all(places.map(({ secret, send }) => send(codeOf(idp, secret))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 303]);
    expect((await sessionsOf(user)).map(({ acr }) => acr).sort()).toEqual(['aal1', 'aal2']);
    const late = places[answers.findIndex(({ status }) => status === 303)];
    expect((await late?.browser.get(hub(late.interaction)))?.text).toContain('Six-digit code');
  });

  it('a session without one is not enough once there is one', async () => {
    const user = await idp.addUser();
    const { browser } = await signedIn(user);
    await addTotp(idp, user);
    expect((await browser.get(hub(await idp.start(client)))).text).toContain('Six-digit code');
  });

  it('with prompt=none the client is told that somebody has to act', async () => {
    const user = await idp.addUser();
    const { browser } = await signedIn(user);
    const interaction = await idp.start(client, { prompts: ['none'] });
    expect((await browser.get(hub(interaction))).location).toContain('/resume?handle=');
    const { rows } = await idp.database.pool.query('SELECT outcome FROM interactions WHERE outcome ? $1', ['error']);
    expect(rows).toContainEqual({ outcome: { error: 'interaction_required' } });
  });
});

const admin = () => idp.addUser({ claims: { groups: ['staff', 'admins'] } });
const isEnrolment = ({ text }: Answer): boolean => text.includes('Set up a second factor');
async function setUpApp(browser: Browser, page: Answer): Promise<Answer> {
  const form = appForm(page);
  return browser.post(form?.action ?? '', { ...form?.fields, code: codeOf(idp, secretOn(page.text)) });
}

/** Makes a passkey on the page of a step, and what uses it. */
async function setUpPasskey(browser: Browser, page: Answer, user: TestUser) {
  const authenticator = softwareAuthenticator({ rpId: '127.0.0.1', origin: lenient.origin, userId: user.id });
  const form = formsOf(page.text).find(({ fields }) => 'passkey' in fields);
  const { challenge } = dataOf<{ challenge: string }>(page.text, 'options');
  const passkey = JSON.stringify(authenticator.create({ challenge }));
  const answer = await browser.post(form?.action ?? '', { ...form?.fields, passkey });
  const use = async (login: Answer) => {
    const loginForm = formsOf(login.text).find(({ fields }) => 'passkey' in fields);
    const options = dataOf<{ challenge: string }>(login.text, 'options');
    const signed = JSON.stringify(authenticator.get(options));
    return browser.post(loginForm?.action ?? '', { ...loginForm?.fields, passkey: signed });
  };
  return { answer, use };
}

describe('policy.sign_in', () => {
  it('demands of whoever is in the group what the others need not have', async () => {
    const [member, other] = [await admin(), await idp.addUser({ claims: { groups: ['staff'] } })];
    expect((await signedIn(other, { at: lenient })).page.text).toContain('Allow access?');
    const { browser, interaction, page } = await signedIn(member, { at: lenient });
    expect(page.text).toContain('With a passkey');
    await setUpApp(browser, page);
    expect(await sessionsOf(member)).toMatchObject([{ amr: ['pwd', 'otp', 'mfa'], acr: 'aal2' }]);
    expect((await browser.get(hub(interaction))).text).toContain('Allow access?');
  });

  it('a passkey that is set up is asked for at once: nothing was signed when it was made', async () => {
    const user = await admin();
    const { browser, interaction, page } = await signedIn(user, { at: lenient });
    const { answer, use } = await setUpPasskey(browser, page, user);
    expect(answer.text).toContain('Your passkey is saved');
    expect(await sessionsOf(user)).toMatchObject([{ amr: ['pwd'], acr: 'aal1' }]);
    const login = await browser.get(hub(interaction));
    expect(login.text).toContain('Your passkey is needed');
    expect(dataOf(login.text, 'options')).toMatchObject({ userVerification: 'required' });
    await use(login);
    expect(await sessionsOf(user)).toMatchObject([{ amr: ['pwd', 'swk', 'user', 'mfa'], acr: 'aal2' }]);
    expect((await browser.get(hub(interaction))).text).toContain('Allow access?');
  });

  it('one that is no passkey is refused, and the page comes again', async () => {
    const { browser, page } = await signedIn(await admin(), { at: lenient });
    const form = formsOf(page.text).find(({ fields }) => 'passkey' in fields);
    const answer = await browser.post(form?.action ?? '', { ...form?.fields, passkey: '{}' });
    expect([answer.status, isEnrolment(answer), answer.text.includes('was not saved')]).toEqual([422, true, true]);
  });

  it('nothing is set up in a session from before without a new sign-in', async () => {
    const user = await idp.addUser();
    const { browser } = await signedIn(user, { at: lenient });
    idp.clock.advance(60_000);
    await idp.database.pool.query(`UPDATE users SET claims = '{"groups": ["admins"]}' WHERE id = $1`, [user.id]);
    const interaction = await lenient.start(client);
    const page = await browser.get(hub(interaction));
    expect([isEnrolment(page), page.text.includes('name="password"')]).toEqual([false, true]);
    await lenient.signIn(browser, interaction, user);
    expect(isEnrolment(await browser.get(hub(interaction)))).toBe(true);
  });

  it('minimum_acr of a client: a passkey, and of whoever has an app that first', async () => {
    const user = await idp.addUser();
    const secret = await addTotp(idp, user);
    const { browser, interaction, page } = await signedIn(user, { at: lenient, to: vault });
    expect([isEnrolment(page), page.text.includes('Six-digit code')]).toEqual([false, true]);
    await answerChallenge(browser, interaction, { code: codeOf(idp, secret) });
    const enrolment = await browser.get(hub(interaction));
    expect([isEnrolment(enrolment), appForm(enrolment)]).toEqual([true, undefined]);
    const [form] = enrolForms(enrolment);
    const before = await idp.database.pool.query('SELECT * FROM totp_authenticators WHERE user_id = $1', [user.id]);
    expect((await browser.post(form?.action ?? '', { csrf: form?.fields.csrf ?? '', code: '123456' })).status).toBe(
      303,
    );
    const { rows } = await idp.database.pool.query('SELECT * FROM totp_authenticators WHERE user_id = $1', [user.id]);
    expect(rows).toEqual(before.rows);
    const { use } = await setUpPasskey(browser, enrolment, user);
    await use(await browser.get(hub(interaction)));
    expect((await browser.get(hub(interaction))).text).toContain('Allow access?');
  });
});

describe('acr_values that nothing of the user’s reaches (OIDC Core §5.5.1)', () => {
  const wish = { acrValues: ['aal2'] };
  it('may be set up, and no is an answer, once', async () => {
    const user = await idp.addUser();
    const { browser, interaction, page } = await signedIn(user, { at: lenient, request: wish });
    const later = laterForm(page);
    expect([isEnrolment(page), appForm(page) !== undefined]).toEqual([true, true]);
    await browser.post(later?.action ?? '', { ...later?.fields, decision: 'later' });
    expect((await browser.get(hub(interaction))).text).toContain('Allow access?');
    expect(await sessionsOf(user)).toMatchObject([{ acr: 'aal1' }]);
  });

  it('in a session from before: after a new sign-in, or no', async () => {
    const user = await idp.addUser();
    const { browser } = await signedIn(user, { at: lenient });
    idp.clock.advance(60_000);
    const interaction = await lenient.start(client, wish);
    const page = await browser.get(hub(interaction));
    expect([isEnrolment(page), appForm(page), page.text.includes('Sign in again')]).toEqual([true, undefined, true]);
    await lenient.signIn(browser, interaction, user);
    expect((await setUpApp(browser, await browser.get(hub(interaction)))).text).toContain('Keep your recovery codes');
    expect(await sessionsOf(user)).toMatchObject([{ acr: 'aal2' }]);
  });

  it('essential (OIDC Core §5.5.1.1): no is no answer', async () => {
    const { browser, interaction, page } = await signedIn(await idp.addUser(), {
      at: lenient,
      request: { ...wish, essentialAcr: true },
    });
    expect(laterForm(page)).toBeUndefined();
    const form = appForm(page);
    await browser.post(form?.action ?? '', { csrf: form?.fields.csrf ?? '', decision: 'later' });
    expect(isEnrolment(await browser.get(hub(interaction)))).toBe(true);
  });

  it('essential with prompt=none (OpenID Unmet Authentication Requirements §2)', async () => {
    const { browser } = await signedIn(await idp.addUser(), { at: lenient });
    const request = { ...wish, essentialAcr: true, prompts: ['none'] as const };
    const interaction = await lenient.start(client, request);
    expect((await browser.get(hub(interaction))).location).toContain('/resume?handle=');
    const { rows } = await idp.database.pool.query('SELECT outcome FROM interactions WHERE id_hash = $1', [
      hashToken(interaction),
    ]);
    expect(rows).toEqual([{ outcome: { error: 'unmet_authentication_requirements' } }]);
  });
});
