import { type IncomingHttpHeaders, request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { formsOf } from '../../support/browser.js';
import { idTokenFor } from '../../support/grants.js';
import { hub, openIdp, type TestIdp, type TestUser } from '../../support/idp.js';
import { addClient } from '../../support/rows.js';

const script = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;

let idp: TestIdp;
let client: string;
let user: TestUser;
beforeAll(async () => {
  idp = await openIdp();
  client = await addClient(idp.database, {
    client_name: script,
    post_logout_redirect_uris: ['https://client.example/'],
  });
  user = await idp.addUser({ claims: { name: script, picture: script } });
});
afterAll(() => idp.close());
beforeEach(() => void idp.logged.splice(0));

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
}

interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As it stands: no client of HTTP puts right what is wrong. */
function send({ method = 'GET', path, headers = {}, body = '' }: Sent): Promise<Received> {
  const form = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
  };
  return new Promise((resolve, reject) => {
    const req = request(
      idp.origin,
      { method, path, headers: { ...(method === 'POST' && form), ...headers } },
      async (res) => {
        let text = '';
        for await (const chunk of res) text += String(chunk);
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text });
      },
    );
    req.once('error', reject);
    req.end(body);
  });
}

const encode = (text: string) => Buffer.from(text).toString('base64url');
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const userinfo = '/oidc/v1/userinfo';
const logout = '/oidc/v1/logout';

describe('what strangers send is refused, and is never an error of ours', () => {
  it.each<[string, () => Promise<Sent>]>([
    ['an interaction with a NUL', async () => ({ path: '/oidc/v1/interaction/%00' })],
    ['an interaction of 8,000 characters', async () => ({ path: hub('a'.repeat(8_000)) })],
    ['an interaction that cannot be decoded', async () => ({ path: '/oidc/v1/interaction/%ff' })],
    [
      'cookies that are none',
      async () => ({
        path: hub(await idp.start(client)),
        headers: { cookie: 'browser; session==; =; ;;browser=\u00e9' },
      }),
    ],
    [
      'a session of 8 kB',
      async () => ({
        path: hub(await idp.start(client)),
        headers: { cookie: `browser=${'b'.repeat(22)}; session=${'s'.repeat(8_000)}` },
      }),
    ],
    [
      'a thousand known browsers',
      async () => ({
        path: hub(await idp.start(client)),
        headers: { cookie: `browser=${'b'.repeat(22)}; known_browser=${'AAAAAAAAAAAAAAAAAAAAAA.'.repeat(300)}` },
      }),
    ],
    ['a login without anything', async () => ({ method: 'POST', path: `/oidc/v1/login/${await idp.start(client)}` })],
    [
      'a NUL in a login',
      async () => ({
        method: 'POST',
        path: `/oidc/v1/login/${await idp.start(client)}`,
        body: 'identifier=%00&password=%00',
      }),
    ],
    [
      'a consent of 10,000 fields',
      async () => ({
        method: 'POST',
        path: `/oidc/v1/consent/${await idp.start(client)}`,
        body: Array.from({ length: 8_000 }, (_, n) => `f${n}=`).join('&'),
      }),
    ],
    [
      'a token of 12,000 characters',
      async () => ({ path: userinfo, headers: { authorization: `Bearer ${'a'.repeat(12_000)}` } }),
    ],
    [
      'a JWT whose header nests',
      async () => ({ path: userinfo, headers: { authorization: `Bearer ${encode(nested(4_000))}.e30.AA` } }),
    ],
    [
      'a JWT with kid __proto__',
      async () => ({
        path: userinfo,
        headers: { authorization: `Bearer ${encode('{"alg":"ES256","typ":"at+jwt","kid":"__proto__"}')}.e30.AA` },
      }),
    ],
    [
      'a JWT in the body, 60 kB long',
      async () => ({
        method: 'POST',
        path: userinfo,
        body: `access_token=${'a'.repeat(30_000)}.${'b'.repeat(29_000)}.c`,
      }),
    ],
    ['a NUL in a token in the body', async () => ({ method: 'POST', path: userinfo, body: 'access_token=a%00' })],
    ['a client_id with a NUL, without hint', async () => ({ path: `${logout}?client_id=a%00` })],
    ['a client_id of nobody with odd characters', async () => ({ path: `${logout}?client_id=%ff%ed%a0%80%0a` })],
    ['a hint with a NUL', async () => ({ path: `${logout}?id_token_hint=%00` })],
    ['a hint whose claims nest', async () => ({ path: `${logout}?id_token_hint=e30.${encode(nested(4_000))}.AA` })],
    [
      'a client_id with odd characters beside a good hint',
      async () => ({
        path: `${logout}?client_id=%ff%0a%0d&id_token_hint=${await idTokenFor(idp, { userId: user.id, clientId: client })}`,
      }),
    ],
    [
      'a logout by a form of 60 kB',
      async () => ({ method: 'POST', path: logout, body: `state=${'s'.repeat(60_000)}` }),
    ],
  ])('%s', async (_, make) => {
    const answer = await send(await make());
    expect(answer.status).toBeLessThan(500);
    expect(answer.text.length).toBeLessThan(30_000);
    expect(idp.logged.filter((line) => line.includes('"ERROR"'))).toEqual([]);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-frame-options': 'DENY' });
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });
});

