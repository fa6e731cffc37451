import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formsOf } from '../../../support/browser.js';
import { type FakeGithub, startFakeGithub } from '../../../support/fake-github.js';
import { provider } from '../../../support/federation.js';
import { hub, openIdp, type TestIdp } from '../../../support/idp.js';
import { addClient } from '../../../support/rows.js';

let github: FakeGithub;
let idp: TestIdp;
let client: string;
beforeAll(async () => {
  github = await startFakeGithub();
  const ours = provider({ id: 'github', name: 'GitHub', issuer: github.url, onUnknown: 'create', trustEmail: true });
  const scopes = ['read:user', 'user:email'];
  idp = await openIdp({ config: { identityProviders: [{ ...ours, kind: 'github', scopes }] } });
  client = await addClient(idp.database);
});
afterAll(async () => {
  await idp.close();
  await github.close();
});

async function leave() {
  const interaction = await idp.start(client);
  const browser = idp.newBrowser();
  const page = await browser.get(hub(interaction));
  const form = formsOf(page.text).find(({ action }) => action.includes('/federation/github/'));
  const { location } = await browser.post(form?.action ?? '', form?.fields ?? {});
  return { interaction, browser, asked: new URL(location ?? '') };
}

async function arrive(parameters: Record<string, string> = { code: 'a-code' }) {
  const left = await leave();
  const query = new URLSearchParams({ state: left.asked.searchParams.get('state') ?? '', ...parameters });
  return { ...left, answer: await left.browser.get(`/oidc/v1/federation/github/callback?${query}`) };
}

const octocat = { id: 583231, login: 'octocat', name: 'The Octocat', html_url: 'https://github.com/octocat' };
const userOf = async (subject: string) =>
  (
    await idp.database.pool.query(
      'SELECT u.* FROM federated_identities f JOIN users u ON u.id = f.user_id WHERE f.subject = $1',
      [subject],
    )
  ).rows[0];

describe('GitHub (RFC 6749 §4.1)', () => {
  it('is asked by its authorization endpoint, with PKCE', async () => {
    const { asked } = await leave();
    expect(`${asked.origin}${asked.pathname}`).toBe(`${github.url}/login/oauth/authorize`);
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      client_id: 'house',
      scope: 'read:user user:email',
      code_challenge_method: 'S256',
    });
  });

  it('says who somebody is by its API; the address is the primary one that is verified', async () => {
    github.user = octocat;
    github.emails = [
      { email: 'spam@example.com', primary: false, verified: true },
      { email: 'octocat@example.com', primary: true, verified: true },
    ];
    const { answer, asked, interaction } = await arrive();
    expect(answer.location).toBe(hub(interaction));
    expect(await userOf('583231')).toMatchObject({
      username: 'octocat',
      email: 'octocat@example.com',
      email_verified: true,
      claims: { name: 'The Octocat' },
    });
    const sent = github.redeemed.at(-1);
    const challenge = createHash('sha256')
      .update(sent?.get('code_verifier') ?? '')
      .digest('base64url');
    expect(challenge).toBe(asked.searchParams.get('code_challenge'));
    expect(sent?.get('redirect_uri')).toBe(asked.searchParams.get('redirect_uri'));
  });

  it('gives no address that is not verified, or not the primary one', async () => {
    github.user = { ...octocat, id: 2, login: 'two', email: 'victim@example.com' };
    github.emails = [
      { email: 'victim@example.com', primary: true, verified: false },
      { email: 'another@example.com', primary: false, verified: true },
    ];
    await arrive();
    expect(await userOf('2')).toMatchObject({ username: 'two', email: null });
  });

  it('leads back to the sign-in page who said no there', async () => {
    const { answer, interaction } = await arrive({ error: 'access_denied' });
    expect(answer.location).toBe(hub(interaction));
  });

  it.each([
    ['an error of the authorization endpoint', { parameters: { error: 'application_suspended' } }],
    ['a code that it does not know', { error: 'bad_verification_code' }],
    ['a user without an id', { user: {} }],
    ['a user whose id is a text', { user: { id: '583231' } }],
  ])(
    'is not believed with %s',
    async (_, { parameters, error, user }: { parameters?: Record<string, string>; error?: string; user?: object }) => {
      github.error = error;
      github.user = { ...(user ?? octocat) };
      const { answer, browser } = await arrive(parameters);
      github.error = undefined;
      expect(answer.status).toBe(502);
      expect(answer.text).toContain('GitHub could not sign you in');
      expect(browser.cookies.has('session')).toBe(false);
    },
  );
});
