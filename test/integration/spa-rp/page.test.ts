import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { systemClock } from '../../../src/clock.js';
import { createSpaRp } from '../../../src/spa-rp/index.js';
import { violationsOf } from '../../support/accessibility.js';
import { type FakeProvider, type Misbehaviour, startFakeProvider } from '../../support/fake-provider.js';

let assetsFolder: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let provider: FakeProvider;
let server: ReturnType<express.Express['listen']>;
let origin: string;
let complaints: string[];

beforeAll(async () => {
  assetsFolder = await mkdtemp(join(tmpdir(), 'spa-rp-'));
  await promisify(execFile)(process.execPath, ['src/spa-rp/browser/build.mjs', assetsFolder]);
  browser = await chromium.launch({
    executablePath: process.env.TEST_CHROMIUM_PATH ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});
afterAll(async () => {
  await browser.close();
  await rm(assetsFolder, { recursive: true });
});

beforeEach(async () => {
  provider = await startFakeProvider();
  const app = express();
  server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = {
    issuer: provider.url,
    publicUrls: { idp: provider.url, rs: provider.url, spaRp: origin },
    spaRp: { clientId: 'spa-rp', scope: 'openid profile email offline_access read:resource write:resource' },
  };
  createSpaRp({ config, clock: systemClock, assetsFolder }).mount(app);

  context = await browser.newContext();
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A status of 4xx is complained about by Chromium itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
});
afterEach(async () => {
  await context.close();
  server.close();
  server.closeAllConnections();
  await provider.close();
});

const id = (name: string) => page.getByTestId(name);

async function signIn(misbehaviour: Misbehaviour = {}): Promise<void> {
  Object.assign(provider.misbehaviour, misbehaviour);
  await page.goto(`${origin}/`);
  await id('sign-in').click();
}

async function signedIn(): Promise<void> {
  await signIn();
  await id('sign-out').waitFor();
}

const stored = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));

