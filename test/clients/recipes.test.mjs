// Every recipe of docs/integrate, played by a person at a browser against the program.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  assertCallsApi,
  assertLeftCleanLog,
  assertSentChallenge,
  assertSignedIn,
  assertSignsOut,
  signedIn,
} from './support/checks.mjs';
import { eventually, freePorts, start } from './support/children.mjs';
import { launchChromium } from './support/chromium.mjs';
import { startIdentity } from './support/identity.mjs';
import { Person } from './support/person.mjs';
import { environment, recipeFile, startRecipe } from './support/recipes.mjs';
import { serveSinglePageApp } from './support/single-page-app.mjs';

/** The recipes by the names of their files, and the client that each registers. */
const clients = {
  'openid-client': 'openid-client-app',
  'auth-js': 'auth-js-app',
  'better-auth': 'better-auth-app',
  passport: 'passport-app',
  'passport-openidconnect': 'passport-openidconnect-app',
  'express-openid-connect': 'express-openid-connect-app',
  'oidc-client-ts': 'oidc-client-ts-app',
  'angular-oauth2-oidc': 'angular-app',
  mcp: 'mcp-client',
  device: 'device-app',
};
const refreshing = new Set(['openid-client', 'better-auth', 'express-openid-connect']);

let identity;
let ports;

before(async () => {
  const free = await freePorts(5 + Object.keys(clients).length);
  ports = Object.fromEntries(Object.keys(clients).map((name, index) => [name, free[5 + index]]));
  const registrations = Object.entries(ports).map(([name, port]) => ({ file: recipeFile(`${name}.yml`), port }));
  identity = await startIdentity(free.slice(0, 5), registrations);
});
after(() => identity?.stop());

const environmentOf = (name) => environment(identity, clients[name], ports[name]);

/** Runs a recipe for a test; where that fails, what the recipe wrote is part of the story. */
async function withRecipe(name, play) {
  const env = environmentOf(name);
  const program = await startRecipe(`${name}.mjs`, env);
  try {
    await play(env.APP_URL, new Person());
    await assertLeftCleanLog(identity, clients[name], { refreshes: refreshing.has(name) });
  } catch (error) {
    throw new Error(`${error.message}\n--- ${name} wrote:\n${program.output()}`, { cause: error });
  } finally {
    await program.stop();
  }
}

/** Signs out at the application and at the issuer: the next sign-in asks for the password again. */
const assertLogout = async (person, app, login) =>
  assertSignsOut(person, await person.open(`${app}/logout`), { idp: identity.idp, back: `${app}/`, login });

test('openid-client signs in, calls an API with refreshed tokens and signs out', () =>
  withRecipe('openid-client', async (app, person) => {
    await assertSignedIn(person, await person.open(`${app}/login`), app);
    assertSentChallenge(person);
    await assertCallsApi(person, `${app}/api`);
    await assertLogout(person, app, `${app}/login`);
  }));

test('Auth.js signs in and signs out', () =>
  withRecipe('auth-js', async (app, person) => {
    const login = async () => person.press(await person.open(`${app}/auth/signin`), '/signin/identity');
    await assertSignedIn(person, await login(), app);
    assertSentChallenge(person);
    await assertLogout(person, app, login);
  }));

