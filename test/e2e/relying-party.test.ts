import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as client from 'openid-client';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { type Collector, startCollector } from '../support/collector.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { dump } from '../support/dump.js';
import { type Stack, startStack } from '../support/processes.js';

let database: EmptyDatabase;
let stack: Stack;
let browser: Browser;
let collector: Collector;
let relyingParty: Server;
const callbacks: URL[] = [];
/** Everything secret that this run came across, by what it is. */
const secrets = new Map<string, string>();
const keep = <T extends string | undefined>(name: string, value: T): T => {
  if (value) secrets.set(name, value);
  return value;
};

beforeAll(async () => {
  [database, collector] = await Promise.all([createDatabase({ empty: true }), startCollector()]);
  const telemetry = `telemetry: { enabled: true, otlp_endpoint: "http://127.0.0.1:${collector.port}" }`;
  [stack, browser] = await Promise.all([
    startStack({
      dsn: database.dsn,
      roles: ['authz', 'idp', 'rs', 'spa-rp'],
      env: { LOG_LEVEL: 'TRACE' },
      edit: (yaml) =>
        yaml
          .replace(/telemetry:\n {2}enabled: false/, telemetry)
          .replace('password: demo-password', 'password: a-password-of-this-test')
          .replace('token_endpoint_auth_method: client_secret_basic', '$&\n    access_token_format: opaque'),
    }),
    launchChromium(),
  ]);
  relyingParty = createServer((req, res) => {
    callbacks.push(new URL(req.url ?? '/', `http://127.0.0.1:${stack.relyingPartyPort}`));
    res.setHeader('Content-Type', 'text/html').end('<p>back at the relying party</p>');
  }).listen(stack.relyingPartyPort, '127.0.0.1');
}, 90_000);

afterAll(async () => {
  await browser.close();
  await stack.stop();
  await new Promise((resolve) => relyingParty.close(resolve));
  await new Promise((resolve) => collector.server.close(resolve));
  await database.drop();
});

const discover = () =>
  client.discovery(
    new URL(stack.urls.authz),
    'demo-client',
    undefined,
    client.ClientSecretBasic(keep('client secret', 'demo-secret')),
    { execute: [client.allowInsecureRequests] },
  );

async function eventually(holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 300 && !holds(); attempt++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(holds()).toBe(true);
}

async function arriveAtCallback(page: Page): Promise<URL> {
  await page.getByText('back at the relying party').waitFor();
  const url = callbacks.filter(({ pathname }) => pathname === '/callback').at(-1);
  if (!url) throw new Error('nobody came to the callback');
  return url;
}

