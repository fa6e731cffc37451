import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type Browser, formsOf } from '../../../support/browser.js';
import { type Federation, openFederation, provider } from '../../../support/federation.js';
import { hub, type TestUser } from '../../../support/idp.js';

let federation: Federation;
let client: string;
beforeAll(async () => {
  federation = await openFederation((issuer) => [
    provider({ id: 'open', issuer, name: 'Open Provider', onUnknown: 'create', trustEmail: true }),
    provider({ id: 'wary', issuer, name: 'Wary Provider', onUnknown: 'create' }),
    provider({ id: 'closed', issuer, name: 'Closed Provider' }),
  ]);
  client = await federation.house.authz.addClient({ scope: 'openid profile email' });
});
afterAll(() => federation.close());

const rows = async (text: string, values: unknown[] = []) =>
  (await federation.house.idp.database.pool.query(text, values)).rows;
const usersNamed = (email: string) => rows('SELECT * FROM users WHERE email = $1', [email]);
const identitiesOf = (subject: string) => rows('SELECT * FROM federated_identities WHERE subject = $1', [subject]);

const someone = (over: { username?: string; claims?: Record<string, unknown> } = {}): Promise<TestUser> =>
  federation.upstream.idp.addUser(over);

async function begun(request = {}): Promise<{ browser: Browser; interaction: string }> {
  const interaction = await federation.house.idp.start(client, request);
  const browser = federation.house.idp.newBrowser();
  await browser.get(hub(interaction));
  return { browser, interaction };
}

