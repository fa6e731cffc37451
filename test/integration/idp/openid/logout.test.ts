import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPair, importPrivateKey } from '../../../../src/crypto/jwt.js';
import { disableClient } from '../../../../src/storage/clients/clients.js';
import { type Browser, formsOf } from '../../../support/browser.js';
import { addGrant, idTokenFor, isRevoked, jwtFor } from '../../../support/grants.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../../support/idp.js';
import { addClient, change } from '../../../support/rows.js';

const path = '/oidc/v1/logout';
const home = 'https://client.example/bye';

let idp: TestIdp;
let client: string;
let user: TestUser;
beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database, {
    client_name: 'Harbour',
    post_logout_redirect_uris: [home, `${home}?from=op`],
  });
  user = await idp.addUser({ claims: { name: 'Ann Example' } });
});
afterAll(() => idp.close());
afterEach(() => idp.clock.advance(10_000));

const signedIn = async (who = user, browser = idp.newBrowser()): Promise<Browser> => {
  await idp.signIn(browser, await idp.start(client), who);
  return browser;
};

const query = (parameters: Record<string, string>): string => `${path}?${new URLSearchParams(parameters)}`;
/** It names no session, so that there is a question. */
const hint = (who = user) => idTokenFor(idp, { userId: who.id, clientId: client });
const hintOf = async (who: TestUser, claims: Record<string, unknown> = {}) =>
  idTokenFor(idp, { userId: who.id, clientId: client }, { claims: { sid: await sessionId(who), ...claims } });
const isSignedIn = async (browser: Browser) =>
  !(await browser.get(hub(await idp.start(client)))).text.includes('name="password"');

const sessionId = async (who: TestUser): Promise<string> =>
  (await idp.database.pool.query('SELECT id FROM sessions WHERE user_id = $1 ORDER BY created_at DESC', [who.id]))
    .rows[0].id;

const confirm = async (
  browser: Browser,
  parameters: Record<string, string> = {},
  over: Record<string, string> = {},
) => {
  const page = await browser.get(query(parameters));
  const [form] = formsOf(page.text);
  if (!form) throw new Error(`no form: ${page.status}`);
  return browser.post(form.action, { ...form.fields, ...over });
};

