import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, formsOf } from '../../../support/browser.js';
import { type Federation, openFederation, provider } from '../../../support/federation.js';
import { hub } from '../../../support/idp.js';
import type { Visitor } from '../../../support/visitor.js';

let federation: Federation;
let client: string;
const bye = 'https://client.example/bye';
beforeAll(async () => {
  federation = await openFederation((issuer) => [
    provider({ id: 'ends', issuer, name: 'Ends', onUnknown: 'create', logout: true }),
    provider({ id: 'stays', issuer, name: 'Stays', onUnknown: 'create' }),
  ]);
  client = await federation.house.authz.addClient({ post_logout_redirect_uris: [bye] });
});
afterAll(() => federation.close());

const rows = async (text: string, values: unknown[] = []) =>
  (await federation.house.idp.database.pool.query(text, values)).rows;

async function signedIn(id: string): Promise<{ browser: Browser; there: Visitor; userId: string }> {
  const { upstream, house } = federation;
  const user = await upstream.idp.addUser();
  const there = upstream.visitor();
  const browser = house.idp.newBrowser();
  await federation.arrive(browser, await house.idp.start(client), id, user, there);
  expect(browser.cookies.has('session')).toBe(true);
  return { browser, there, userId: user.id };
}

async function signOut(browser: Browser, parameters: Record<string, string> = {}): Promise<string | null> {
  const page = await browser.get(`/oidc/v1/logout?${new URLSearchParams(parameters)}`);
  const [form] = formsOf(page.text);
  return (await browser.post(form?.action ?? '', form?.fields ?? {})).location;
}

const sessionsOf = async (userId: string): Promise<number> =>
  (await federation.upstream.idp.database.pool.query('SELECT id FROM sessions WHERE user_id = $1', [userId])).rows
    .length;

describe('Sign-out of somebody who came from another provider (OIDC RP-Initiated Logout §2)', () => {
  it('goes on over there where it is configured, and from there to the application', async () => {
    const { browser, there, userId } = await signedIn('ends');
    const left = await signOut(browser, { client_id: client, post_logout_redirect_uri: bye, state: 'x' });
    expect(browser.cookies.has('session')).toBe(false);
    const { origin, pathname, searchParams } = new URL(left ?? '');
    expect(origin + pathname).toBe(`${federation.upstream.idp.origin}/oidc/v1/logout`);
    expect(searchParams.get('client_id')).toBe('house');
    expect(searchParams.get('state')).not.toContain('client.example');
    const back = (await there.atIdp.get(left ?? '')).location;
    expect(await sessionsOf(userId)).toBe(0);
    expect(back).toContain(`${federation.house.idp.origin}/oidc/v1/federation/ends/logged-out`);
    expect((await browser.get(back ?? '')).location).toBe(`${bye}?state=x`);
  });

  it('ends on a page where no application waits', async () => {
    const { browser, there } = await signedIn('ends');
    const back = (await there.atIdp.get((await signOut(browser)) ?? '')).location;
    const { status, text } = await browser.get(back ?? '');
    expect(status).toBe(200);
    expect(text).toContain('signed out');
  });

  it('leaves the session over there alone where it is not', async () => {
    const { browser, userId } = await signedIn('stays');
    expect(await signOut(browser)).toBeNull();
    expect(await sessionsOf(userId)).toBe(1);
  });

  it('goes nowhere with a state that is none of ours', async () => {
    const browser = federation.house.idp.newBrowser();
    for (const state of ['https://evil.example', Buffer.from('https://evil.example').toString('base64url')]) {
      const { status, location } = await browser.get(
        `/oidc/v1/federation/ends/logged-out?${new URLSearchParams({ state })}`,
      );
      expect([status, location]).toEqual([200, null]);
    }
  });

  it('is told nothing of by a session that a password began afterwards', async () => {
    const { browser } = await signedIn('ends');
    await signOut(browser);
    const here = await federation.house.idp.addUser();
    const interaction = await federation.house.idp.start(client);
    await browser.get(hub(interaction));
    await federation.house.idp.signIn(browser, interaction, here);
    expect(await signOut(browser)).toBeNull();
  });

  it('keeps the ID token encrypted, and with the session alone', async () => {
    await signedIn('ends');
    const kept = await rows('SELECT upstream_session FROM sessions WHERE upstream_session IS NOT NULL');
    expect(kept.length).toBeGreaterThan(0);
    for (const { upstream_session: sealed } of kept) expect(sealed.toString('latin1')).not.toMatch(/eyJ/);
    expect(await rows('SELECT id_hash FROM interactions WHERE upstream_session IS NOT NULL')).toEqual([]);
  });
});