describe('Sign-in with an account at another provider (OIDC Core §3.1)', () => {
  it('offers a button for each provider', async () => {
    const { browser, interaction } = await begun();
    const page = (await browser.get(hub(interaction))).text;
    for (const name of ['Open Provider', 'Wary Provider', 'Closed Provider'])
      expect(page).toContain(`Continue with ${name}`);
  });

  it('asks with PKCE, state and nonce for its own redirect URI (RFC 9700 §2.1.1)', async () => {
    const { browser, interaction } = await begun();
    const { status, location } = await federation.leave(browser, interaction, 'open');
    expect(status).toBe(303);
    const { origin, searchParams } = new URL(location ?? '');
    expect(origin).toBe(federation.upstream.authz.origin);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'house',
      redirect_uri: `${federation.house.idp.origin}/oidc/v1/federation/open/callback`,
      code_challenge_method: 'S256',
      scope: 'openid profile email',
      state: expect.stringMatching(/^.{43}$/),
      nonce: expect.stringMatching(/^.{43}$/),
    });
    expect(searchParams.get('prompt')).toBeNull();
  });

  it('creates an account with what the provider says, once, and signs in to it', async () => {
    const user = await someone({ username: 'grace', claims: { name: 'Grace Hopper' } });
    const { house } = federation;
    const person = house.visitor();
    const { location } = await house.ask(person, client, { scope: 'openid profile email' });
    const interaction = new URL(location ?? '').pathname.split('/').at(-1) ?? '';
    const arrived = await federation.arrive(person.atIdp, interaction, 'open', user);
    expect(arrived.location).toBe(hub(interaction));
    const told = await house.walk(person, arrived);
    const { id_token: idToken } = await house.exchange(
      client,
      new URL(told.location ?? '').searchParams.get('code') ?? '',
    );
    const [row] = await usersNamed(user.email);
    expect(row).toMatchObject({
      username: 'grace',
      email_verified: true,
      password_hash: null,
      claims: { name: 'Grace Hopper' },
    });
    expect(decodeJwt(idToken ?? '')).toMatchObject({ sub: row.id, amr: ['fed'], acr: 'aal1' });
    const again = await begun();
    await federation.arrive(again.browser, again.interaction, 'open', user);
    expect(await usersNamed(user.email)).toHaveLength(1);
    const [identity] = await identitiesOf(user.id);
    expect(identity).toMatchObject({ provider: 'open', user_id: row.id, claims: { label: user.email } });
    expect(identity.last_used_at).toEqual(expect.any(Date));
  });

  it('calls nobody by a name that is taken', async () => {
    await federation.house.idp.addUser({ username: 'ada' });
    const user = await someone({ username: 'ada' });
    const { browser, interaction } = await begun();
    await federation.arrive(browser, interaction, 'wary', user);
    const [identity] = await identitiesOf(user.id);
    const [row] = await rows('SELECT username FROM users WHERE id = $1', [identity.user_id]);
    expect(row.username).toMatch(/^ada-[0-9a-f]{6}$/);
  });

  it('takes over no address that the provider is not trusted with', async () => {
    const user = await someone();
    const { browser, interaction } = await begun();
    expect((await federation.arrive(browser, interaction, 'wary', user)).location).toBe(hub(interaction));
    expect(await usersNamed(user.email)).toEqual([]);
    expect(await identitiesOf(user.id)).toHaveLength(1);
  });

  it('refuses whom nobody here knows where no account is to be created, and names the provider', async () => {
    const user = await someone();
    const { browser, interaction } = await begun();
    const { status, text } = await federation.arrive(browser, interaction, 'closed', user);
    expect(status).toBe(403);
    expect(text).toContain('No account here belongs to your Closed Provider account');
    expect(text).toContain('Sign in another way');
    expect(await identitiesOf(user.id)).toEqual([]);
    expect((await federation.house.idp.audited('sign_in_failed')).at(-1)).toMatchObject({
      context: { reason: 'unknown_identity' },
    });
  });

  it('does not let in whose account is disabled', async () => {
    const user = await someone();
    const first = await begun();
    await federation.arrive(first.browser, first.interaction, 'open', user);
    await rows('UPDATE users SET disabled_at = now() WHERE email = $1', [user.email]);
    const { browser, interaction } = await begun();
    const { status, text } = await federation.arrive(browser, interaction, 'open', user);
    expect(status).toBe(403);
    expect(text).toContain('cannot be used');
    expect(browser.cookies.has('session')).toBe(false);
  });

  it('asks the provider to ask again where a fresh sign-in is wanted (OIDC Core §3.1.2.1)', async () => {
    const { browser, interaction } = await begun({ prompts: ['login'] });
    const { location } = await federation.leave(browser, interaction, 'open');
    expect(new URL(location ?? '').searchParams.get('prompt')).toBe('login');
  });

  it('leads somebody who said no over there back to the sign-in page', async () => {
    const { browser, interaction } = await begun();
    const { location } = await federation.leave(browser, interaction, 'open');
    const state = new URL(location ?? '').searchParams.get('state') ?? '';
    const iss = federation.upstream.authz.origin;
    const query = new URLSearchParams({ error: 'access_denied', state, iss });
    expect((await browser.get(`/oidc/v1/federation/open/callback?${query}`)).location).toBe(hub(interaction));
  });
});

describe('Statements of a sign-in by another provider', () => {
  it('are two before the browser leaves, and four when it is back', async () => {
    const user = await someone();
    const first = await begun();
    await federation.arrive(first.browser, first.interaction, 'open', user);
    const { browser, interaction } = await begun();
    const [form] = formsOf((await browser.get(hub(interaction))).text).filter(({ action }) =>
      action.includes('/open/'),
    );
    federation.house.idp.database.statements();
    const { location } = await browser.post(form?.action ?? '', form?.fields ?? {});
    expect(federation.house.idp.database.statements()).toEqual(['visit_interaction', 'start_federation']);
    const back = await federation.vouch(federation.upstream.visitor(), location, user);
    await browser.get(back);
    expect(federation.house.idp.database.statements()).toEqual([
      'redeem_federation',
      'visit_interaction',
      'look_for_federated_identity',
      'sign_in',
    ]);
  });
});