/** What the client library of Better Auth sends from its pages. */
async function askBetterAuth(person, app, path, body) {
  const headers = { 'content-type': 'application/json', origin: app };
  const answer = await person.request(`${app}/api/auth${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text).url;
}

test('Better Auth signs in, calls an API with refreshed tokens and signs out', () =>
  withRecipe('better-auth', async (app, person) => {
    const begin = { provider: 'identity', callbackURL: `${app}/` };
    const login = async () => person.open(await askBetterAuth(person, app, '/sign-in/social', begin));
    await assertSignedIn(person, await login(), app);
    assertSentChallenge(person);
    await assertCallsApi(person, `${app}/api`);
    const page = await person.open(await askBetterAuth(person, app, '/sign-out', {}));
    await assertSignsOut(person, page, { idp: identity.idp, back: `${app}/`, login });
  }));

test('Passport with the strategy of openid-client signs in and signs out', () =>
  withRecipe('passport', async (app, person) => {
    await assertSignedIn(person, await person.open(`${app}/login`), app);
    assertSentChallenge(person);
    await assertLogout(person, app, `${app}/login`);
  }));

test('Passport with passport-openidconnect signs in', () =>
  withRecipe('passport-openidconnect', async (app, person) => {
    await assertSignedIn(person, await person.open(`${app}/login`), app);
  }));

test('express-openid-connect signs in, calls an API with refreshed tokens and signs out', () =>
  withRecipe('express-openid-connect', async (app, person) => {
    await assertSignedIn(person, await person.open(`${app}/login`), app);
    assertSentChallenge(person);
    await assertCallsApi(person, `${app}/api`);
    await assertLogout(person, app, `${app}/login`);
  }));

/** A single-page application in a real browser, through sign-in, a background refresh, a call of the API and sign-out. */
async function playSinglePageApp(file, name, body) {
  const env = environmentOf(name);
  const app = env.APP_URL;
  const stop = await serveSinglePageApp(recipeFile(file), { port: ports[name], env, body });
  const chromium = await launchChromium();
  const told = [];
  try {
    const page = await chromium.newPage();
    page.on('console', (message) => told.push(message.text()));
    page.on('pageerror', (error) => told.push(String(error)));
    const refreshed = page.waitForResponse(
      (response) => response.request().postData()?.includes('grant_type=refresh_token') && response.status() === 200,
    );
    await page.goto(app);
    await page.getByText('Signed out').waitFor();
    await page.locator('#login').click();
    await page.locator('input[name=identifier]').fill('demo');
    await page.locator('input[name=password]').fill('demo-password');
    await page.locator('input[name=password]').press('Enter');
    await page.locator('button[name=decision][value=allow]').click();
    await page.getByText(signedIn).waitFor();
    await refreshed;
    await page.locator('#call').click();
    await page.locator('#answer', { hasText: '"sub":' }).waitFor();
    await page.locator('#logout').click();
    await page.waitForURL(`${app}/`);
    await page.getByText('Signed out').waitFor();
    await assertLeftCleanLog(identity, clients[name], { refreshes: true });
  } catch (error) {
    throw new Error(`${error.message}\n--- the page told:\n${told.join('\n')}`, { cause: error });
  } finally {
    await chromium.close();
    await stop();
  }
}

test('oidc-client-ts signs in, renews its tokens, calls an API and signs out', () =>
  playSinglePageApp(
    'oidc-client-ts.mjs',
    'oidc-client-ts',
    `<p id="person"></p><p id="answer"></p>
     <button id="login">Sign in</button><button id="call">Call</button><button id="logout">Sign out</button>`,
  ));

test('angular-oauth2-oidc signs in, renews its tokens, calls an API and signs out', () =>
  playSinglePageApp('angular-oauth2-oidc.ts', 'angular-oauth2-oidc', '<app-root></app-root>'));

/** An MCP client finds its way from the MCP server to a token, and refreshes it. */
async function playMcp(file) {
  const env = environmentOf('mcp');
  const server = await startRecipe('mcp-server.mjs', env);
  const client = start(process.execPath, [recipeFile(file)], {
    env: { ...env, MCP_URL: `${env.APP_URL}/mcp` },
  });
  try {
    const unless = () => (client.hasEnded() ? client.output() : undefined);
    const [, url] = await eventually('the address to open', () => /Open (\S+)/.exec(client.output()), { unless });
    const person = new Person();
    const page = await person.open(url);
    assert.match(page.text, /You can close this page/);
    assert.equal(await client.ended, 0, client.output());
    assert.match(client.output(), /^[\w-]+ through mcp-client$/m);
    assert.match(client.output(), /after a refresh: [\w-]+ through mcp-client$/m);
    await assertLeftCleanLog(identity, clients.mcp, { refreshes: true });
  } catch (error) {
    throw new Error(`${error.message}\n--- the client wrote:\n${client.output()}\n--- the server:\n${server.output()}`);
  } finally {
    await client.stop();
    await server.stop();
  }
}

test('an MCP client with version 1 of the SDK gets a token and refreshes it', () => playMcp('mcp-client.mjs'));

test('an MCP client with version 2 of the SDK gets a token and refreshes it', () => playMcp('mcp-client-2.mjs'));

test('a device is allowed by somebody at another screen', async () => {
  const program = start(process.execPath, [recipeFile('device.mjs')], { env: environmentOf('device') });
  try {
    const [link] = await eventually('a link on the device', () => /http\S+user_code=\S+/.exec(program.output()), {
      unless: () => (program.hasEnded() ? program.output() : undefined),
    });
    const person = new Person();
    const page = await person.open(link);
    const done = await person.press(page, '/device', { user_code: new URL(link).searchParams.get('user_code') });
    assert.match(done.text, /Your device is connected/);
    assert.equal(await program.ended, 0, program.output());
    assert.ok(program.output().includes(signedIn), program.output());
    await assertLeftCleanLog(identity, clients.device, { refreshes: false });
  } finally {
    await program.stop();
  }
});

test('the page of facts names what discovery names', async () => {
  const facts = await readFile(new URL('../../docs/integrate/README.md', import.meta.url), 'utf8');
  const metadata = await (await fetch(`${identity.issuer}/.well-known/openid-configuration`)).json();
  const paths = Object.entries(metadata)
    .filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri')
    .map(([, url]) => new URL(url).pathname);
  const words = [
    ...metadata.grant_types_supported.map((name) => name.split(':').at(-1).replace('_', ' ')),
    ...metadata.response_modes_supported.map((name) => `\`${name}\``),
    ...metadata.code_challenge_methods_supported.map((name) => `\`${name}\``),
    ...metadata.token_endpoint_auth_methods_supported.map((name) => `\`${name}\``),
    ...metadata.id_token_signing_alg_values_supported.map((name) => `\`${name}\``),
  ];
  assert.deepEqual(
    [...paths, ...words].filter((word) => !facts.includes(word)),
    [],
  );
});

test('the recipe in TypeScript is free of type errors', async () => {
  const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  const compiler = start(process.execPath, [tsc, '--project', fileURLToPath(new URL('.', import.meta.url))]);
  assert.equal(await compiler.ended, 0, compiler.output());
});
