import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type Stack, startStack } from '../support/processes.js';

let database: EmptyDatabase;
let stack: Stack;
let browser: Browser;
let relyingParty: Server;
let home: string;
/** Called in frames and not answered yet. */
let told: { readonly url: URL; readonly answer: ServerResponse }[] = [];

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  const edit = (yaml: string) =>
    yaml.replace(
      /\n {4}post_logout_redirect_uris: \["http:\/\/127\.0\.0\.1:(\d+)\/"\](?=\n.*\n\n {2}# The resource server)/,
      '$&\n    frontchannel_logout_uri: "http://127.0.0.1:$1/out"\n    frontchannel_logout_session_required: true\n    consent: implicit',
    );
  [stack, browser] = await Promise.all([startStack({ dsn: database.dsn, roles: ['all'], edit }), launchChromium()]);
  home = `http://127.0.0.1:${stack.relyingPartyPort}/`;
  relyingParty = createServer((req, res) => {
    const url = new URL(req.url ?? '/', home);
    res.setHeader('Content-Type', 'text/html');
    if (url.pathname === '/out') told.push({ url, answer: res });
    else res.end('<h1>At home</h1>');
  }).listen(stack.relyingPartyPort, '127.0.0.1');
}, 90_000);
beforeEach(() => {
  told = [];
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
  relyingParty.closeAllConnections();
  await new Promise((resolve) => relyingParty.close(resolve));
  await database.drop();
});

/** Signed in at the client, and out again: the page on which the client is being told. */
async function signedOut(options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (/Content.Security.Policy|Refused to/i.test(message.text())) complaints.push(message.text());
  });
  const request = new URLSearchParams({
    client_id: 'demo-client',
    response_type: 'code',
    redirect_uri: `${home}callback`,
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  await page.goto(`${stack.urls.authz}/oauth2/v1/authorize?${request}`);
  await page.getByLabel(/username|e-mail/i).fill('demo');
  await page.getByLabel('Password', { exact: true }).fill('demo-password');
  await page.getByRole('button', { name: /^sign in/i }).click();
  await page.getByText('At home').waitFor();
  await page.clock.install();
  const logout = new URLSearchParams({ client_id: 'demo-client', post_logout_redirect_uri: home, state: 'x' });
  await page.goto(`${stack.urls.idp}/oidc/v1/logout?${logout}`);
  const called = page.waitForRequest((sent) => sent.url().startsWith(`${home}out`));
  await page.getByRole('button', { name: 'Sign out' }).click({ noWaitAfter: true });
  await called;
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  return { page, complaints };
}

describe('§9.7: front-channel logout in a browser (OIDC Front-Channel Logout §2)', () => {
  it('goes on when the client has been told, and not before', async () => {
    const { page, complaints } = await signedOut();
    await page.clock.fastForward(4_000);
    expect(new URL(page.url()).origin).toBe(stack.urls.idp);
    const [first] = told;
    expect(Object.fromEntries(first?.url.searchParams ?? [])).toEqual({
      iss: stack.urls.authz,
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    first?.answer.end('<script>document.title = "told"</script>');
    await page.waitForURL(`${home}?state=x`);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('goes on without a client that does not answer', async () => {
    const { page } = await signedOut();
    await page.clock.fastForward(6_000);
    await page.waitForURL(`${home}?state=x`);
    await page.context().close();
  });

  it('goes on by a link where scripts are off', async () => {
    const { page, complaints } = await signedOut({ javaScriptEnabled: false });
    for (const { answer } of told) answer.end();
    await page.getByRole('link', { name: 'Continue' }).click();
    await page.waitForURL(`${home}?state=x`);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
