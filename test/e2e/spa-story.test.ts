import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { violationsOf } from '../support/accessibility.js';
import { launchChromium } from '../support/chromium.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/processes.js';

let database: EmptyDatabase;
let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  [stack, browser] = await Promise.all([startStack({ dsn: database.dsn, roles: ['all'] }), launchChromium()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await stack.stop();
  await database.drop();
});
beforeEach(async () => {
  context = await browser.newContext();
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
});
afterEach(() => context.close());

const press = (name: string | RegExp, on = page) => on.getByRole('button', { name }).click();

async function signInAs(password: string, on = page) {
  await on.getByLabel(/username|e-mail/i).fill('demo');
  await on.getByLabel('Password', { exact: true }).fill(password);
  await press(/^sign in/i, on);
}

async function arrive(on = page) {
  await on.goto(stack.urls.spaRp);
  await on.getByTestId('sign-in').click();
}

/** Consent is remembered for the user, so it is asked in one of the tests only. */
async function signInAndArrive(on = page) {
  await arrive(on);
  await signInAs('demo-password', on);
  await on.waitForURL((url) => url.pathname.includes('/interaction/') || url.origin === stack.urls.spaRp);
  const allow = on.getByRole('button', { name: /allow/i });
  const tokens = on.getByTestId('id-token');
  await allow.or(tokens).filter({ visible: true }).first().waitFor();
  if (await allow.isVisible()) await allow.click();
  await tokens.waitFor({ state: 'visible' });
}

/** A request of the client whose callback is at `relyingPartyPort`. */
function authorizationUrl(parameters: Record<string, string>): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'demo-client',
    redirect_uri: `http://127.0.0.1:${stack.relyingPartyPort}/callback`,
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...parameters,
  });
  return `${stack.urls.authz}/oauth2/v1/authorize?${query}`;
}

describe('the whole story in a browser', () => {
  it('signs in, consents, calls the API, refreshes, asks userinfo and signs out', async () => {
    await arrive();
    await page.getByLabel('Password', { exact: true }).waitFor();
    expect(new URL(page.url()).origin).toBe(stack.urls.idp);
    expect(await violationsOf(page)).toEqual([]);

    await signInAs('not the password');
    await page.getByRole('alert').waitFor();
    expect(await violationsOf(page)).toEqual([]);

    await signInAs('demo-password');
    await page.getByRole('button', { name: /allow/i }).waitFor();
    expect(await page.content()).toContain('Demo single-page app');
    expect(await violationsOf(page)).toEqual([]);
    await press(/allow/i);

    await page.getByTestId('id-token').waitFor({ state: 'visible' });
    expect(new URL(page.url()).href).toBe(`${stack.urls.spaRp}/`);
    expect(await page.getByTestId('id-token').textContent()).toContain(`"iss": "${stack.urls.authz}"`);
    expect(await page.getByTestId('access-token').textContent()).toContain('read:resource');
    expect(await violationsOf(page)).toEqual([]);

    for (const [button, method] of [
      ['call-api', 'GET'],
      ['call-api-post', 'POST'],
      ['call-api-delete', 'DELETE'],
    ] as const) {
      await page.getByTestId(button).click();
      await page
        .getByText(new RegExp(`${method}.*`))
        .first()
        .waitFor();
      await page.locator('#result-summary', { hasText: method }).waitFor();
      expect(await page.getByTestId('result').textContent()).toMatch(/20[0-9]/);
    }

    const before = await page.getByTestId('access-token').textContent();
    await page.getByTestId('refresh').click();
    await page.locator('#result-summary', { hasText: 'new tokens' }).waitFor();
    expect(await page.getByTestId('access-token').textContent()).not.toBe(before);

    await page.getByTestId('userinfo').click();
    await page.locator('#result-body', { hasText: 'demo@example.com' }).waitFor();

    await page.getByTestId('sign-out').click();
    await page.getByTestId('sign-in').waitFor();
    expect(await page.content()).toContain('You are signed out');
    await page.getByTestId('sign-in').click();
    await page.getByLabel('Password', { exact: true }).waitFor();
  });

  it('keeps tokens out of every storage', async () => {
    await signInAndArrive();
    const stored = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(stored).not.toMatch(/eyJ/);
    expect(stored).not.toContain('verifier');
  });

  it('signs in again without a question after a reload, consent being remembered', async () => {
    await signInAndArrive();
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(new URL(request.url()).origin));
    await page.reload();
    await page.getByTestId('id-token').waitFor({ state: 'visible' });
    expect(asked).toContain(stack.urls.authz);
    expect(asked).not.toContain(stack.urls.idp);
  });

  it('answers prompt=none in an iframe of the same site at once, and nobody’s session on another site', async () => {
    const answers: URLSearchParams[] = [];
    const relyingParty = createServer((req, res) => {
      const { pathname, searchParams } = new URL(req.url ?? '', 'http://127.0.0.1');
      if (pathname === '/callback') answers.push(searchParams);
      const silent = authorizationUrl({ state: 'silent', prompt: 'none' }).replaceAll('&', '&amp;');
      const body = pathname === '/embedding' ? `<iframe src="${silent}"></iframe>` : 'arrived';
      res.setHeader('Content-Type', 'text/html').end(body);
    }).listen(stack.relyingPartyPort);
    await page.goto(authorizationUrl({ state: 'page' }));
    await signInAs('demo-password');
    const allow = page.getByRole('button', { name: /allow/i });
    await allow.or(page.getByText('arrived')).first().waitFor();
    if (await allow.isVisible()) await allow.click();
    await page.getByText('arrived').waitFor();

    for (const host of ['127.0.0.1', 'localhost']) {
      await page.goto(`http://${host}:${stack.relyingPartyPort}/embedding`);
      await page.frameLocator('iframe').getByText('arrived').waitFor();
    }
    await new Promise((resolve) => relyingParty.close(resolve));
    const told = answers.map((answer) => [answer.get('state'), answer.has('code') ? 'code' : answer.get('error')]);
    expect(told).toEqual([
      ['page', 'code'],
      ['silent', 'code'],
      ['silent', 'login_required'],
    ]);
  });

  it('tells a denial to the application', async () => {
    await arrive();
    await press(/cancel|back to|deny/i);
    await page.getByTestId('error').waitFor({ state: 'visible' });
    expect(new URL(page.url()).origin).toBe(stack.urls.spaRp);
  });

  it('completes in two tabs at once', async () => {
    const other = await context.newPage();
    await signInAndArrive(page);
    await context.clearCookies();
    await arrive(page);
    await page.getByLabel('Password', { exact: true }).waitFor();
    await arrive(other);
    await other.getByLabel('Password', { exact: true }).waitFor();
    await signInAs('demo-password', page);
    await page.getByTestId('id-token').waitFor({ state: 'visible' });
    await signInAs('demo-password', other);
    await other.getByTestId('id-token').waitFor({ state: 'visible' });
  });

  it('survives the back button and a double click', async () => {
    await arrive();
    await page.getByLabel(/username|e-mail/i).fill('demo');
    await page.getByLabel('Password', { exact: true }).fill('demo-password');
    await page.getByRole('button', { name: /^sign in/i }).dblclick();
    await page.getByTestId('id-token').waitFor({ state: 'visible' });
    await page.goBack();
    await page.waitForLoadState();
    expect(await page.content()).not.toMatch(/stack|internal server error/i);
  });

  it.each([
    ['light', 'light', 1280],
    ['dark', 'dark', 1280],
    ['on a phone', 'light', 390],
  ] as const)('shows pages that are accessible, %s', async (_, colorScheme, width) => {
    const other = await browser.newContext({ colorScheme, viewport: { width, height: 844 } });
    const shown = await other.newPage();
    await arrive(shown);
    await shown.getByLabel('Password', { exact: true }).waitFor();
    expect(await violationsOf(shown)).toEqual([]);
    const overflow = await shown.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await other.close();
  });

  it('works without script as far as the consent', async () => {
    const other = await browser.newContext({ javaScriptEnabled: false });
    const shown = await other.newPage();
    const answers: string[] = [];
    const relyingParty = createServer((req, res) => {
      answers.push(req.url ?? '');
      res.setHeader('Content-Type', 'text/html').end('arrived');
    }).listen(stack.relyingPartyPort, '127.0.0.1');
    await shown.goto(authorizationUrl({ state: 'without-script', prompt: 'consent' }));
    await signInAs('demo-password', shown);
    await press(/allow/i, shown);
    await shown.getByText('arrived').waitFor();
    expect(answers[0]).toContain('state=without-script');
    expect(answers[0]).toContain(`iss=${encodeURIComponent(stack.urls.authz)}`);
    await other.close();
    await new Promise((resolve) => relyingParty.close(resolve));
  });
});

