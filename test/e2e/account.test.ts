import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { totpCode } from '../../src/crypto/totp.js';
import { textsIn } from '../../src/pages/languages.js';
import { accountPages, endpoints } from '../../src/protocol/endpoints.js';
import { accountApiAddresses } from '../../src/protocol/resource/account-api.js';
import { violationsOf } from '../support/accessibility.js';
import { launchChromium } from '../support/chromium.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/processes.js';
import { bytesOfKey } from '../support/second-factor.js';
import { redeem, signIn } from '../support/sign-in.js';

let database: EmptyDatabase;
let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  [stack, browser] = await Promise.all([
    startStack({ dsn: database.dsn, roles: ['all'], env: { IDENTITY_FACTORS_EMAIL: 'first' } }),
    launchChromium(),
  ]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
  await database.drop();
});

async function signInAt(page: Page) {
  await page.goto(stack.urls.idp);
  await page.getByLabel(/username|e-mail/i).fill('demo');
  await page.getByLabel('Password', { exact: true }).fill('demo-password');
  await page.getByRole('button', { name: /^sign in$/i }).click();
  await page.waitForURL(`${stack.urls.idp}/account`);
}

/** A device that makes passkeys and says yes to everything. */
async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  });
}

/** A curl of a document as a request: `-H`, `-X`, `--json` and the address. */
function requestOf(command: string, variables: Readonly<Record<string, string>>): [string, RequestInit] {
  const text = command.replace(/\$(\w+)/g, (_, name: string) => variables[name] ?? '');
  const words = [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
  const after = (flag: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined);
  const [json, field] = [after('--json'), after('-H')];
  const headers: [string, string][] = field === undefined ? [] : [field.split(': ') as [string, string]];
  if (json !== undefined) headers.push(['content-type', 'application/json']);
  const init = {
    method: after('-X') ?? (json === undefined ? 'GET' : 'POST'),
    headers,
    ...(json !== undefined && { body: json }),
  };
  return [words.at(-1) ?? '', init];
}

const shown = accountPages.filter((name) => name !== 'accountData');

describe.each<[string, BrowserContextOptions]>([
  ['light, desktop', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }],
  ['dark, phone', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }],
])('The account in a browser: %s', (_name, options) => {
  it('each page can be used by everybody (WCAG 2.2 AA)', async () => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await signInAt(page);
    for (const name of shown) {
      await page.goto(stack.urls.idp + endpoints[name].path);
      expect([name, await violationsOf(page)]).toEqual([name, []]);
      expect([name, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([name, true]);
    }
    await context.close();
  }, 60_000);

  it('somebody changes their details and signs another browser out', async () => {
    const contexts = [await browser.newContext(options), await browser.newContext(options)] as const;
    const [here, there] = [await contexts[0].newPage(), await contexts[1].newPage()];
    await signInAt(there);
    await signInAt(here);
    await here.getByRole('link', { name: 'Your details' }).first().click();
    await here.getByLabel('Nickname').fill('Demi');
    await here.getByRole('button', { name: 'Save' }).click();
    await here.waitForURL(`${stack.urls.idp}/account/profile`);
    expect(await here.getByLabel('Nickname').inputValue()).toBe('Demi');
    // By the menu where there is room for one, and else by the way back.
    await here.getByRole('link', { name: 'Account', exact: true }).click();
    await here.getByRole('link', { name: 'Where you are signed in' }).first().click();
    await here.getByRole('button', { name: 'Sign out everywhere else' }).click();
    await here.getByRole('button').waitFor({ state: 'detached' });
    expect(await here.getByRole('listitem').filter({ hasText: '(this one)' }).count()).toBe(1);
    await there.goto(`${stack.urls.idp}/account`);
    expect(there.url()).toContain('/interaction/');
    for (const context of contexts) await context.close();
  }, 60_000);

  it('somebody adds a passkey, an authenticator app and new recovery codes', async () => {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    await signInAt(page);
    await addAuthenticator(page);
    await page.goto(`${stack.urls.idp}/account/passkeys`);
    const passkeys = page.getByRole('heading', { name: 'Passkey', exact: true });
    await page.getByRole('button', { name: 'Create a passkey' }).click();
    await passkeys.first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Remove Passkey' }).click();
    await passkeys.first().waitFor({ state: 'detached' });

    await page.goto(`${stack.urls.idp}/account/authenticator`);
    await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    const secret = bytesOfKey((await page.locator('#key').textContent()) ?? '');
    await page.getByLabel('Code that the app then shows').fill(totpCode(secret, Math.floor(Date.now() / 30_000)));
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('link', { name: 'I have kept them' }).waitFor();
    expect([await violationsOf(page), await page.locator('ol code').count()]).toEqual([[], 10]);
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await page.getByText('10 of your recovery codes are unused.').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make new recovery codes' }).click();
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await page.getByRole('button', { name: 'Remove the app' }).click();
    await page.locator('#key').waitFor();
    await context.close();
  }, 60_000);

  it('somebody who chooses a password sees it on request, and is told how strong it is while they type', async () => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(stack.urls.idp);
    const current = page.getByLabel('Password', { exact: true });
    await current.fill('demo-password');
    await page.getByRole('button', { name: 'Show password' }).click();
    expect(await current.getAttribute('type')).toBe('text');
    await page.getByRole('button', { name: 'Hide password' }).click();
    expect(await current.getAttribute('type')).toBe('password');
    await signInAt(page);
    await page.goto(stack.urls.idp + endpoints.accountPassword.path);
    const chosen = page.getByLabel('New password', { exact: true });
    for (const [typed, told] of [
      ['four words', 'Characters still missing: 5'],
      ['abcabcabcabcabcabc', 'It repeats itself or is a sequence. Choose another.'],
      ['four words in a', 'Long enough. A few characters more make it strong.'],
      ['four words in a line', 'Long and varied: strong.'],
    ] as const) {
      await chosen.fill(typed);
      await page.getByText(told).waitFor();
    }
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show password' }).click();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await context.close();
  }, 60_000);
});

