import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as client from 'openid-client';
import { type APIRequestContext, type Browser, type BrowserContext, type Page, request } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/processes.js';
import { type OneOrigin, startOneOrigin, visitor } from '../support/reverse-proxy.js';

let browser: Browser;
let programs: APIRequestContext;
beforeAll(async () => {
  [browser, programs] = await Promise.all([launchChromium(), request.newContext({ ignoreHTTPSErrors: true })]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await programs.dispose();
});

/** A program's fetch that believes the proxy's certificate. */
const fetchAsProgram: client.CustomFetch = async (url, { method, headers, body }) => {
  const data = body instanceof URLSearchParams ? body.toString() : (body as string | undefined);
  const options = { method, headers, maxRedirects: 0, ...(data === undefined ? {} : { data }) };
  const answer = await programs.fetch(url, options);
  return new Response(new Uint8Array(await answer.body()), { status: answer.status(), headers: answer.headers() });
};

/** Both roles at `issuer`, and the resource server past the proxy, whose certificate it does not know. */
const at = (issuer: string) => (yaml: string) => {
  const authz = /^issuer: (\S+)$/m.exec(yaml)?.[1] ?? '';
  return yaml
    .replace(/^issuer: .*$/m, `issuer: ${issuer}\ninternal_urls: { authz: "${authz}" }`)
    .replace(/^ {2}idp: .*$/m, `  idp: ${issuer}`)
    .replace(/^http:\n/m, 'http:\n  trust_proxy: [loopback]\n');
};

describe.each([
  ['at the root', { path: '', strips: false }],
  ['below a path that the proxy takes away', { path: '/auth', strips: true }],
  ['below a path that the proxy passes on', { path: '/auth', strips: false }],
] as const)('I7: authz and idp at one origin, %s', (_name, options) => {
  let database: EmptyDatabase;
  let proxy: OneOrigin;
  let stack: Stack;
  let issuer: string;
  let relyingParty: Server;
  let context: BrowserContext;
  let page: Page;
  const callbacks: URL[] = [];

  beforeAll(async () => {
    [database, proxy] = await Promise.all([createDatabase({ empty: true }), startOneOrigin(options)]);
    issuer = proxy.origin + options.path;
    stack = await startStack({ dsn: database.dsn, edit: at(issuer) });
    proxy.authz.origin = stack.urls.authz;
    proxy.idp.origin = stack.urls.idp;
    relyingParty = createServer((req, res) => {
      callbacks.push(new URL(req.url ?? '/', `http://127.0.0.1:${stack.relyingPartyPort}`));
      res.setHeader('Content-Type', 'text/html').end('<p>back at the relying party</p>');
    }).listen(stack.relyingPartyPort, '127.0.0.1');
    await once(relyingParty, 'listening');
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
  }, 60_000);
  afterAll(async () => {
    await context.close();
    await new Promise((resolve) => relyingParty.close(resolve));
    await proxy.close();
    await stack.stop();
    await database.drop();
  });

  const press = (name: RegExp) => page.getByRole('button', { name }).click();
  async function signIn() {
    await page.getByLabel(/username|e-mail/i).fill('demo');
    await page.getByLabel('Password', { exact: true }).fill('demo-password');
    await press(/^sign in/i);
  }

  const discover = (algorithm: 'oidc' | 'oauth2') =>
    client.discovery(new URL(issuer), 'demo-client', undefined, client.ClientSecretBasic('demo-secret'), {
      algorithm,
      [client.customFetch]: fetchAsProgram,
    });

  it('discovery is found in both forms, and every address in it is below the issuer (RFC 8414 §3.1, OIDC Discovery §4)', async () => {
    const [oidc, oauth] = await Promise.all([discover('oidc'), discover('oauth2')]);
    expect(oidc.serverMetadata()).toMatchObject({ ...oauth.serverMetadata(), issuer });
    const addresses = Object.entries(oidc.serverMetadata()).filter(([name]) => /_endpoint$|_uri$/.test(name));
    expect(addresses.length).toBeGreaterThan(5);
    for (const [, address] of addresses) expect(address).toMatch(new RegExp(`^${issuer}/o`));
  });

  it('signs in, consents, exchanges the code, asks userinfo, refreshes and signs out', async () => {
    const config = await discover('oidc');
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: `http://127.0.0.1:${stack.relyingPartyPort}/callback`,
      scope: 'openid profile email offline_access read:resource',
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    await page.goto(url.href);
    await signIn();
    await press(/allow/i);
    await page.getByText('back at the relying party').waitFor();
    const callback = callbacks.find(({ pathname }) => pathname === '/callback');
    if (!callback) throw new Error('nobody came to the callback');

    const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(config, callback, checks);
    const subject = tokens.claims()?.sub ?? '';
    expect((await client.fetchUserInfo(config, tokens.access_token, subject)).email).toBe('demo@example.com');
    expect((await client.refreshTokenGrant(config, tokens.refresh_token ?? '')).claims()?.sub).toBe(subject);
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true });

    await page.goto(
      client.buildEndSessionUrl(config, {
        id_token_hint: tokens.id_token ?? '',
        post_logout_redirect_uri: `http://127.0.0.1:${stack.relyingPartyPort}/`,
        state: 'bye',
      }).href,
    );
    await page.getByText('back at the relying party').waitFor();
    expect(callbacks.at(-1)?.search).toBe('?state=bye');
  });

  it('plays the same in a page of another origin, with the question before the sign-out', async () => {
    await page.goto(stack.urls.spaRp);
    await page.getByTestId('sign-in').click();
    await signIn();
    await press(/allow/i);
    await page.getByTestId('userinfo').click();
    await page.locator('#result-body', { hasText: 'demo@example.com' }).waitFor();
    await page.getByTestId('call-api').click();
    await page.locator('#result-summary', { hasText: '200' }).waitFor();
    await page.getByTestId('refresh').click();
    await page.locator('#result-summary', { hasText: 'new tokens' }).waitFor();
    await page.goto(`${issuer}/oidc/v1/logout`);
    await press(/sign out/i);
    await page.getByText('You are signed out').waitFor();
  });

  it('cookies are bound to the host, and no name is set by both', async () => {
    const [authz, idp] = [proxy.authz.cookies, proxy.idp.cookies];
    expect([authz.size > 0, idp.size > 0]).toEqual([true, true]);
    for (const name of [...authz, ...idp]) expect(name).toMatch(/^__Host-/);
    expect([...authz].filter((name) => idp.has(name))).toEqual([]);
  });

  it('limits and audit trail see the visitor, not the proxy', async () => {
    const lines = stack.output().split('\n');
    const requests = lines.filter((line) => line.includes('"http request"') && line.includes('/oidc/v1/login'));
    expect(requests.length).toBeGreaterThan(0);
    for (const line of requests) expect(line).toContain(`"${visitor}"`);
  });

  it('what is no address of ours is a page, and said to be https only', async () => {
    const answer = await programs.fetch(`${issuer}/nothing`, { headers: { accept: 'text/html' } });
    expect(answer.status()).toBe(404);
    expect(answer.headers()['strict-transport-security']).toContain('max-age=31536000');
    expect(await answer.text()).toContain('Page not found');
  });
});
