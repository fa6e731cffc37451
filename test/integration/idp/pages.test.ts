import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { plainBrand } from '../../../src/pages/brand.js';
import { renderErrorPage } from '../../../src/pages/error.js';
import { renderFormPost } from '../../../src/pages/form-post.js';
import { viewFor } from '../../../src/pages/view.js';
import { violationsOf } from '../../support/accessibility.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../support/idp.js';
import { addClient } from '../../support/rows.js';

let idp: TestIdp;
let client: string;
let user: TestUser;
let chrome: Browser;
const contexts: BrowserContext[] = [];
const servers: Server[] = [];

type Answer = { readonly status: number; readonly headers: Record<string, string>; readonly body?: string };

/** A server of another origin that answers everything alike. */
async function origin(answer: () => Answer): Promise<string> {
  const server = createServer((_req, res) => {
    const { status, headers, body } = answer();
    res.writeHead(status, headers).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const redirectTo = (target: string) => () => ({ status: 303, headers: { location: target } });
const html = (body: string) => () => ({ status: 200, headers: { 'content-type': 'text/html' }, body });

beforeAll(async () => {
  // What follows idp in a real sign-in: authz, the client's callback, and wherever the client goes from there.
  const third = await origin(html('<h1>Arrived</h1>'));
  const callback = await origin(redirectTo(third));
  const authz = await origin(redirectTo(callback));
  idp = await openIdp({ config: { issuer: authz } });
  client = await addClient(idp.database, {
    client_name: 'Harbour Timesheets',
    policy_uri: 'https://harbour.example/privacy',
    tos_uri: 'https://harbour.example/terms',
    post_logout_redirect_uris: ['https://harbour.example/bye'],
  });
  user = await idp.addUser({ claims: { name: 'Ann Example' } });
  const executablePath = process.env.TEST_CHROMIUM_PATH;
  if (!executablePath) throw new Error('TEST_CHROMIUM_PATH is not set: the global set-up did not run');
  chrome = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
});
afterEach(async () => {
  idp.clock.advance(1_000);
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});
afterAll(async () => {
  await chrome.close();
  await idp.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function open(options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await chrome.newContext(options);
  contexts.push(context);
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (/Content.Security.Policy|Refused to|X-Frame-Options/i.test(message.text())) complaints.push(message.text());
  });
  return { page, complaints };
}

const urlOf = async (request = {}): Promise<string> => `${idp.origin}${hub(await idp.start(client, request))}`;

async function signIn(page: Page, password = user.password): Promise<void> {
  await page.getByLabel('Username or e-mail').fill(user.username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('A sign-in in a browser', () => {
  it.each([
    ['with script', true],
    ['without script', false],
  ])(
    '%s: over consent, to the client and on to where the client goes (design: no form-action)',
    async (_name, javaScriptEnabled) => {
      const { page, complaints } = await open({ javaScriptEnabled });
      await page.goto(await urlOf({ prompts: ['consent'] }));
      await signIn(page);
      await page.getByRole('button', { name: 'Allow' }).click();
      await expect(page.getByRole('heading').innerText()).resolves.toBe('Arrived');
      expect(complaints).toEqual([]);
    },
  );

  it('cancelled at the first page: back to the client', async () => {
    const { page } = await open();
    await page.goto(await urlOf());
    await page.getByRole('button', { name: 'Cancel and return to Harbour Timesheets' }).click();
    await expect(page.getByRole('heading').innerText()).resolves.toBe('Arrived');
  });

  it('the back button after signing in skips nothing and breaks nothing', async () => {
    const { page } = await open();
    await page.goto(await urlOf({ prompts: ['consent'] }));
    await signIn(page);
    await page.getByRole('button', { name: 'Deny' }).waitFor();
    await page.goBack();
    await page.reload();
    await page.getByRole('button', { name: 'Allow' }).click();
    await expect(page.getByRole('heading').innerText()).resolves.toBe('Arrived');
  });
});

describe('prompt=none in a frame of another site (OIDC Core §3.1.2.6)', () => {
  it('goes on to the client, though no cookie of ours arrives there', async () => {
    const silent = await urlOf({ prompts: ['none'] });
    const embedder = await origin(html(`<iframe src="${silent}"></iframe>`));
    const { page } = await open();
    await page.goto(embedder.replace('127.0.0.1', 'localhost'));
    await page.frameLocator('iframe').getByText('Arrived').waitFor();
  });

  it('and a page of ours is never framed', async () => {
    const embedder = await origin(html(`<iframe src="${await urlOf()}"></iframe>`));
    const { page, complaints } = await open();
    await page.goto(embedder.replace('127.0.0.1', 'localhost'));
    await page.waitForLoadState('networkidle');
    expect(await page.frameLocator('iframe').getByLabel('Password').count()).toBe(0);
    expect(complaints.length).toBeGreaterThan(0);
  });
});

const plainView = viewFor(plainBrand, { accepted: undefined, chosen: undefined, chosenFor: undefined });

describe.each([
  ['light, desktop', { colorScheme: 'light' as const, viewport: { width: 1280, height: 800 } }],
  ['dark, phone', { colorScheme: 'dark' as const, viewport: { width: 320, height: 640 } }],
])('Accessibility (WCAG 2.2 AA): %s', (_name, options) => {
  const check = async (page: Page, heading: string) => {
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(heading);
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  };

  it('sign-in, its problems, consent and sign-out', async () => {
    const { page, complaints } = await open(options);
    await page.goto(await urlOf({ scopes: ['openid', 'profile', 'email', 'offline_access', 'vendor:thing'] }));
    await check(page, 'Sign in');
    expect(await page.evaluate('document.activeElement.id')).toBe('identifier');
    await signIn(page, 'wrong');
    await check(page, 'Sign in');
    expect(await page.getByRole('alert').innerText()).toContain('do not match');
    await signIn(page, '   ');
    await signIn(page);
    await check(page, 'Allow access?');
    await page.goto(`${idp.origin}/oidc/v1/logout`);
    await check(page, 'Sign out?');
    await page.goto(`${idp.origin}/oidc/v1/logout?id_token_hint=nonsense`);
    await check(page, 'Sign out?');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await check(page, 'You are signed out');
    expect(complaints).toEqual([]);
  });

  it('what was left out is named at its field', async () => {
    const { page } = await open(options);
    await page.goto(await urlOf());
    await page.evaluate('document.forms[0].noValidate = true');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await check(page, 'Sign in');
    const field = page.getByLabel('Username or e-mail');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator(`#${await field.getAttribute('aria-describedby')}`).innerText()).toContain('Enter your');
    await page.getByRole('alert').getByRole('link').first().click();
    expect(await page.evaluate('document.activeElement.id')).toBe('identifier');
  });

  it('pages that say what went wrong', async () => {
    const { page } = await open(options);
    await page.goto(`${idp.origin}${hub('unknown')}`);
    await check(page, 'This sign-in cannot continue');
    await page.goto(`${idp.origin}/nowhere`);
    await check(page, 'Page not found');
    const fault = { status: 500, title: 'Something went wrong', message: 'Try again.', requestId: 'r' };
    await page.setContent(renderErrorPage(plainView, fault).html);
    await check(page, 'Something went wrong');
  });
});

describe('Form Post Response Mode §2', () => {
  it.each([
    ['by itself', true],
    ['by its button where scripts are off', false],
  ])('posts to the client %s, its only script allowed by hash', async (_name, javaScriptEnabled) => {
    let received = '';
    const server = createServer((req, res) => {
      req.on('data', (chunk) => {
        received += chunk;
      });
      req.on('end', () => res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Received</h1>'));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const action = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
    const sent = renderFormPost(plainView, { action, parameters: { code: 'c"<&', state: 's' } });
    const headers = { 'content-type': 'text/html', ...Object.fromEntries(sent.headers) };
    const authz = await origin(() => ({ status: 200, headers, body: sent.html }));
    const { page, complaints } = await open({ javaScriptEnabled });
    await page.goto(authz);
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Received').waitFor();
    expect(Object.fromEntries(new URLSearchParams(received))).toEqual({ code: 'c"<&', state: 's' });
    expect(complaints).toEqual([]);
  });
});