describe('an outside relying party against four processes that started together on an empty database', () => {
  it('plays the whole story with openid-client', async () => {
    const config = await discover();
    const verifier = keep('code verifier', client.randomPKCECodeVerifier());
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: `http://127.0.0.1:${stack.relyingPartyPort}/callback`,
      scope: 'openid profile email offline_access read:resource',
      prompt: 'consent',
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });

    const context = await browser.newContext();
    const page = await context.newPage();
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.includes('/interaction/')) keep('interaction', pathname.split('/').at(-1));
      keep('handle', searchParams.get('handle') ?? undefined);
    });
    await page.goto(url.href);
    await page.getByLabel(/username|e-mail/i).fill('demo@example.com');
    await page.getByLabel('Password', { exact: true }).fill(keep('wrong password', 'mistyped-secret-word'));
    await page.getByRole('button', { name: /^sign in/i }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(keep('password', 'a-password-of-this-test'));
    await page.getByRole('button', { name: /^sign in/i }).click();
    await page.getByRole('button', { name: /allow/i }).click();
    const callback = await arriveAtCallback(page);
    keep('code', callback.searchParams.get('code') ?? undefined);
    for (const cookie of await context.cookies()) keep(`cookie ${cookie.name}`, cookie.value);

    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
    const tokens = await client.authorizationCodeGrant(config, callback, { ...checks, idTokenExpected: true });
    keep('access token', tokens.access_token);
    keep('refresh token', tokens.refresh_token);
    keep('ID token', tokens.id_token);
    const subject = tokens.claims()?.sub ?? '';

    const api = new URL(`${stack.urls.rs}/api/v1/protected/resource`);
    expect((await client.fetchProtectedResource(config, tokens.access_token, api, 'GET')).status).toBe(200);
    await expect(client.fetchProtectedResource(config, tokens.access_token, api, 'DELETE')).rejects.toMatchObject({
      cause: [{ scheme: 'bearer', parameters: { error: 'insufficient_scope' } }],
    });
    expect(await client.fetchUserInfo(config, tokens.access_token, subject)).toMatchObject({
      sub: subject,
      preferred_username: 'demo',
      email: 'demo@example.com',
      email_verified: true,
    });

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    keep('second access token', refreshed.access_token);
    keep('second refresh token', refreshed.refresh_token);
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    expect(refreshed.claims()?.auth_time).toBe(tokens.claims()?.auth_time);
    expect(await client.tokenIntrospection(config, refreshed.access_token)).toMatchObject({
      active: true,
      sub: subject,
    });

    await client.tokenRevocation(config, refreshed.refresh_token ?? '');
    expect(await client.tokenIntrospection(config, refreshed.access_token)).toEqual({ active: false });
    await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });

    const endSession = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: `http://127.0.0.1:${stack.relyingPartyPort}/`,
      state: 'bye',
    });
    await page.goto(endSession.href);
    await page.getByText('back at the relying party').waitFor();
    expect(callbacks.at(-1)?.search).toBe('?state=bye');
    await context.close();
  });

  it('gets a token for itself (RFC 6749 §4.4)', async () => {
    const config = await discover();
    const tokens = await client.clientCredentialsGrant(config, { scope: 'read:resource' });
    keep('token of the client', tokens.access_token);
    const api = new URL(`${stack.urls.rs}/api/v1/protected/resource`);
    expect((await client.fetchProtectedResource(config, tokens.access_token, api, 'GET')).status).toBe(200);
  });

  it('joins browser, authz, idp, token and resource in traces (W3C Trace Context)', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const sent: string[] = [];
    page.on('request', (request) => {
      const traceparent = request.headers().traceparent;
      if (traceparent) sent.push(traceparent);
    });
    await page.goto(stack.urls.spaRp);
    await page.getByTestId('sign-in').click();
    await page.getByLabel(/username|e-mail/i).fill('demo');
    await page.getByLabel('Password', { exact: true }).fill(secrets.get('password') ?? '');
    await page.getByRole('button', { name: /^sign in/i }).click();
    await page.getByRole('button', { name: /allow/i }).click();
    await page.getByTestId('userinfo').click();
    await page.locator('#result-body', { hasText: 'demo@example.com' }).waitFor();
    await page.getByTestId('call-api').click();
    await page.locator('#result-summary', { hasText: '200' }).waitFor();
    await context.close();

    // Token endpoint, userinfo and API are one trace, which the page began …
    const [traceId = ''] = new Set(sent.map((traceparent) => traceparent.split('-')[1]));
    expect(new Set(sent.map((traceparent) => traceparent.split('-')[1])).size).toBe(1);
    const lines = () =>
      stack
        .output()
        .split('\n')
        .filter((line) => line.includes(traceId) && line.includes('"http request"'));
    const roles = () => [...new Set(lines().map((line) => JSON.parse(line).role as string))].sort();
    await eventually(() => roles().length === 3);
    expect(roles()).toEqual(['authz', 'idp', 'rs']);
    // … and the authorization request's own trace is linked from the interaction's row, code and token request.
    const raw = Buffer.from(traceId, 'hex').toString('latin1');
    await eventually(() => collector.text().includes(raw));
    const stored = await dump(database.dsn);
    const traceparents = [...stored.matchAll(/00-([0-9a-f]{32})-[0-9a-f]{16}-01/g)].map(([, id]) => id ?? '');
    expect(traceparents.length).toBeGreaterThan(0);
    const occurrences = (id: string) => collector.text().split(Buffer.from(id, 'hex').toString('latin1')).length - 1;
    // Its own spans, and links from hub, sign-in, consent, resume and token request.
    await eventually(() => traceparents.every((id) => occurrences(id) > 5));
  });

  it('leaves none of its secrets in database, logs or spans', async () => {
    await Promise.all(stack.processes.map((running) => running.end('SIGTERM')));
    const places = {
      database: await dump(database.dsn),
      logs: stack.output(),
      spans: collector.text(),
    };
    expect(secrets.size).toBeGreaterThan(12);
    for (const [place, text] of Object.entries(places)) {
      expect(text.length).toBeGreaterThan(1_000);
      const found = [...secrets].filter(([, value]) => text.includes(value)).map(([name]) => `${name} in ${place}`);
      expect(found).toEqual([]);
    }
    expect(places.logs).toContain('"level":"TRACE"');
  });

  it('ended every process with exit code 0', async () => {
    expect(await Promise.all(stack.processes.map((running) => running.end()))).toEqual([0, 0, 0, 0]);
  });
});
