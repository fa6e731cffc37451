import { createServer, type Server, type ServerResponse } from 'node:http';
import { AxeBuilder } from '@axe-core/playwright';
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

const addColleague = 'users:\n  - { username: colleague, password: colleague-password, claims: { name: A Colleague } }';

beforeAll(async () => {
  database = await createDatabase({ empty: true });
  const edit = (yaml: string) =>
    `${yaml}\nsession_management: true\n`
      .replace(/^users:$/m, addColleague)
      .replace(
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

interface Visited {
  readonly page: Page;
  readonly complaints: string[];
}

function authorizationUrl(parameters: Record<string, string> = {}): string {
  const request = new URLSearchParams({
    client_id: 'demo-client',
    response_type: 'code',
    redirect_uri: `${home}callback`,
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...parameters,
  });
  return `${stack.urls.authz}/oauth2/v1/authorize?${request}`;
}

/** Signs in on the page that asks for it. */
async function enter(page: Page, username: string): Promise<void> {
  await page.getByLabel(/username|e-mail/i).fill(username);
  await page.getByLabel('Password', { exact: true }).fill(`${username}-password`);
  await page.getByRole('button', { name: /^sign in/i }).click();
}

async function signedIn(options: BrowserContextOptions = {}): Promise<Visited> {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (/Content.Security.Policy|Refused to/i.test(message.text())) complaints.push(message.text());
  });
  await page.goto(authorizationUrl());
  await enter(page, 'demo');
  await page.getByText('At home').waitFor();
  return { page, complaints };
}

/** Signed in at the client, and out again: the page on which the client is being told. */
async function signedOut(options: BrowserContextOptions = {}): Promise<Visited> {
  const { page, complaints } = await signedIn(options);
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

/** What the frame of the provider says to a page of the client. */
async function asked(page: Page, message: string): Promise<string> {
  return page.evaluate(
    async ([frameUrl, text]) => {
      const frame = document.createElement('iframe');
      frame.src = frameUrl ?? '';
      document.body.append(frame);
      await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
      const answer = new Promise<string>((resolve) => {
        addEventListener('message', ({ data, source }) => source === frame.contentWindow && resolve(data));
      });
      frame.contentWindow?.postMessage(text, new URL(frameUrl ?? '').origin);
      return answer;
    },
    [`${stack.urls.idp}/oidc/v1/check-session`, message],
  );
}

describe('session management in a browser (OIDC Session Management §3)', () => {
  it('§9.8: below a page of another site the frame says unchanged, and changed after a sign-out', async () => {
    const { page, complaints } = await signedIn();
    const message = `demo-client ${new URL(page.url()).searchParams.get('session_state')}`;
    expect(await asked(page, message)).toBe('unchanged');
    expect(await asked(page, 'demo-client')).toBe('error');
    const elsewhere = await page.context().newPage();
    await elsewhere.goto(`${stack.urls.idp}/oidc/v1/logout`);
    await elsewhere.getByRole('button', { name: 'Sign out' }).click();
    await elsewhere.getByRole('heading', { name: 'You are signed out' }).waitFor();
    expect(await asked(page, message)).toBe('changed');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('§9.8: the frame may be shown by every page, and runs its own script alone', async () => {
    const { headers } = await fetch(`${stack.urls.idp}/oidc/v1/check-session`);
    expect(headers.get('x-frame-options')).toBeNull();
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none';base-uri 'none';script-src 'sha256-[\w+/=]{44}';form-action 'self'$/,
    );
  });

  it('§9.8: the script of the frame is one that HtmlUnit understands, without async functions and spread arguments', async () => {
    const text = await (await fetch(`${stack.urls.idp}/oidc/v1/check-session`)).text();
    expect(text).toContain('postMessage');
    expect(text).not.toMatch(/\b(async|await)\b|\.\.\./);
  });
});

describe('several accounts in one browser (OIDC Core §3.1.2.1)', () => {
  it('a second one beside the first, a switch by one click, and a sign-out of both', async () => {
    const { page, complaints } = await signedIn();
    const atHome = () => page.getByText('At home').waitFor();
    const choose = () => page.goto(authorizationUrl({ prompt: 'select_account' }));
    await choose();
    await page.getByRole('heading', { name: 'Choose an account' }).waitFor();
    await page.getByRole('link', { name: 'Use another account' }).click();
    await enter(page, 'colleague');
    await atHome();
    await choose();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    expect(await page.getByRole('button', { name: /^Remove/ }).count()).toBe(2);
    await page.getByRole('button', { name: /Demo Margaret User .*Signed in since/ }).click();
    await atHome();
    await page.goto(`${stack.urls.idp}/account`);
    await page.getByText('Demo Margaret User').first().waitFor();
    await page.goto(authorizationUrl());
    await atHome();
    await page.goto(`${stack.urls.idp}/oidc/v1/logout`);
    await page.getByRole('button', { name: 'Sign out of all accounts' }).click({ noWaitAfter: true });
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    for (const { answer } of told) answer.end();
    await choose();
    await page.getByRole('button', { name: /A Colleague .*Signed out/ }).click();
    await enter(page, 'colleague');
    await atHome();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
