// Two client libraries, a high-level and a low-level one, play everything that a client may ask of the program.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import * as oauth4webapi from './libraries/oauth4webapi.mjs';
import * as openidClient from './libraries/openid-client.mjs';
import { freePorts } from './support/children.mjs';
import { startIdentity } from './support/identity.mjs';
import { Person } from './support/person.mjs';

const scope = 'openid profile offline_access';

let identity;
let app;
let server;
before(async () => {
  const ports = await freePorts(6);
  app = `http://127.0.0.1:${ports[5]}`;
  // Where the browser is sent back to: the answer is in its address.
  server = createServer((_req, res) => res.end('back at the application')).listen(ports[5], '127.0.0.1');
  await once(server, 'listening');
  identity = await startIdentity(ports.slice(0, 5), [], { client_registration: { mode: 'open' } });
});
after(async () => {
  server?.close();
  await identity?.stop();
});

const metadata = () => ({
  client_name: 'Registered by itself',
  redirect_uris: [`${app}/callback`],
  post_logout_redirect_uris: [`${app}/`],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  scope,
});

async function signIn(client, person) {
  const checks = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
  const { state, nonce, verifier } = checks;
  const url = await client.push({ redirect_uri: `${app}/callback`, scope, state, nonce }, verifier);
  assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
  const page = await person.open(url);
  assert.equal(page.url.origin + page.url.pathname, `${app}/callback`, page.text.slice(0, 500));
  return client.redeem(page.url, checks);
}

async function refreshAndRevoke(client, tokens) {
  const { active, client_id: id, sub } = await client.introspect(tokens.access_token);
  assert.deepEqual([active, id, sub], [true, client.id, tokens.claims.sub]);
  const refreshed = await client.refresh(tokens.refresh_token);
  assert.notEqual(refreshed.access_token, tokens.access_token);
  assert.equal((await client.introspect(refreshed.access_token)).active, true);
  await client.revoke(refreshed.refresh_token);
  assert.equal((await client.introspect(refreshed.access_token)).active, false);
  await assert.rejects(client.refresh(refreshed.refresh_token), { error: 'invalid_grant' });
}

async function connectDevice(client, person) {
  const device = await client.startDevice(scope);
  assert.match(device.user_code, /^[A-Z]{5}-[A-Z]{5}$/);
  const page = await person.open(device.verification_uri_complete);
  const done = await person.press(page, '/device', { user_code: device.user_code });
  assert.match(done.text, /Your device is connected/);
  return client.redeemDevice(device);
}

async function signOut(client, person, idToken) {
  const parameters = { id_token_hint: idToken, post_logout_redirect_uri: `${app}/`, state: 'after' };
  const page = await person.open(client.logoutUrl(parameters));
  assert.equal(page.url.href, `${app}/?state=after`, page.text.slice(0, 500));
}

for (const [name, { register }] of Object.entries({ 'openid-client': openidClient, oauth4webapi }))
  test(`${name} registers itself, pushes, signs in, refreshes, introspects, revokes, connects a device and signs out`, async () => {
    const person = new Person();
    const client = await register(identity.issuer, metadata());
    const tokens = await signIn(client, person);
    assert.equal(person.passwords, 1);
    const device = await connectDevice(client, person);
    assert.equal(device.claims.sub, tokens.claims.sub);
    assert.equal(person.passwords, 1, 'the session that has begun is good for the device');
    await refreshAndRevoke(client, tokens);
    await signOut(client, person, device.id_token);
    await signIn(client, person);
    assert.equal(person.passwords, 2, 'a sign-out ends the session');
  });
