import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../../src/crypto/digest.js';
import type { RegisteredRedirectUri } from '../../../../src/protocol/redirect-uri.js';
import { type Browser, formsOf } from '../../../support/browser.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient } from '../../../support/rows.js';

/** Two that have one name for a scope of theirs. */
const resources = [
  { identifier: 'https://api.example/v1', scopes: ['read:resource', 'write:resource'] },
  { identifier: 'https://files.example', scopes: ['files', 'read:resource'] },
];

let idp: TestIdp;
let client: string;
beforeAll(async () => {
  idp = await openIdp({ config: { resources } });
  client = await addClient(idp.database, {
    client_name: 'Harbour',
    policy_uri: 'https://harbour.example/privacy',
    tos_uri: 'https://harbour.example/terms',
  });
});
afterAll(() => idp.close());
afterEach(() => idp.clock.advance(1_000));

const signedIn = async (user: TestUser, browser = idp.newBrowser()): Promise<Browser> => {
  await idp.signIn(browser, await idp.start(client), user);
  return browser;
};

const ask = async (browser: Browser, scopes: string[], request = {}) => {
  const interaction = await idp.start(client, { scopes, ...request });
  const page = await browser.get(hub(interaction));
  const [form] = formsOf(page.text);
  const decide = (decision: string, by = browser, fields = {}) =>
    by.post(form?.action ?? hub(interaction), { ...form?.fields, decision, ...fields });
  return { interaction, page, decide };
};

const outcomeOf = async (interaction: string) =>
  (await idp.database.pool.query('SELECT outcome FROM interactions WHERE id_hash = $1', [hashToken(interaction)]))
    .rows[0].outcome;

const consentsOf = async (user: TestUser): Promise<string[] | undefined> =>
  (await idp.database.pool.query('SELECT scopes FROM consents WHERE user_id = $1', [user.id])).rows[0]?.scopes.sort();

