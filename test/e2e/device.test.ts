import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { faultsOnPhone } from '../support/accessibility.js';
import { launchChromium } from '../support/chromium.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/processes.js';
import { postForm } from '../support/sign-in.js';

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
const television = `
  - client_id: television
    client_name: Television
    token_endpoint_auth_method: none
    grant_types: ["${grantType}", refresh_token]
    scope: openid profile offline_access
`;

let database: EmptyDatabase;
let stack: Stack;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  const edit = (text: string) => text.replace(/^clients:\n/m, `clients:${television}`);
  [stack, browser] = await Promise.all([startStack({ dsn: database.dsn, roles: ['all'], edit }), launchChromium()]);
  const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
}, 60_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
  await database.drop();
});

const client = { id: 'television' };
const ask = async () =>
  (await postForm(`${stack.urls.authz}/oauth2/v1/device_authorization`, { scope: 'openid profile' }, client)).body;
const poll = async (code: unknown) =>
  postForm(`${stack.urls.authz}/oauth2/v1/token`, { grant_type: grantType, device_code: String(code) }, client);

const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

describe('a device that somebody allows on their phone (RFC 8628 §3.3)', () => {
  it('gets its tokens after code, sign-in and a yes, on pages without faults', async () => {
    const device = await ask();
    expect((await poll(device.device_code)).body).toMatchObject({ error: 'authorization_pending' });
    await page.goto(String(device.verification_uri_complete));
    expect(await page.getByLabel('Code', { exact: true }).inputValue()).toBe(device.user_code);
    expect(await faultsOnPhone(page)).toEqual([]);
    await press('Continue');
    await page.getByLabel(/username|e-mail/i).fill('demo');
    await page.getByLabel('Password', { exact: true }).fill('demo-password');
    await press('Sign in');
    const question = page.getByRole('heading', { name: 'Allow this device?' });
    const later = page.getByRole('button', { name: 'Not now' });
    await question.or(later).first().waitFor();
    if (await later.isVisible()) await later.click();
    await question.waitFor();
    expect(await page.getByRole('note').textContent()).toContain('127.0.0.1');
    expect(await faultsOnPhone(page)).toEqual([]);
    await press('Allow');
    await page.getByRole('heading', { name: 'Your device is connected' }).waitFor();
    expect(await faultsOnPhone(page)).toEqual([]);
    const { status, body } = await poll(device.device_code);
    expect([status, Object.keys(body)]).toEqual([200, expect.arrayContaining(['access_token', 'id_token'])]);
    await page.goBack();
    expect((await poll(device.device_code)).body).toMatchObject({ error: 'invalid_grant' });
  });

  it('is told of a no, and of a code that nobody has', async () => {
    const device = await ask();
    await page.goto(String(device.verification_uri));
    await page.getByLabel('Code', { exact: true }).fill('BBBB-BBBB');
    await press('Continue');
    await page.getByRole('alert').waitFor();
    expect(await faultsOnPhone(page)).toEqual([]);
    await page.getByLabel('Code', { exact: true }).fill(String(device.user_code).toLowerCase());
    await press('Continue');
    await press('Deny');
    await page.getByRole('heading', { name: 'The device gets no access' }).waitFor();
    expect((await poll(device.device_code)).body).toMatchObject({ error: 'access_denied' });
  });
});