describe('RP-initiated logout (OIDC RP-Initiated Logout §2, §3)', () => {
  it('§2 asks first, then ends the session and returns with state', async () => {
    const browser = await signedIn();
    const request = { id_token_hint: await hint(), post_logout_redirect_uri: home, state: 'a&b c' };
    const page = await browser.get(query(request));
    expect(page.status).toBe(200);
    expect(page.text).toContain('Harbour');
    expect(page.text).toContain(user.username);
    expect(await isSignedIn(browser)).toBe(true);
    const answer = await confirm(browser, request);
    expect([answer.status, answer.location]).toEqual([303, `${home}?state=a%26b%20c`]);
    expect(browser.cookies.has('session')).toBe(false);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it.each<[string, (token: string) => Record<string, string>, string]>([
    ['§3 no state: none returned', (id_token_hint) => ({ id_token_hint, post_logout_redirect_uri: home }), home],
    [
      '§3 a registered query stays',
      (id_token_hint) => ({ id_token_hint, post_logout_redirect_uri: `${home}?from=op`, state: 's' }),
      `${home}?from=op&state=s`,
    ],
    [
      '§2 client_id that agrees with the hint',
      (id_token_hint) => ({ id_token_hint, client_id: client, post_logout_redirect_uri: home }),
      home,
    ],
  ])('%s', async (_name, requestFor, location) => {
    const request = requestFor(await hint());
    expect((await confirm(await signedIn(), request)).location).toBe(location);
    expect((await idp.newBrowser().get(query(request))).location).toBe(location);
  });

  it('§2 an expired ID token is still good as a hint', async () => {
    const request = { id_token_hint: await hint(), post_logout_redirect_uri: home };
    idp.clock.advance(24 * 60 * 60_000);
    expect((await confirm(await signedIn(), request)).location).toBe(home);
  });

  it.each([
    ['§2 nothing', {}],
    ['§2 state alone', { state: 'x' }],
    ['§2 a URI without hint', { post_logout_redirect_uri: home }],
  ])('%s: a page, before and after', async (_name, request) => {
    const browser = await signedIn();
    expect((await browser.get(query(request))).status).toBe(200);
    const answer = await confirm(browser, request);
    expect([answer.status, answer.location]).toEqual([200, null]);
    expect(answer.text).toContain('You are signed out');
    expect(await isSignedIn(browser)).toBe(false);
    const nobody = await idp.newBrowser().get(query(request));
    expect([nobody.status, nobody.location]).toEqual([200, null]);
  });

  it('§2 by POST from another site, which brings no cookie: the question is asked all the same', async () => {
    const browser = await signedIn();
    const request = { id_token_hint: await hint(), post_logout_redirect_uri: home, state: 's' };
    const crossSite = await new (browser.constructor as typeof Browser)(idp.origin).post(path, request);
    expect([crossSite.status, crossSite.location]).toEqual([303, query(request)]);
    expect((await browser.get(crossSite.location ?? '')).text).toContain('Sign out?');
    expect((await browser.post(path, request)).text).toContain('Sign out?');
    expect(await isSignedIn(browser)).toBe(true);
  });
});

describe('I8: a way back by client_id (OIDC RP-Initiated Logout §2)', () => {
  it('after the question, which does not pass the request off as the client’s', async () => {
    const browser = await signedIn();
    const request = { client_id: client, post_logout_redirect_uri: home, state: 's' };
    const page = await browser.get(query(request));
    expect(page.status).toBe(200);
    expect(page.text).toContain('Afterwards you return to <strong>Harbour</strong>');
    expect(page.text).not.toContain('asks to sign you out');
    expect(await isSignedIn(browser)).toBe(true);
    expect((await confirm(browser, request)).location).toBe(`${home}?state=s`);
    expect(await isSignedIn(browser)).toBe(false);
    expect((await idp.newBrowser().get(query(request))).location).toBe(`${home}?state=s`);
  });

  it('ends no offline access: client_id is nobody’s word', async () => {
    const person = await idp.addUser();
    const browser = await signedIn(person);
    const scopes = ['openid', 'offline_access'];
    const grant = await addGrant(idp, {
      userId: person.id,
      sessionId: await sessionId(person),
      clientId: client,
      scopes,
    });
    await confirm(browser, { client_id: client, post_logout_redirect_uri: home });
    expect(await isRevoked(idp, grant)).toBe(false);
  });
});

describe('I8: an ID token of the very session needs no question (OIDC RP-Initiated Logout §2)', () => {
  const request = async (over: Record<string, unknown> = {}) => ({
    id_token_hint: await hintOf(user, over),
    post_logout_redirect_uri: home,
    state: 's',
  });
  const back = `${home}?state=s`;

  it('by GET: the session ends, with what was granted in it, and the browser returns', async () => {
    const browser = await signedIn();
    const old = browser.copy();
    const session = await sessionId(user);
    const online = { userId: user.id, sessionId: session, clientId: client, scopes: ['openid'] };
    const grant = await addGrant(idp, online);
    const answer = await browser.get(query(await request()));
    expect([answer.status, answer.location]).toEqual([303, back]);
    expect(browser.cookies.has('session')).toBe(false);
    expect(await isSignedIn(old)).toBe(false);
    expect(await isRevoked(idp, grant)).toBe(true);
    const rows = (await idp.audited('sign_out')).filter(({ session_id }) => session_id === session);
    expect(rows).toEqual([expect.objectContaining({ client_id: client, user_id: user.id })]);
  });

  it('by POST, with the cookie and without', async () => {
    const person = await idp.addUser();
    const [one, two] = [await signedIn(), await signedIn(person)];
    expect((await one.post(path, await request())).location).toBe(back);
    expect(await isSignedIn(one)).toBe(false);
    const crossSite = await idp.newBrowser().post(path, { id_token_hint: await hintOf(person) });
    const answer = await two.get(crossSite.location ?? '');
    expect([answer.status, answer.location]).toEqual([200, null]);
    expect(answer.text).toContain('You are signed out');
    expect(await isSignedIn(two)).toBe(false);
  });

  it('an expired one is as good', async () => {
    const browser = await signedIn();
    expect((await browser.get(query(await request({ exp: 1 })))).location).toBe(back);
  });

  it.each<[string, () => Promise<Record<string, string>>]>([
    ['of another session of the same user', () => request({ sid: '00000000-0000-4000-8000-000000000000' })],
    ['that names no session', async () => ({ id_token_hint: await hint() })],
    ['of another user', async () => ({ id_token_hint: await hint(await idp.addUser()) })],
    ['of another user who claims this session', () => request({ sub: '00000000-0000-4000-8000-000000000000' })],
    [
      'beside a URI that is not registered',
      async () => ({ ...(await request()), post_logout_redirect_uri: `${home}/x` }),
    ],
  ])('one %s asks', async (_name, make) => {
    const browser = await signedIn();
    const page = await browser.get(query(await make()));
    expect(page.location).toBeNull();
    expect(page.text).toContain('Sign out?');
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('one for several needs client_id', async () => {
    const browser = await signedIn();
    const several = await request({ aud: ['https://api.example', client] });
    expect((await browser.get(query(several))).status).toBe(400);
    expect(await isSignedIn(browser)).toBe(true);
    expect((await browser.get(query({ ...several, client_id: client }))).location).toBe(back);
  });

  it('a browser that looks ahead ends nothing', async () => {
    const browser = await signedIn();
    const url = query(await request());
    const foreseen = await browser.get(url, { 'sec-purpose': 'prefetch;prerender' });
    expect(foreseen.text).toContain('Sign out?');
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const looked = await fetch(new URL(url, idp.origin), { method: 'HEAD', headers: { cookie }, redirect: 'manual' });
    expect(looked.status).toBe(200);
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('logout.confirmation: always asks all the same', async () => {
    const asking = await openIdp({ beside: idp, config: { logout: { confirmation: 'always' } } });
    const browser = await signedIn();
    const there = asking.newBrowser();
    for (const [name, value] of browser.cookies) there.cookies.set(name, value);
    expect((await there.get(query(await request()))).text).toContain('Sign out?');
    expect(await isSignedIn(browser)).toBe(true);
    await asking.close();
  });
});

describe('No open redirect, nobody else’s word (OIDC RP-Initiated Logout §3)', () => {
  const foreignKey = async () => {
    const { kid, alg } = (await idp.deps.signingKeys.keySet()).current('ES256');
    return { kid, alg, privateKey: importPrivateKey((await generateKeyPair('ES256')).privateJwk) };
  };

  it.each<[string, () => Promise<Record<string, string>>]>([
    [
      'an unregistered URI',
      async () => ({ id_token_hint: await hint(), post_logout_redirect_uri: 'https://evil.example' }),
    ],
    [
      'a registered URI with a query added',
      async () => ({ id_token_hint: await hint(), post_logout_redirect_uri: `${home}?x=1` }),
    ],
    [
      'a registered URI with a path added',
      async () => ({ id_token_hint: await hint(), post_logout_redirect_uri: `${home}/x` }),
    ],
    [
      'a hint with a foreign signature',
      async () => ({
        id_token_hint: await idTokenFor(idp, { userId: user.id, clientId: client }, { key: await foreignKey() }),
        post_logout_redirect_uri: home,
      }),
    ],
    [
      'an unsigned hint',
      async () => {
        const [, payload] = (await hint()).split('.');
        const header = Buffer.from('{"alg":"none"}').toString('base64url');
        return { id_token_hint: `${header}.${payload}.`, post_logout_redirect_uri: home };
      },
    ],
    [
      'an access token as hint',
      async () => ({
        id_token_hint: await jwtFor(idp, { id: 'x', userId: user.id, clientId: client, scopes: [] }),
        post_logout_redirect_uri: home,
      }),
    ],
    [
      'I2: an access token of typ JWT as hint',
      async () => ({
        id_token_hint: await jwtFor(
          idp,
          { id: 'x', userId: user.id, clientId: client, scopes: [] },
          { typ: 'JWT', audience: [client] },
        ),
        post_logout_redirect_uri: home,
      }),
    ],
    [
      'a hint of another issuer',
      async () => ({
        id_token_hint: await idTokenFor(
          idp,
          { userId: user.id, clientId: client },
          { issuer: 'https://other.example' },
        ),
        post_logout_redirect_uri: home,
      }),
    ],
    [
      'client_id that is not the hint’s audience',
      async () => ({
        id_token_hint: await hint(),
        client_id: await addClient(idp.database),
        post_logout_redirect_uri: home,
      }),
    ],
    ['client_id of nobody, without hint', async () => ({ client_id: 'any', post_logout_redirect_uri: home })],
    [
      'client_id and an unregistered URI, without hint',
      async () => ({ client_id: client, post_logout_redirect_uri: `${home}?x=1` }),
    ],
    [
      'client_id beside a hint with a foreign signature',
      async () => ({
        id_token_hint: await idTokenFor(idp, { userId: user.id, clientId: client }, { key: await foreignKey() }),
        client_id: client,
        post_logout_redirect_uri: home,
      }),
    ],
    [
      'a hint for an audience that is no client',
      async () => ({
        id_token_hint: await idTokenFor(idp, { userId: user.id, clientId: 'https://api.example' }),
        post_logout_redirect_uri: home,
      }),
    ],
    [
      'client_id of a client that is disabled',
      async () => {
        const gone = await addClient(idp.database, { post_logout_redirect_uris: [home] });
        await disableClient(idp.database.transactions, gone, change);
        return { client_id: gone, post_logout_redirect_uri: home };
      },
    ],
    [
      'a hint for a client that is disabled',
      async () => {
        const gone = await addClient(idp.database, { post_logout_redirect_uris: [home] });
        await disableClient(idp.database.transactions, gone, change);
        return {
          id_token_hint: await idTokenFor(idp, { userId: user.id, clientId: gone }),
          post_logout_redirect_uri: home,
        };
      },
    ],
  ])('%s: a page that says so, and never a redirect', async (_name, requestOf) => {
    const request = await requestOf();
    const browser = await signedIn();
    const page = await browser.get(query(request));
    expect([page.status, page.location]).toEqual([400, null]);
    expect(page.text).toContain('not valid');
    const confirmed = await confirm(browser, request);
    expect([confirmed.status, confirmed.location]).toEqual([200, null]);
    const nobody = await idp.newBrowser().get(query(request));
    expect([nobody.status, nobody.location]).toEqual([400, null]);
  });

  it('a repeated parameter: 400', async () => {
    expect((await idp.newBrowser().get(`${path}?state=a&state=b`)).status).toBe(400);
  });
});

describe('Only the user signs himself out (CSRF)', () => {
  it.each([
    ['no token', { csrf: '' }],
    ['a made-up token', { csrf: 'x'.repeat(43) }],
  ])('%s: 403 and a way on', async (_name, over) => {
    const browser = await signedIn();
    const answer = await confirm(browser, {}, over);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain(`href="${path}"`);
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('the token of one session does not end another', async () => {
    const [one, two] = [await signedIn(), await signedIn()];
    const [form] = formsOf((await one.get(path)).text);
    expect((await two.post(form?.action ?? '', { ...form?.fields })).status).toBe(403);
    expect(await isSignedIn(two)).toBe(true);
  });

  it('a cross-site confirmation is refused', async () => {
    const browser = await signedIn();
    const [form] = formsOf((await browser.get(path)).text);
    const answer = await browser.post(form?.action ?? '', { ...form?.fields }, { 'sec-fetch-site': 'cross-site' });
    expect(answer.status).toBe(403);
    expect(await isSignedIn(browser)).toBe(true);
  });
});

describe('What dies with the session (OIDC Back-Channel Logout §2.7)', () => {
  it('everything granted in it, but another client’s offline access', async () => {
    const other = await addClient(idp.database);
    const person = await idp.addUser();
    const browser = await signedIn(person);
    const inSession = { userId: person.id, sessionId: await sessionId(person) };
    const grants = {
      own: await addGrant(idp, { ...inSession, clientId: client, scopes: ['openid'] }),
      ownOffline: await addGrant(idp, { ...inSession, clientId: client, scopes: ['openid', 'offline_access'] }),
      others: await addGrant(idp, { ...inSession, clientId: other, scopes: ['openid'] }),
      othersOffline: await addGrant(idp, { ...inSession, clientId: other, scopes: ['openid', 'offline_access'] }),
      elsewhere: await addGrant(idp, { userId: person.id, clientId: client, scopes: ['openid'] }),
    };
    const token = await jwtFor(idp, grants.own);
    const id_token_hint = await idTokenFor(idp, { userId: person.id, clientId: client });
    idp.database.statements();
    await confirm(browser, { id_token_hint });
    expect(idp.database.statements().filter((name) => name === 'end_session')).toHaveLength(1);
    const revoked = Object.fromEntries(
      await Promise.all(Object.entries(grants).map(async ([name, grant]) => [name, await isRevoked(idp, grant)])),
    );
    expect(revoked).toEqual({ own: true, ownOffline: true, others: true, othersOffline: false, elsewhere: false });
    const userinfo = await fetch(`${idp.origin}/oidc/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(userinfo.status).toBe(401);
  });

  it('asked for by nobody in particular: every offline access lives on', async () => {
    const person = await idp.addUser();
    const browser = await signedIn(person);
    const grant = await addGrant(idp, {
      userId: person.id,
      sessionId: await sessionId(person),
      clientId: client,
      scopes: ['openid', 'offline_access'],
    });
    await confirm(browser);
    expect(await isRevoked(idp, grant)).toBe(false);
  });

  it('leaves an audit row; a double click leaves one', async () => {
    const person = await idp.addUser();
    const browser = await signedIn(person);
    const id = await sessionId(person);
    const [form] = formsOf((await browser.get(path)).text);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.copy().post(form?.action ?? '', { ...form?.fields })),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect((await idp.audited('sign_out')).filter(({ session_id }) => session_id === id)).toHaveLength(1);
  });

  it('after logout prompt=none is login_required, and the old cookie opens nothing', async () => {
    const browser = await signedIn();
    const old = browser.copy();
    await confirm(browser);
    expect(await isSignedIn(old)).toBe(false);
    const [form] = formsOf((await old.get(path)).text);
    expect(form).toBeUndefined();
  });
});