describe('Answers that are not what was asked for', () => {
  const answered = async (id = 'open') => {
    const user = await someone();
    const { browser, interaction } = await begun();
    const { location } = await federation.leave(browser, interaction, id);
    return {
      user,
      browser,
      interaction,
      back: new URL(await federation.vouch(federation.upstream.visitor(), location, user)),
    };
  };

  it('of another provider count for nothing (RFC 9700 §4.4)', async () => {
    const { browser, back, user } = await answered();
    back.pathname = back.pathname.replace('/open/', '/wary/');
    expect((await browser.get(back.href)).status).toBe(410);
    expect(await identitiesOf(user.id)).toEqual([]);
    back.pathname = back.pathname.replace('/wary/', '/open/');
    expect((await browser.get(back.href)).status).toBe(303);
  });

  it('with the name of another issuer count for nothing (RFC 9207 §2.4)', async () => {
    const { browser, back, user } = await answered();
    back.searchParams.set('iss', 'https://evil.example');
    const { status, text } = await browser.get(back.href);
    expect(status).toBe(502);
    expect(text).toContain('Open Provider could not sign you in');
    expect(await identitiesOf(user.id)).toEqual([]);
  });

  it('count for nothing in another browser (RFC 9700 §4.7)', async () => {
    const { back, user } = await answered();
    const { browser } = await begun();
    expect((await browser.get(back.href)).status).toBe(410);
    expect((await federation.house.idp.newBrowser().get(back.href)).status).toBe(410);
    expect(await identitiesOf(user.id)).toEqual([]);
  });

  it('are taken once: a second time shows where things stand', async () => {
    const { browser, back, interaction } = await answered();
    expect((await browser.get(back.href)).location).toBe(hub(interaction));
    const session = browser.cookies.get('session');
    expect((await browser.get(back.href)).location).toBe(hub(interaction));
    expect(browser.cookies.get('session')).toBe(session);
  });

  it('are taken once of twenty at the same time', async () => {
    const { browser, back, user } = await answered();
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.copy().get(back.href)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(303));
    expect(
      answers.filter(({ headers }) => headers.getSetCookie().some((line) => line.startsWith('session='))),
    ).toHaveLength(1);
    expect(
      await rows(
        'SELECT id FROM sessions WHERE user_id IN (SELECT user_id FROM federated_identities WHERE subject = $1)',
        [user.id],
      ),
    ).toHaveLength(1);
  });

  it('create one account of twenty first sign-ins at the same time', async () => {
    const user = await someone();
    const arrivals = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { browser, interaction } = await begun();
        const { location } = await federation.leave(browser, interaction, 'open');
        return { browser, back: await federation.vouch(federation.upstream.visitor(), location, user) };
      }),
    );
    const answers = await Promise.all(arrivals.map(({ browser, back }) => browser.get(back)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(303));
    expect(await usersNamed(user.email)).toHaveLength(1);
    expect(await identitiesOf(user.id)).toHaveLength(1);
  });

  it('come too late after a quarter of an hour', async () => {
    const { browser, back } = await answered();
    federation.clock.advance(900_001);
    expect((await browser.get(back.href)).status).toBe(410);
  });

  it('leave neither the code verifier nor the nonce in clear, and no token at all', async () => {
    const { browser, interaction } = await begun();
    const { location } = await federation.leave(browser, interaction, 'open');
    const { searchParams } = new URL(location ?? '');
    const dump = JSON.stringify(await rows("SELECT encode(sealed, 'escape') AS sealed, * FROM federation_requests"));
    for (const name of ['nonce', 'state']) expect(dump).not.toContain(searchParams.get(name));
    expect(dump).not.toContain(interaction);
    const logged = federation.house.idp.logged.join('');
    expect(logged).not.toMatch(/[?&](code|state)=/);
    for (const name of ['nonce', 'state']) expect(logged).not.toContain(searchParams.get(name));
  });
});
