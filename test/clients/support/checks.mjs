// What a recipe has to show, whatever it is written in.
import assert from 'node:assert/strict';
import { eventually } from './children.mjs';

export const signedIn = 'Signed in as Demo Margaret User (demo@example.com)';

export async function assertSignedIn(person, page, app) {
  assert.equal(page.text, signedIn, `${page.status} at ${page.url}: ${page.text.slice(0, 500)}`);
  assert.equal(page.url.origin, app);
  assert.equal((await person.open(`${app}/`)).text, signedIn);
  assert.equal(person.passwords, 1);
}

/** Every client that can has to send a code challenge (RFC 7636): the server asks for it. */
export function assertSentChallenge(person) {
  const requests = person.visited
    .map((url) => new URL(url))
    .filter(({ pathname }) => pathname === '/oauth2/v1/authorize');
  assert.ok(requests.length > 0);
  for (const { searchParams } of requests) assert.equal(searchParams.get('code_challenge_method'), 'S256');
}

/**
 * The sign-out at application and issuer that led to `page` is good: the next sign-in asks for the password again.
 * @param login where that begins: an address, or what is to be done
 * @param back where the application is, signed out; undefined where the issuer has the last word
 */
export async function assertSignsOut(person, page, { idp, back, login }) {
  assert.ok(
    person.visited.some((url) => String(url).startsWith(`${idp}/oidc/v1/logout`)),
    page.text,
  );
  if (back === undefined) {
    const answer = await person.press(page, '/logout/confirm');
    assert.equal(answer.url.origin, idp);
    // An ID token of the session goes along, so that nobody is asked.
  } else assert.deepEqual([page.url.href, page.text.trim()], [back, 'Signed out']);
  await (typeof login === 'function' ? login() : person.open(login));
  assert.equal(person.passwords, 2);
}

/** The API takes the token that the recipe sends, a refreshed one at each call: the first has a life of four seconds. */
export async function assertCallsApi(person, url) {
  for (const _ of [1, 2]) {
    const { status, text } = await person.open(url);
    assert.equal(status, 200, text);
    assert.match(text, /"sub":/);
  }
}

/** It refreshed its tokens where it can, and nothing about it was to be forgiven: no wrong guess at how to authenticate, no reuse. */
export async function assertLeftCleanLog(identity, clientId, { refreshes }) {
  const refreshed = () => !refreshes || identity.eventsOf(clientId).includes('token refreshed');
  await eventually('a refresh in the log', refreshed, { seconds: 5 });
  const events = identity.eventsOf(clientId);
  assert.ok(events.includes('token issued'), events.join(', '));
  for (const mistake of ['client authentication failed', 'token reuse detected'])
    assert.ok(!events.includes(mistake), `${clientId}: ${events.join(', ')}`);
}

/** What a proxy tells the application behind it: who is there, and an access token that is renewed in time. */
export async function assertTellsUpstream(person, url, { email, accessToken }) {
  const headers = async () => {
    const page = await person.open(url);
    assert.match(page.text, /^{/, `${page.status} at ${page.url}: ${page.text.slice(0, 1000)}`);
    return JSON.parse(page.text);
  };
  const first = await headers();
  assert.equal(first[email], 'demo@example.com');
  assert.match(first[accessToken], /^ey/);
  await eventually('a renewed access token', async () => (await headers())[accessToken] !== first[accessToken]);
  assert.equal(person.passwords, 1);
}
