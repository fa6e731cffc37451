import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { totpCode } from '../../src/crypto/totp.js';
import { violationsOf } from '../support/accessibility.js';
import { launchChromium } from '../support/chromium.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/processes.js';
import { bytesOfKey } from '../support/second-factor.js';

let database: EmptyDatabase;
let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let devtools: CDPSession;
let authenticatorId: string;

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  const edit = (text: string) => text.replace('\nrs:\n', '\nrs:\n  step_up: { acr_values: [aal2] }\n');
  [stack, browser] = await Promise.all([startStack({ dsn: database.dsn, roles: ['all'], edit }), launchChromium()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
  await database.drop();
});

/** The authenticator of a device that keeps passkeys and asks for a fingerprint. */
async function addAuthenticator(): Promise<void> {
  devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    ctap2Version: 'ctap2_1',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
    defaultBackupEligibility: true,
    defaultBackupState: true,
  } as const;
  ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options }));
}

const credentials = async () =>
  (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials.map(
    ({ credentialId }) => credentialId,
  );

/** The browser tells its password manager in its own time. */
async function expectForgotten(): Promise<void> {
  for (let tries = 0; tries < 100 && (await credentials()).length > 0; tries += 1) await page.evaluate(() => undefined);
  expect(await credentials()).toEqual([]);
}

/** Whether a finger is there when the authenticator asks for one. */
const simulatePresence = (enabled: boolean) =>
  devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });

async function query(text: string) {
  const client = new pg.Client({ connectionString: database.dsn });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

beforeEach(async () => {
  context = await browser.newContext();
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
  await addAuthenticator();
  await query('DELETE FROM passkeys');
  await query('DELETE FROM totp_authenticators');
});
afterEach(() => context.close());

const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();

async function arrive(): Promise<void> {
  await page.goto(stack.urls.spaRp);
  await page.getByTestId('sign-in').click();
}

async function signInByPassword(): Promise<void> {
  await page.getByLabel(/username|e-mail/i).fill('demo');
  await page.getByLabel('Password', { exact: true }).fill('demo-password');
  await press('Sign in');
}

/** Consents where it is asked, until the relying party has its tokens. */
async function land(): Promise<string> {
  const allow = page.getByRole('button', { name: /allow/i });
  const token = page.getByTestId('id-token');
  await allow.or(token).filter({ visible: true }).first().waitFor();
  if (await allow.isVisible()) await allow.click();
  await token.waitFor({ state: 'visible' });
  return (await token.textContent()) ?? '';
}

/** From the first sign-in on, with a passkey that was offered. */
async function enrol(): Promise<void> {
  await arrive();
  await signInByPassword();
  await press('Create a passkey');
  await land();
}

/** Another window of the same person on the same device: no cookie of ours is left. */
const forget = () => context.clearCookies();

describe('passkeys in a browser', () => {
  it('one is offered after the first sign-in with a password, and the next one needs nothing else', async () => {
    const faults: string[] = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await enrol();
    expect(await credentials()).toHaveLength(1);
    await forget();

    await arrive();
    const idToken = await land();
    expect(idToken).toContain('"acr": "aal2"');
    expect(idToken).toMatch(/"swk",\s*"user",\s*"mfa"/);
    const [stored] = await query('SELECT last_used_at, backed_up FROM passkeys');
    expect(stored).toEqual({ last_used_at: expect.any(Date), backed_up: true });
    expect(faults).toEqual([]);
  });

  it('is asked for by the button', async () => {
    await enrol();
    await forget();
    await page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    });
    await arrive();
    await press('Use a passkey');
    expect(await land()).toContain('"aal2"');
  });

  it('is forgotten by the password manager once it was removed elsewhere', async () => {
    await enrol();
    await forget();
    await query('DELETE FROM passkeys');
    await arrive();
    await page.getByRole('alert').filter({ hasText: 'no longer registered' }).waitFor();
    await expectForgotten();
    await simulatePresence(false);
    await signInByPassword();
    await page.getByRole('button', { name: 'Create a passkey' }).waitFor();
  });

  it('is forgotten after a sign-in with a password, too, once it was removed elsewhere', async () => {
    await enrol();
    await forget();
    await query('DELETE FROM passkeys');
    await simulatePresence(false);
    await arrive();
    await signInByPassword();
    await page.getByRole('button', { name: 'Create a passkey' }).waitFor();
    await expectForgotten();
  });

  it('is kept after a sign-in with a password, which goes on by itself', async () => {
    await enrol();
    await forget();
    await simulatePresence(false);
    await arrive();
    await signInByPassword();
    await land();
    expect(await credentials()).toHaveLength(1);
  });

  it('“Not now” is remembered', async () => {
    await arrive();
    await signInByPassword();
    await press('Not now');
    await land();
    await page.getByTestId('sign-out').click();
    await arrive();
    await signInByPassword();
    await land();
    expect(await credentials()).toEqual([]);
  });
});