describe('markup from clients, claims and requests stays text on every page', () => {
  const harmless = (page: string): void => {
    expect(page).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
    expect(page).toContain('&lt;script&gt;');
  };

  it('sign-in, consent, sign-out', async () => {
    const browser = idp.newBrowser();
    const interaction = await idp.start(client, { loginHint: script, scopes: ['openid', script] });
    harmless((await browser.get(hub(interaction))).text);
    await idp.signIn(browser, interaction, user);
    harmless((await browser.get(hub(interaction))).text);
    const hint = await idTokenFor(idp, { userId: user.id, clientId: client });
    const query = new URLSearchParams({
      id_token_hint: hint,
      state: script,
      post_logout_redirect_uri: 'https://client.example/',
    });
    harmless((await browser.get(`${logout}?${query}`)).text);
  });

  it('nor does a header take a line break from state', async () => {
    const browser = idp.newBrowser();
    await idp.signIn(browser, await idp.start(client), user);
    const hint = await idTokenFor(idp, { userId: user.id, clientId: client });
    const state = 'a\r\nSet-Cookie: x=y';
    const query = new URLSearchParams({
      id_token_hint: hint,
      state,
      post_logout_redirect_uri: 'https://client.example/',
    });
    const [form] = formsOf((await browser.get(`${logout}?${query}`)).text);
    const answer = await browser.post(form?.action ?? '', form?.fields ?? {});
    expect(new URL(answer.location ?? '').searchParams.get('state')).toBe(state);
    expect(answer.headers.getSetCookie().join()).not.toContain('x=y');
  });
});

describe('who somebody is follows from the cookie, never from what is sent along (pitfall: a user_id from the caller)', () => {
  it('user_id, sub and session in query or form change nothing', async () => {
    const [victim, attacker] = [await idp.addUser(), await idp.addUser()];
    const browser = idp.newBrowser();
    const interaction = await idp.start(client);
    await idp.signIn(browser, interaction, attacker);
    const claimed = { user_id: victim.id, userId: victim.id, sub: victim.id, username: victim.username };
    const page = await browser.get(`${hub(interaction)}?${new URLSearchParams(claimed)}`);
    expect(page.text).toContain(attacker.username);
    expect(page.text).not.toContain(victim.username);
    const [form] = formsOf(page.text);
    await browser.post(form?.action ?? '', { ...form?.fields, ...claimed, decision: 'allow' });
    const { rows } = await idp.database.pool.query('SELECT user_id FROM consents WHERE user_id = ANY ($1)', [
      [victim.id, attacker.id],
    ]);
    expect(rows).toEqual([{ user_id: attacker.id }]);
  });
});