describe('Consent (OIDC Core §3.1.2.4)', () => {
  it('RFC 7591 §5: warns of a client that registered itself, unless somebody trusted vouches for it', async () => {
    const browser = await signedIn(await idp.addUser());
    const registered = await addClient(idp.database, { client_name: 'Self-made' });
    const warning = /class="notice" role="note"><strong>Self-made<\/strong> registered itself/;
    const shown = async (change: string) => {
      await idp.database.pool.query(`UPDATE clients SET ${change} WHERE client_id = $1`, [registered]);
      return (await browser.get(hub(await idp.start(registered, { scopes: ['openid'] })))).text;
    };
    expect(await shown("origin = 'operator'")).not.toMatch(warning);
    expect(await shown("origin = 'registration'")).toMatch(warning);
    const stated = (claims: object) => {
      const statement = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
      return shown(`metadata = metadata || '{"software_statement": "${statement}"}'`);
    };
    expect(await stated({ client_name: 'Self-made' })).toMatch(warning);
    expect(await stated({ client_name: 'Self-made', redirect_uris: [] })).not.toMatch(warning);
  });

  it('§8.3: names the client, the user, every scope in words, and the client’s own policies', async () => {
    const user = await idp.addUser({ claims: { name: 'Ann Example' } });
    const { page } = await ask(await signedIn(user), ['openid', 'email', 'read:resource', 'vendor:thing']);
    for (const text of [
      'Harbour',
      'Ann Example',
      user.email,
      'See your e-mail address',
      'Read your data',
      'vendor:thing',
    ]) {
      expect(page.text).toContain(text);
    }
    expect(page.text).toContain('href="https://harbour.example/privacy"');
    expect(page.text).toContain('href="https://harbour.example/terms"');
    expect(page.text).toContain('you return to client.example');
  });

  it('is remembered as a set per user and client: less asks nothing, more asks for what is new', async () => {
    const [user, other] = [await idp.addUser(), await idp.addUser()];
    const browser = await signedIn(user);
    const first = await ask(browser, ['openid', 'profile']);
    await first.decide('allow');
    expect(await consentsOf(user)).toEqual(['openid', 'profile']);
    expect((await ask(browser, ['profile', 'openid'])).page.status).toBe(303);
    expect((await ask(browser, ['openid'])).page.status).toBe(303);
    const more = await ask(browser, ['openid', 'email']);
    expect(more.page.text).toContain('more than you allowed before');
    expect(more.page.text.indexOf('See your e-mail address')).toBeLessThan(
      more.page.text.indexOf('You allowed already'),
    );
    await more.decide('allow');
    expect(await consentsOf(user)).toEqual(['email', 'openid', 'profile']);
    expect((await ask(browser, ['openid', 'profile', 'email'])).page.status).toBe(303);
    expect((await ask(await signedIn(other), ['openid'])).page.status).toBe(200);
  });

  it('S11: one scope at another resource is asked again, and never given in silence', async () => {
    const user = await idp.addUser();
    const browser = await signedIn(user);
    const [api, files] = idp.deps.config.resources.map(({ identifier }) => identifier);
    if (!api || !files) throw new Error('two resources are needed');
    const first = await ask(browser, ['read:resource']);
    expect(first.page.text).toContain('Read your data at <em>api.example/v1</em>');
    await first.decide('allow');
    expect((await ask(browser, ['read:resource'], { resources: [api] })).page.status).toBe(303);
    const silent = await ask(browser, ['read:resource'], { resources: [files], prompts: ['none'] });
    expect(await outcomeOf(silent.interaction)).toEqual({ error: 'consent_required' });
    const second = await ask(browser, ['read:resource'], { resources: [files] });
    expect(second.page.text).toContain('Read your data at <em>files.example</em>');
    await second.decide('allow');
    expect((await ask(browser, ['read:resource'], { resources: [api, files] })).page.status).toBe(303);
  });

  it('S11: what an earlier release stored is for the default resource, and stays so', async () => {
    const user = await idp.addUser();
    const browser = await signedIn(user);
    await idp.database.pool.query(
      `INSERT INTO consents (user_id, client_id, scopes, granted_at) VALUES ($1, $2, '{openid,read:resource}', $3)`,
      [user.id, client, idp.clock.now()],
    );
    expect((await ask(browser, ['openid', 'read:resource'])).page.status).toBe(303);
    const other = await ask(browser, ['read:resource'], { resources: ['https://files.example'] });
    expect(other.page.status).toBe(200);
    await other.decide('allow');
    expect((await ask(browser, ['openid', 'read:resource'])).page.status).toBe(303);
  });

  it('leaves an audit row in the same statement', async () => {
    const user = await idp.addUser();
    const { decide } = await ask(await signedIn(user), ['openid']);
    await decide('allow');
    const [event] = (await idp.audited('consent_granted')).filter(({ user_id }) => user_id === user.id);
    expect(event).toMatchObject({ client_id: client, context: { permissions: ['openid'] } });
  });

  it('prompt=consent is satisfied by consent given since, and asks once', async () => {
    const browser = await signedIn(await idp.addUser());
    const first = await ask(browser, ['openid']);
    await first.decide('allow');
    idp.clock.advance(1_000);
    const again = await ask(browser, ['openid'], { prompts: ['consent'] });
    expect(again.page.text).toContain('Allow access?');
    await again.decide('allow');
    expect((await browser.get(hub(again.interaction))).status).toBe(303);
    expect(await outcomeOf(again.interaction)).toMatchObject({ scopes: ['openid'] });
  });

  it.each([
    ['a loopback port', 'http://127.0.0.1:31337/cb'],
    ['a scheme of its own', 'com.example.app:/cb'],
  ])('S6: a native app at %s is asked about each time, never in silence (RFC 8252 §8.6)', async (_, redirectUri) => {
    const native = await addClient(idp.database, { application_type: 'native', redirect_uris: [redirectUri] });
    const browser = await signedIn(await idp.addUser());
    const visit = async (request = {}) => {
      const interaction = await idp.start(native, { redirectUri: redirectUri as RegisteredRedirectUri, ...request });
      const page = await browser.get(hub(interaction));
      const [form] = formsOf(page.text);
      return {
        interaction,
        page,
        allow: () => browser.post(form?.action ?? '', { ...form?.fields, decision: 'allow' }),
      };
    };
    for (const time of ['first', 'second']) {
      const { interaction, page, allow } = await visit();
      expect([time, page.status]).toEqual([time, 200]);
      await allow();
      expect(await outcomeOf(interaction)).toMatchObject({ scopes: ['openid', 'profile'] });
      idp.clock.advance(1_000);
    }
    const silent = await visit({ prompts: ['none'] });
    expect(silent.page.status).toBe(303);
    expect(await outcomeOf(silent.interaction)).toEqual({ error: 'interaction_required' });
  });

  it('denied: access_denied at the client (RFC 6749 §4.1.2.1), nothing remembered, recorded', async () => {
    const user = await idp.addUser();
    const { decide, interaction } = await ask(await signedIn(user), ['openid']);
    const answer = await decide('deny');
    expect(answer.location).toMatch(/\/oauth2\/v1\/resume\?handle=/);
    expect(await outcomeOf(interaction)).toEqual({ error: 'access_denied' });
    expect(await consentsOf(user)).toBeUndefined();
    expect((await idp.audited('consent_denied')).some(({ user_id }) => user_id === user.id)).toBe(true);
  });

  it('cancelled at the login page: access_denied without anybody signed in', async () => {
    const browser = idp.newBrowser();
    const interaction = await idp.start(client);
    const [, cancel] = formsOf((await browser.get(hub(interaction))).text);
    const answer = await browser.post(cancel?.action ?? '', { ...cancel?.fields, decision: 'deny' });
    expect(answer.location).toMatch(/resume\?handle=/);
    expect(await outcomeOf(interaction)).toEqual({ error: 'access_denied' });
  });

  it('a form without a decision changes nothing', async () => {
    const { decide, interaction } = await ask(await signedIn(await idp.addUser()), ['openid']);
    expect((await decide('maybe')).status).toBe(400);
    expect(await outcomeOf(interaction)).toBeNull();
  });

  it('allowed twice, or twenty times at once: one consent, and on it goes', async () => {
    const user = await idp.addUser();
    const browser = await signedIn(user);
    const { decide, interaction } = await ask(browser, ['openid']);
    const answers = await Promise.all(Array.from({ length: 20 }, () => decide('allow', browser.copy())));
    const { location } = await browser.get(hub(interaction));
    expect(location).toMatch(/resume/);
    for (const answer of answers) expect([location, hub(interaction)]).toContain(answer.location);
    expect(await consentsOf(user)).toEqual(['openid']);
  });
});