describe('Somebody who comes with nothing but an e-mail address', () => {
  const [name, email] = ['Ada Lovelace', 'ada@example.org'];

  /** The newest mail, as the mailbox of the development profile shows it. */
  async function newestMail(context: BrowserContext): Promise<{ readonly text: string; readonly link: string }> {
    const mailbox = await context.newPage();
    await mailbox.goto(`${stack.urls.idp}/dev/mailbox`);
    await mailbox.getByRole('listitem').getByRole('link').first().click();
    const mail = mailbox.locator('pre');
    await mail.waitFor();
    const link = (await mail.getByRole('link').count()) > 0 ? await mail.getByRole('link').getAttribute('href') : null;
    const text = (await mail.textContent()) ?? '';
    await mailbox.close();
    return { text, link: link ?? '' };
  }

  async function openAccount(options: BrowserContextOptions) {
    const context = await browser.newContext({ viewport: { width: 320, height: 640 }, ...options });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    await page.goto(stack.urls.idp);
    const press = (button: string) => page.getByRole('button', { name: button, exact: true }).click();
    return { context, page, press };
  }

  it('makes an account for an application, on the way to it', async () => {
    const { context, page, press } = await openAccount({ colorScheme: 'dark' });
    await page.goto(stack.urls.spaRp);
    await page.getByTestId('sign-in').click();
    await page.getByRole('link', { name: 'Create an account' }).click();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByLabel('E-mail address').fill(email);
    await press('Send the link');
    await page.getByText('A message is on its way').waitFor();
    await page.goto((await newestMail(context)).link);
    expect(await violationsOf(page)).toEqual([]);
    await page.getByLabel('Full name').fill(name);
    await page.getByLabel('New password', { exact: true }).fill('an engine of my own');
    await press('Create the account');
    await press('Allow');
    await page.getByTestId('id-token').waitFor();
    expect(JSON.parse((await page.getByTestId('id-token').textContent()) ?? '')).toMatchObject({ amr: ['pwd'] });
    await context.close();
  }, 60_000);

  it('sets another password without script, and goes on to where they were', async () => {
    const { context, page, press } = await openAccount({ javaScriptEnabled: false });
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByLabel(/username|e-mail/i).fill(email);
    await press('Send the link');
    await page.getByText('Look into your mailbox').waitFor();
    await page.goto((await newestMail(context)).link);
    await page.getByLabel('New password', { exact: true }).fill('another engine of my own');
    await press('Save the password');
    await page.getByRole('link', { name: 'Back to sign-in' }).click();
    await page.getByLabel(/username|e-mail/i).fill(email);
    await page.getByLabel('Password', { exact: true }).fill('another engine of my own');
    await press('Sign in');
    await page.waitForURL(`${stack.urls.idp}/account`);
    await page.getByText(name).first().waitFor();
    await context.close();
  }, 60_000);

  it('signs in by a code that is mailed, without script', async () => {
    const { context, page, press } = await openAccount({ javaScriptEnabled: false });
    await page.getByLabel(/username|e-mail/i).fill(email);
    await press('Send me a code by e-mail');
    const code = page.getByLabel('Eight-digit code');
    await code.waitFor();
    await code.fill(/\d{4} \d{4}/.exec((await newestMail(context)).text)?.[0] ?? '');
    await press('Continue');
    await page.waitForURL(`${stack.urls.idp}/account`);
    await context.close();
  }, 60_000);

  it('finds the page for the code usable (WCAG 2.2 AA)', async () => {
    const { context, page, press } = await openAccount({ colorScheme: 'dark' });
    await page.getByLabel(/username|e-mail/i).fill('nobody');
    await press('Send me a code by e-mail');
    await page.getByLabel('Eight-digit code').fill('0000 0000');
    await press('Continue');
    await page.getByText('The code is wrong').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await context.close();
  }, 60_000);
});

