import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formsOf } from '../../../support/browser.js';
import { type FakeProvider, startFakeProvider } from '../../../support/fake-provider.js';
import { provider } from '../../../support/federation.js';
import { hub, openIdp, type TestIdp } from '../../../support/idp.js';
import { addClient, start } from '../../../support/rows.js';

let fake: FakeProvider;
let idp: TestIdp;
let client: string;
beforeAll(async () => {
  fake = await startFakeProvider();
  const identityProviders = [
    provider({ id: 'fake', name: 'Fake', issuer: fake.url, clientId: 'spa-rp', onUnknown: 'create' }),
    provider({ id: 'gone', name: 'Gone', issuer: 'http://127.0.0.1:9', onUnknown: 'create' }),
  ];
  idp = await openIdp({
    config: { identityProviders, outbound: { allowHosts: ['127.0.0.1'], timeout: 500, maxBytes: 65_536 } },
  });
  client = await addClient(idp.database);
});
afterAll(async () => {
  await idp.close();
  await fake.close();
});

/** By the clock of the house. */
const iat = Math.floor(start.getTime() / 1000);
const timely = { iat, exp: iat + 600, auth_time: iat };

async function arrive(id = 'fake', request = {}) {
  const interaction = await idp.start(client, request);
  const browser = idp.newBrowser();
  const page = await browser.get(hub(interaction));
  const form = formsOf(page.text).find(({ action }) => action.includes(`/federation/${id}/`));
  const left = await browser.post(form?.action ?? '', form?.fields ?? {});
  if (left.location === null) return { answer: left, browser };
  const back = await fetch(left.location, { redirect: 'manual' });
  return { answer: await browser.get(back.headers.get('location') ?? ''), browser };
}

describe('A provider that does not do what it should', () => {
  it('signs in as long as it does', async () => {
    Object.assign(fake.misbehaviour, { idToken: { ...timely, sub: 'user' } });
    const { answer, browser } = await arrive();
    expect(answer.status).toBe(303);
    expect(browser.cookies.has('session')).toBe(true);
  });

  it.each([
    ['the nonce of another request (OIDC Core §3.1.3.7)', { idToken: { ...timely, nonce: 'another' } }],
    ['no nonce', { idToken: { ...timely, nonce: undefined } }],
    ['an ID token for another client', { idToken: { ...timely, aud: 'another' } }],
    ['an ID token of another issuer', { idToken: { ...timely, iss: 'https://evil.example' } }],
    ['an ID token that has expired', { idToken: { ...timely, exp: iat - 600 } }],
    ['userinfo about somebody else (OIDC Core §5.3.2)', { idToken: { ...timely, sub: 'another' } }],
    ['the iss of another (RFC 9207 §2.4)', { idToken: timely, authorize: { iss: 'https://evil.example' } }],
    ['an error of the token endpoint', { idToken: timely, token: 'invalid_client' }],
    ['an error of its own', { idToken: timely, authorize: { error: 'server_error' } }],
    ['no answer of the token endpoint', { idToken: timely, down: ['/token'] }],
    ['no answer of userinfo', { idToken: { ...timely, sub: 'user' }, down: ['/userinfo'] }],
    ['a token endpoint that takes too long', { idToken: timely, silent: ['/token'] }],
  ])('is not believed with %s', async (_, misbehaviour) => {
    for (const name of Object.keys(fake.misbehaviour)) Reflect.deleteProperty(fake.misbehaviour, name);
    Object.assign(fake.misbehaviour, misbehaviour);
    const { answer, browser } = await arrive();
    expect(answer.status).toBe(502);
    expect(answer.text).toContain('Fake could not sign you in');
    expect(answer.text).toContain('Sign in another way');
    expect(browser.cookies.has('session')).toBe(false);
    expect(idp.logged.at(-2) + (idp.logged.at(-1) ?? '')).not.toMatch(/code-\d|eyJ/);
  });

  it('is told apart from one that asks anew, where that is wanted (OIDC Core §2 auth_time)', async () => {
    for (const name of Object.keys(fake.misbehaviour)) Reflect.deleteProperty(fake.misbehaviour, name);
    fake.misbehaviour.idToken = { ...timely, auth_time: iat - 600 };
    const { answer } = await arrive('fake', { prompts: ['login'] });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('Fake did not ask who you are');
  });

  it('is named on a page when it is away, with another way to sign in', async () => {
    const { answer } = await arrive('gone');
    expect(answer.status).toBe(502);
    expect(answer.text).toContain('Gone could not sign you in');
  });
});