describe('I11: a client whose operator answers for it (OIDC Core §3.1.2.4)', () => {
  const local = 'http://127.0.0.1/cb' as RegisteredRedirectUri;
  let own: string;
  beforeAll(async () => {
    own = await addClient(idp.database, { consent: 'implicit', redirect_uris: ['https://client.example/cb'] });
  });
  const visit = async (browser: Browser, request = {}) => {
    const interaction = await idp.start(own, { scopes: ['openid', 'email'], ...request });
    return { interaction, page: await browser.get(hub(interaction)) };
  };

  it('gets what it asks for in silence: no consent of the user is made up, and it is recorded', async () => {
    const user = await idp.addUser();
    const { interaction, page } = await visit(await signedIn(user));
    expect(page.location).toContain('/oauth2/v1/resume?handle=');
    expect(await outcomeOf(interaction)).toMatchObject({ userId: user.id, scopes: ['openid', 'email'] });
    expect(await consentsOf(user)).toBeUndefined();
    const implied = (await idp.audited('consent_implied')).filter(({ user_id }) => user_id === user.id);
    expect(implied).toEqual([
      expect.objectContaining({
        client_id: own,
        context: expect.objectContaining({ permissions: ['openid', 'email'] }),
      }),
    ]);
  });

  it('gets it with prompt=none as well', async () => {
    const { interaction } = await visit(await signedIn(await idp.addUser()), { prompts: ['none'] });
    expect(await outcomeOf(interaction)).not.toHaveProperty('error');
  });

  it('asks where it wants to, and then the answer is the user’s', async () => {
    const user = await idp.addUser();
    const browser = await signedIn(user);
    const { page } = await visit(browser, { prompts: ['consent'] });
    const [form] = formsOf(page.text);
    await browser.post(form?.action ?? '', { ...form?.fields, decision: 'allow' });
    expect(await consentsOf(user)).toEqual(['email', 'openid']);
    expect((await idp.audited('consent_implied')).filter(({ user_id }) => user_id === user.id)).toEqual([]);
  });

  it('asks where another program may be asking, whatever was stored (RFC 8252 §8.6)', async () => {
    const stored = `UPDATE clients SET metadata = metadata || '{"application_type": "native"}' WHERE client_id = $1`;
    await idp.database.pool.query(stored, [own]);
    idp.clock.advance(1_000);
    const { page } = await visit(await signedIn(await idp.addUser()), { redirectUri: local });
    expect(page.text).toContain('name="decision"');
  });
});