// The last one: it ends with the account.
it('speaks German on every page to whoever chose it, without script, on a phone', async () => {
  const options = { javaScriptEnabled: false, locale: 'de-DE', viewport: { width: 320, height: 640 } };
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const choose = async (language: string) => {
    await page.goto(stack.urls.idp + endpoints.accountProfile.path);
    await page.locator('[name=locale]').selectOption(language);
    await page.locator('main form button[type=submit]').first().click();
  };
  await page.goto(stack.urls.idp);
  await page.getByLabel('Benutzername oder E-Mail-Adresse').fill('demo');
  await page.getByLabel('Passwort', { exact: true }).fill('demo-password');
  await page.getByRole('button', { name: 'Anmelden', exact: true }).click();
  await page.waitForURL(`${stack.urls.idp}/account`);
  await choose('de');
  // There is no other provider here with which an account could be linked.
  for (const name of shown.filter((each) => each !== 'accountLinks')) {
    await page.goto(stack.urls.idp + endpoints[name].path);
    const seen = await page.evaluate(
      '[document.documentElement.lang, document.documentElement.scrollWidth <= innerWidth]',
    );
    expect([name, seen]).toEqual([name, ['de', true]]);
    expect([name, await page.locator('h1').textContent()]).toEqual([name, textsIn.de.account.titles[name]]);
  }
  await choose('en');
  await context.close();
}, 60_000);

it('docs/integrate/account-api.md: every address is in the table, and every example does what it says', async () => {
  const document = await readFile('docs/integrate/account-api.md', 'utf8');
  const rows = [...document.matchAll(/^\| `(\/[^`]+)` \| (GET|POST|PATCH|DELETE) \|/gm)].map(
    ([, path, method]) => `${method} ${path}`,
  );
  const names: Readonly<Record<string, string>> = { passkey: 'id', session: 'id', client: 'client_id' };
  const addresses = Object.values(accountApiAddresses).flatMap(({ path, methods }) =>
    methods.map(
      (method) =>
        `${method} ${path.replace('/account/api/v1', '').replace(/:(\w+)/g, (_, name: string) => `{${names[name] ?? name}}`)}`,
    ),
  );
  expect(rows.sort()).toEqual(addresses.sort());

  const redirectUri = `http://127.0.0.1:${stack.relyingPartyPort}/callback`;
  const client = { id: 'demo-client', secret: 'demo-secret' };
  const scope = 'account:read account:write';
  const { body } = await redeem(
    stack.urls.authz,
    await signIn({ issuer: stack.urls.authz, clientId: client.id, redirectUri, scope }),
    client,
  );
  const [, block = ''] = /## Try it[\s\S]*?```bash\n([\s\S]*?)```/.exec(document) ?? [];
  const there = block.replaceAll('http://localhost:8081', stack.urls.idp);
  const variables = { TOKEN: String(body.access_token), API: /API=(\S+)/.exec(there)?.[1] ?? '' };
  const statuses: number[] = [];
  for (const command of there.split('\n').filter((line) => line.startsWith('curl')))
    statuses.push((await fetch(...requestOf(command, variables))).status);
  expect(statuses).toEqual([200, 200, 204, 200, 204, 200, 200, 200, 200, 202, 204, 202]);
});
