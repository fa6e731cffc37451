import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { totpCode } from '../../src/crypto/totp.js';
import { faultsOnPhone } from '../support/accessibility.js';
import { launchChromium } from '../support/chromium.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/processes.js';
import { bytesOfKey } from '../support/second-factor.js';

let database: EmptyDatabase;
let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  const edit = (text: string) => `${text}\npolicy:\n  second_factor: required\n`;
  [stack, browser] = await Promise.all([startStack({ dsn: database.dsn, roles: ['all'], edit }), launchChromium()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
  await database.drop();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 320, height: 640 } });
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
});
afterEach(() => context.close());

const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();

async function signInByPassword(): Promise<void> {
  await page.goto(stack.urls.spaRp);
  await page.getByTestId('sign-in').click();
  await page.getByLabel(/username|e-mail/i).fill('demo');
  await page.getByLabel('Password', { exact: true }).fill('demo-password');
  await press('Sign in');
}

async function land(): Promise<string> {
  const allow = page.getByRole('button', { name: /allow/i });
  const token = page.getByTestId('id-token');
  await allow.or(token).filter({ visible: true }).first().waitFor();
  if (await allow.isVisible()) await allow.click();
  await token.waitFor({ state: 'visible' });
  return (await token.textContent()) ?? '';
}

describe('a second factor in a browser', () => {
  it('is set up on the way, and asked for the next time; a recovery code stands in for it', async () => {
    await signInByPassword();
    await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    expect(await faultsOnPhone(page)).toEqual([]);
    const secret = bytesOfKey((await page.locator('#key').textContent()) ?? '');
    await page.getByLabel('Code that the app then shows').fill(totpCode(secret, Math.floor(Date.now() / 30_000)));
    await press('Set up');
    await page.getByRole('heading', { name: 'Keep your recovery codes' }).waitFor();
    expect(await faultsOnPhone(page)).toEqual([]);
    const [code = ''] = await page.locator('ol code').allTextContents();
    await page.getByRole('link', { name: 'I have kept them' }).click();
    expect(await land()).toMatch(/"acr": "aal2"/);

    await context.clearCookies();
    await signInByPassword();
    await page.getByRole('heading', { name: 'Confirm it is you' }).waitFor();
    await page.getByText('Use a recovery code').click();
    expect(await faultsOnPhone(page)).toEqual([]);
    await page.getByLabel('Recovery code', { exact: true }).fill('wrong');
    await page.locator('details').getByRole('button').click();
    await page.getByRole('alert').waitFor();
    expect(await faultsOnPhone(page)).toEqual([]);
    await page.getByLabel('Recovery code', { exact: true }).fill(code);
    await page.locator('details').getByRole('button').click();
    expect(await land()).toMatch(/"otp",\s*"mfa"/);
  });
});