describe('Consent is the user’s own (pitfall: not bound to the session’s user, no CSRF)', () => {
  it.each([
    ['no token', { csrf: '' }],
    ['a made-up token', { csrf: 'x'.repeat(43) }],
  ])('%s: 403, nothing granted, nothing completed', async (_name, fields) => {
    const user = await idp.addUser();
    const browser = await signedIn(user);
    for (const decision of ['allow', 'deny']) {
      const { decide, interaction } = await ask(browser, ['openid']);
      expect((await decide(decision, browser, fields)).status).toBe(403);
      expect(await consentsOf(user)).toBeUndefined();
      expect(await outcomeOf(interaction)).toBeNull();
    }
  });

  it('a form that was shown to one user is refused from the next one who signed in there', async () => {
    const [shown, next] = [await idp.addUser(), await idp.addUser()];
    const browser = await signedIn(shown);
    const { decide } = await ask(browser, ['openid']);
    await signedIn(next, browser);
    const answer = await decide('allow');
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('out of date');
    expect(await consentsOf(next)).toBeUndefined();
    expect(await consentsOf(shown)).toBeUndefined();
  });

  it('without a session the answer is the login page', async () => {
    const browser = idp.newBrowser();
    const interaction = await idp.start(client, { scopes: ['openid'] });
    const [, cancel] = formsOf((await browser.get(hub(interaction))).text);
    const answer = await browser.post(cancel?.action ?? '', { ...cancel?.fields, decision: 'allow' });
    expect([answer.status, answer.location]).toEqual([303, hub(interaction)]);
    expect((await browser.get(hub(interaction))).text).toContain('name="password"');
  });

  it('allow does not skip a sign-in that is due', async () => {
    const user = await idp.addUser();
    const browser = await signedIn(user);
    idp.clock.advance(1_000);
    const interaction = await idp.start(client, { prompts: ['login'], scopes: ['openid'] });
    const [, cancel] = formsOf((await browser.get(hub(interaction))).text);
    await browser.post(cancel?.action ?? '', { ...cancel?.fields, decision: 'allow' });
    expect(await consentsOf(user)).toBeUndefined();
    expect((await browser.get(hub(interaction))).text).toContain('name="password"');
  });

  it('a cross-site form is refused', async () => {
    const browser = await signedIn(await idp.addUser());
    const interaction = await idp.start(client, { scopes: ['openid'] });
    const [form] = formsOf((await browser.get(hub(interaction))).text);
    const answer = await browser.post(
      form?.action ?? '',
      { ...form?.fields, decision: 'allow' },
      { 'sec-fetch-site': 'cross-site' },
    );
    expect(answer.status).toBe(403);
  });
});