describe('in German', () => {
  const signInUrl = (wishes: Readonly<Record<string, string>>) => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'demo-client',
      redirect_uri: `http://127.0.0.1:${stack.relyingPartyPort}/callback`,
      scope: 'openid profile',
      prompt: 'login consent',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      ...wishes,
    });
    return `${stack.urls.authz}/oauth2/v1/authorize?${query}`;
  };

  it.each([
    ['by ui_locales', { ui_locales: 'de-CH' }, { locale: 'fr-FR' }, 'Anmelden'],
    ['by the link at the foot of the page', { ui_locales: 'fr' }, { locale: 'en-GB' }, 'Connexion'],
    ['by the link, without script', {}, { locale: 'es-MX', javaScriptEnabled: false }, 'Iniciar sesión'],
  ])('signs in and consents %s', async (_, wishes, options, first) => {
    const relyingParty = createServer((_req, res) => res.setHeader('Content-Type', 'text/html').end('arrived'));
    relyingParty.listen(stack.relyingPartyPort, '127.0.0.1');
    const other = await browser.newContext({ ...options, viewport: { width: 320, height: 640 }, colorScheme: 'dark' });
    const shown = await other.newPage();
    // Axe is a script itself.
    const faults = async () => ('javaScriptEnabled' in options ? [] : violationsOf(shown));
    await shown.goto(signInUrl(wishes));
    expect(await shown.getByRole('heading', { level: 1 }).textContent()).toBe(first);
    if (first !== 'Anmelden') await shown.getByRole('link', { name: 'Deutsch' }).click();
    await shown.getByRole('heading', { name: 'Anmelden' }).waitFor();
    expect(await faults()).toEqual([]);
    await shown.getByLabel('Benutzername oder E-Mail-Adresse').fill('demo');
    await shown.getByLabel('Passwort').fill('demo-password');
    await shown.getByRole('button', { name: 'Anmelden' }).click();
    await shown.getByRole('heading', { name: 'Zugriff erlauben?' }).waitFor();
    expect(await faults()).toEqual([]);
    await shown.getByRole('button', { name: 'Erlauben' }).click();
    await shown.getByText('arrived').waitFor();
    await other.close();
    await new Promise((resolve) => relyingParty.close(resolve));
  });
});