describe('the good path', () => {
  test('sign in, look, call, refresh, userinfo, sign out', async () => {
    await signedIn();
    expect(page.url()).toBe(`${origin}/`);
    const claims = JSON.parse((await id('id-token').textContent()) ?? '');
    expect(claims).toMatchObject({ iss: provider.url, sub: 'user', aud: 'spa-rp' });
    expect(JSON.parse((await id('access-token').textContent()) ?? '')).toMatchObject({ client_id: 'spa-rp' });
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('account-title');

    for (const [button, method] of [
      ['call-api', 'GET'],
      ['call-api-post', 'POST'],
      ['call-api-delete', 'DELETE'],
    ] as const) {
      await id(button).click();
      await id('result').getByText(`"${method}"`).waitFor();
      expect(await id('result').textContent()).toContain('200');
    }
    const before = await id('access-token').textContent();
    await id('refresh').click();
    await id('result').getByText('new tokens').waitFor();
    expect(await id('access-token').textContent()).not.toBe(before);
    await id('userinfo').click();
    await page.getByText('Hello, Demo User').waitFor();

    await id('sign-out').click();
    await page.getByText('You are signed out').waitFor();
    expect(page.url()).toBe(`${origin}/`);
    const logout = new URL(provider.log.find((line) => line.includes('/logout'))?.split(' ')[1] ?? '', provider.url);
    expect(logout.searchParams.get('id_token_hint')).toMatch(/^ey/);
    expect(await id('id-token').textContent()).toBe('');
    expect(complaints).toEqual([]);
  });

  test('the authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3, OIDC Core §3.1.2.1)', async () => {
    await signedIn();
    const line = provider.log.find((entry) => entry.startsWith('GET /authorize')) ?? '';
    const request = Object.fromEntries(new URL(line.slice(4), provider.url).searchParams);
    expect(request).toEqual({
      client_id: 'spa-rp',
      response_type: 'code',
      redirect_uri: `${origin}/callback`,
      scope: 'openid profile email offline_access read:resource write:resource',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
  });

  test('no token, code, state or nonce is stored once signed in (OAuth 2.1 for browser-based apps §8)', async () => {
    await signedIn();
    expect(await stored()).toBe('[{},{"had-session":"yes"},""]');
    expect(page.url()).not.toContain('code');
  });

  test('after a reload it signs in silently, or says that it cannot (OIDC Core §3.1.2.1 prompt=none)', async () => {
    await signedIn();
    await page.reload();
    await id('sign-out').waitFor();
    expect(provider.log.filter((line) => line.includes('prompt=none'))).toHaveLength(1);
    provider.misbehaviour.authorize = { error: 'login_required' };
    await page.reload();
    await id('error').getByText('You have to sign in again').waitFor();
    await page.reload();
    await id('sign-in').waitFor();
    expect(provider.log.filter((line) => line.includes('prompt=none'))).toHaveLength(2);
  });

  test('an opaque access token is said to be opaque', async () => {
    provider.accessTokenFormat = 'opaque';
    await signedIn();
    expect(await id('access-token').textContent()).toContain('opaque');
  });

  test('opened under another name of the host it moves to the registered one', async () => {
    await page.goto(`${origin.replace('127.0.0.1', 'localhost')}/`);
    await page.waitForURL(`${origin}/`);
  });

  test('a double click is one request', async () => {
    await signedIn();
    await id('refresh').dblclick();
    await id('result').getByText('new tokens').waitFor();
    expect(provider.log.filter((line) => line === 'POST /token')).toHaveLength(2);
  });
});

describe('what must not be accepted: nobody is signed in, and the page says why', () => {
  test.each<[string, Misbehaviour, string]>([
    ['RFC 6749 §10.12 another state', { authorize: { state: 'other' } }, 'state, issuer'],
    ['RFC 9207 §2.4 another iss', { authorize: { iss: 'https://evil.example' } }, 'state, issuer'],
    ['OIDC Core §3.1.3.7 another nonce', { idToken: { nonce: 'other' } }, 'nonce'],
    ['OIDC Core §3.1.3.7 no nonce', { idToken: { nonce: undefined } }, 'ID token'],
    ['OIDC Core §3.1.3.7 another audience', { idToken: { aud: 'other' } }, 'audience'],
    ['OIDC Core §3.1.3.7 another issuer', { idToken: { iss: 'https://evil.example' } }, 'issuer'],
    ['RFC 6749 §4.1.2.1 access_denied', { authorize: { error: 'access_denied' } }, 'You said no'],
    ['RFC 6749 §5.2 invalid_grant', { token: 'invalid_grant' }, 'expired, was used before or was revoked'],
    ['the token endpoint is down', { down: ['/token'] }, 'cannot be reached'],
    ['the issuer is down', { down: ['/.well-known/openid-configuration'] }, 'cannot be reached'],
  ])('%s', async (_, misbehaviour, words) => {
    await signIn(misbehaviour);
    await id('error').getByText(words).first().waitFor();
    expect(await id('sign-in').isVisible()).toBe(true);
    expect(await id('sign-out').isVisible()).toBe(false);
    expect(await stored()).toBe('[{},{},""]');
    expect(complaints).toEqual([]);
  });

  test('an answer to no sign-in of this tab (RFC 6749 §10.12)', async () => {
    await page.goto(`${origin}/callback?code=stolen&state=x&iss=${encodeURIComponent(provider.url)}`);
    await id('error').getByText('not started in this tab').waitFor();
    expect(page.url()).toBe(`${origin}/`);
    expect(provider.log).not.toContain('POST /token');
  });

  test('markup in an error code stays text', async () => {
    await signIn({ authorize: { error: '<img src=x onerror=alert(1)>' } });
    await id('error').getByText('<img src=x onerror=alert(1)>').waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });
});

describe('refusals once signed in, in words', () => {
  const challenge = (parameters: string) => ({ 'WWW-Authenticate': `Bearer realm="rs", ${parameters}` });

  test.each<[string, Misbehaviour, string, string]>([
    [
      'RFC 6750 §3.1 insufficient_scope',
      { api: { status: 403, headers: challenge('error="insufficient_scope", scope="delete:resource"') } },
      'call-api-delete',
      'What is missing: delete:resource',
    ],
    [
      'RFC 6750 §3.1 invalid_token',
      { api: { status: 401, headers: challenge('error="invalid_token"') } },
      'call-api',
      'expired or was revoked',
    ],
    ['503 with Retry-After', { api: { status: 503, headers: { 'Retry-After': '7' } } }, 'call-api', 'Wait 7 seconds'],
    ['the API is down', { down: ['/api/v1/protected/resource'] }, 'call-api', 'cannot be reached'],
    ['userinfo is down', { down: ['/userinfo'] }, 'userinfo', 'cannot be reached'],
    ['RFC 6749 §5.2 the refresh token is used up', { token: 'invalid_grant' }, 'refresh', 'Sign in again'],
  ])('%s', async (_, misbehaviour, button, words) => {
    await signedIn();
    Object.assign(provider.misbehaviour, misbehaviour);
    await id(button).click();
    await id('error').getByText(words).first().waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('accessibility', () => {
  test.each(['light', 'dark'] as const)('no violation found, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${origin}/`);
    await id('sign-in').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await signedIn();
    provider.misbehaviour.api = { status: 403, headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' } };
    await id('call-api').click();
    await id('error').waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });

  test('nothing is wider than a phone', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await signedIn();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  });
});
