import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { faultsOnPhone } from '../support/accessibility.js';
import { launchChromium } from '../support/chromium.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/processes.js';

/** Browsers tell hosts apart by name and not by port: the other house has an address of its own, or it would share our cookies. */
const elsewhere = '127.0.0.2';

let databases: readonly EmptyDatabase[];
let upstream: Stack;
let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

const moved = (yaml: string): string =>
  yaml
    .replace(/^issuer: http:\/\/127\.0\.0\.1/m, `issuer: http://${elsewhere}`)
    .replace(/^( {2}idp: http:\/\/)localhost/m, `$1${elsewhere}`)
    .replace(/^http:\n {2}bind: 127\.0\.0\.1$/m, 'http:\n  bind: 0.0.0.0');

const provider = (issuer: string): string => `
outbound:
  allow_hosts: ["${elsewhere}", "127.0.0.1"]
identity_providers:
  - id: elsewhere
    name: Elsewhere
    issuer: ${issuer}
    client_id: demo-client
    client_secret: demo-secret
    on_unknown: create
    trust_email: true
`;

/** The other house learns where ours is once that is known. */
async function introduce(dsn: string): Promise<void> {
  const client = new pg.Client({ connectionString: dsn });
  await client.connect();
  const uris = JSON.stringify([`${stack.urls.idp}/oidc/v1/federation/elsewhere/callback`]);
  await client.query(
    "UPDATE clients SET metadata = jsonb_set(metadata, '{redirect_uris}', $1) WHERE client_id = 'demo-client'",
    [uris],
  );
  await client.end();
}

beforeAll(async () => {
  databases = await Promise.all([createDatabase({ empty: true }), createDatabase({ empty: true })]);
  const [theirs, ours] = databases.map(({ dsn }) => dsn) as [string, string];
  [upstream, browser] = await Promise.all([startStack({ dsn: theirs, edit: moved }), launchChromium()]);
  const issuer = upstream.urls.authz.replace('127.0.0.1', elsewhere);
  stack = await startStack({ dsn: ours, edit: (yaml) => yaml + provider(issuer) });
  await introduce(theirs);
}, 90_000);
afterAll(async () => {
  await browser.close();
  await Promise.all([stack.stop(), upstream.stop()]);
  await Promise.all(databases.map((database) => database.drop()));
});
beforeEach(() => open({}));
afterEach(() => context.close());

async function open(options: { javaScriptEnabled?: boolean }): Promise<void> {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 320, height: 640 }, ...options });
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
}

const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();

async function signIn(): Promise<void> {
  await page.getByLabel(/username|e-mail/i).fill('demo');
  await page.getByLabel('Password', { exact: true }).fill('demo-password');
  await press('Sign in');
}

/** Answers whatever is still asked for, here or elsewhere, until the application has its tokens. */
async function land(): Promise<string> {
  const token = page.getByTestId('id-token');
  const question = page.getByRole('button', { name: /^(allow|not now)/i });
  for (let step = 0; step < 6; step += 1) {
    await question.or(token).filter({ visible: true }).first().waitFor();
    if (await token.isVisible()) return (await token.textContent()) ?? '';
    const here = page.url();
    await question.first().click();
    await page.waitForURL((url) => url.href !== here);
  }
  throw new Error('the sign-in leads in circles');
}

describe('A second instance of ourselves as another provider, in a browser', () => {
  it('signs somebody in: linked once their account here has been proven, and by itself from then on', async () => {
    await page.goto(stack.urls.spaRp);
    await page.getByTestId('sign-in').click();
    await page.getByRole('button', { name: 'Continue with Elsewhere' }).waitFor();
    expect(await faultsOnPhone(page)).toEqual([]);
    await press('Continue with Elsewhere');
    await page.waitForURL((url) => url.hostname === elsewhere);
    await signIn();
    await press(/allow/i);
    await page.getByText('An account with your address exists').waitFor();
    expect(new URL(page.url()).origin).toBe(stack.urls.idp);
    expect(await faultsOnPhone(page)).toEqual([]);
    await signIn();
    const { sub } = JSON.parse(await land());

    await open({});
    await page.goto(stack.urls.spaRp);
    await page.getByTestId('sign-in').click();
    await press('Continue with Elsewhere');
    await page.waitForURL((url) => url.hostname === elsewhere);
    await signIn();
    expect(JSON.parse(await land())).toMatchObject({ sub, amr: ['fed'], acr: 'aal1' });

    await page.goto(`${stack.urls.idp}/account/links`);
    await page.getByRole('heading', { name: 'Elsewhere' }).waitFor();
    expect(await page.getByText('demo@example.com').count()).toBe(1);
    expect(await faultsOnPhone(page)).toEqual([]);
    await press(/Unlink/);
    await page.getByText('No account elsewhere is linked with yours.').waitFor();
  }, 90_000);

  it('works without script', async () => {
    await open({ javaScriptEnabled: false });
    await page.goto(`${stack.urls.idp}/account/links`);
    await signIn();
    await press('Link Elsewhere');
    await page.waitForURL((url) => url.hostname === elsewhere);
    await signIn();
    const allow = page.getByRole('button', { name: /allow/i });
    const heading = page.getByRole('heading', { name: 'Elsewhere' });
    await allow.or(heading).first().waitFor();
    if (await allow.isVisible()) await allow.click();
    await heading.waitFor();
    expect(page.url()).toBe(`${stack.urls.idp}/account/links`);
  }, 60_000);
});