/** Adds the account to an authenticator app. */
async function setUpApp(): Promise<void> {
  const secret = bytesOfKey((await page.locator('#key').textContent()) ?? '');
  await page.getByLabel('Code that the app then shows').fill(totpCode(secret, Math.floor(Date.now() / 30_000)));
  await press('Set up');
  await page.getByRole('link', { name: 'I have kept them' }).click();
}

describe('step-up (RFC 9470)', () => {
  const write = async (): Promise<string> => {
    await page.getByTestId('call-api-post').click();
    const answer = page.getByTestId('result').filter({ hasText: 'POST' });
    await answer.waitFor();
    return (await answer.textContent()) ?? '';
  };

  it('a resource wants more, the client asks for it, and what is missing is set up on the way', async () => {
    await simulatePresence(false);
    await arrive();
    await signInByPassword();
    await press('Not now');
    expect(await land()).toContain('"acr": "aal1"');
    expect(await write()).toContain('401');
    expect(await page.getByTestId('error').textContent()).toContain('surer that it is you');
    await press('Confirm it is you');
    await page.getByRole('link', { name: 'Sign in again and set it up' }).click();
    await signInByPassword();
    await setUpApp();
    expect(await land()).toContain('"acr": "aal2"');
    expect(await write()).toContain('200');
  });

  it('who signed in with a passkey is asked nothing; an app comes beside it, and the passkey goes', async () => {
    await enrol();
    await forget();
    await arrive();
    expect(await land()).toContain('"acr": "aal2"');
    expect(await write()).toContain('200');
    await page.goto(`${stack.urls.idp}/account/authenticator`);
    await setUpApp();
    await page.getByText('Its codes are asked for').waitFor();
    await query('DELETE FROM passkeys');
    await page.goto(`${stack.urls.idp}/account/passkeys`);
    await expectForgotten();
    await forget();
    await arrive();
    await signInByPassword();
    await page.getByRole('heading', { name: 'Confirm it is you' }).waitFor();
  });
});

describe('the pages', () => {
  it('are within reach of everybody, on a narrow screen too', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    const isWide = () => page.evaluate(() => document.documentElement.scrollWidth > 320);
    await arrive();
    await page.getByRole('button', { name: 'Use a passkey' }).waitFor();
    expect([await violationsOf(page), await isWide()]).toEqual([[], false]);
    await signInByPassword();
    await page.getByRole('button', { name: 'Create a passkey' }).waitFor();
    expect([await violationsOf(page), await isWide()]).toEqual([[], false]);
  });
});

describe('without script', () => {
  it('the password way is as it was', async () => {
    await context.close();
    context = await browser.newContext({ javaScriptEnabled: false });
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    const callback = `http://127.0.0.1:${stack.relyingPartyPort}/callback`;
    const request = new URLSearchParams({
      response_type: 'code',
      client_id: 'demo-client',
      redirect_uri: callback,
      scope: 'openid',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });
    await page.goto(`${stack.urls.authz}/oauth2/v1/authorize?${request}`);
    expect(await page.getByRole('button').allTextContents()).not.toContain('Use a passkey');
    await signInByPassword();
    // Nobody listens there: what counts is that the browser goes.
    const arrived = page.waitForRequest((sent) => sent.url().startsWith(callback));
    await press('Allow');
    expect(new URL((await arrived).url()).searchParams.has('code')).toBe(true);
  });
});
