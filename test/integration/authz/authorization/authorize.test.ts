import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../../src/crypto/digest.js';
import { disableClient } from '../../../../src/storage/clients/clients.js';
import { challenge, openAuthz, paths, type TestAuthz, withAuthz } from '../../../support/authz.js';
import { formsOf } from '../../../support/browser.js';
import { configuration, idpUrl } from '../../../support/configuration.js';
import { change, redirectUri } from '../../../support/rows.js';

let authz: TestAuthz;
let client: string;
let confidential: string;
let user: string;
beforeAll(async () => {
  authz = await openAuthz();
  client = await authz.addClient({ scope: 'openid profile read:resource' });
  confidential = await authz.addClient({ scope: 'openid read:resource' }, 'a secret');
  user = await authz.addUser();
});
afterAll(() => authz.close());
afterEach(() => authz.clock.advance(1_000));

type Changes = Record<string, string | undefined>;

const parameters = (changes: Changes = {}): Record<string, string> => {
  const all: Changes = {
    client_id: client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    state: 'the state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
};

const ask = (changes: Changes = {}, browser = authz.newBrowser()) =>
  browser.get(`${paths.authorize}?${new URLSearchParams(parameters(changes))}`);

const hub = new RegExp(`^${idpUrl}/oidc/v1/interaction/[\\w-]{22}$`);

const requestOf = async (location: string | null) => {
  const id = hashToken((location ?? '').split('/').at(-1) ?? '');
  return (await authz.database.pool.query('SELECT * FROM interactions WHERE id_hash = $1', [id])).rows[0];
};

const redirected = (location: string | null) => {
  const url = new URL(location ?? 'missing:');
  return { to: `${url.origin}${url.pathname}`, ...Object.fromEntries(url.searchParams) };
};

describe('GET /authorize (RFC 6749 §4.1.1)', () => {
  it('starts an interaction, binds the browser and sends it to idp', async () => {
    const browser = authz.newBrowser();
    const answer = await ask({ nonce: 'n', max_age: '60', login_hint: 'anna' }, browser);
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(hub);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const [cookie] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^interaction-[\w-]{8}=[\w-]{43}; Path=\/; Max-Age=1800; HttpOnly; SameSite=Lax$/);
    const row = await requestOf(answer.location);
    expect(row.request).toMatchObject({
      clientId: client,
      nonce: 'n',
      maxAge: 60,
      loginHint: 'anna',
      scopes: ['openid'],
    });
    expect(row.authz_browser_hash).toEqual(hashToken([...browser.cookies.values()][0] ?? ''));
    expect(row.expires_at).toEqual(new Date(authz.clock.now().getTime() + 1_800_000));
  });

  it('costs one statement once the client is known (decision 0008)', async () => {
    await ask();
    authz.database.statements();
    await ask();
    expect(authz.database.statements()).toEqual(['start_interaction']);
  });

  it('gives each tab its own cookie, and forgets the oldest of more than 20', async () => {
    const browser = authz.newBrowser();
    for (let tab = 0; tab < 23; tab += 1) await ask({}, browser);
    expect(browser.cookies.size).toBe(20);
  });

  it.each([
    ['unknown parameters (RFC 6749 §3.1)', { vendor: 'x' }],
    [
      'display, claims, claims_locales, ui_locales (OIDC Core §3.1.2.1)',
      { display: 'popup', claims: '{}', claims_locales: 'de', ui_locales: 'de' },
    ],
    ['unknown scopes (OIDC Core §3.1.2.1)', { scope: 'openid vendor:scope' }],
    ['every prompt that is not none', { prompt: 'login consent select_account' }],
    ['long state and nonce', { state: 's'.repeat(2048), nonce: 'n'.repeat(512) }],
  ])('takes %s', async (_, changes) => expect((await ask(changes)).location).toMatch(hub));

  it('I6: tells the log which scopes it leaves out, and why', async () => {
    authz.logged.length = 0;
    await ask({ scope: 'openid vendor:scope' });
    const [line] = authz.logged.filter((each) => each.includes('scopes left out'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      level: 'INFO',
      client_id: client,
      scopes: ['vendor:scope (unknown)'],
    });
  });

  it('S14: of a confidential client needs no nonce, and no PKCE only where it is registered so', async () => {
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    expect((await ask({ client_id: confidential })).location).toMatch(hub);
    const refused = await ask({ client_id: confidential, ...without });
    expect(redirected(refused.location)).toMatchObject({ to: redirectUri, error: 'invalid_request' });
    const lenient = await authz.addClient({ require_pkce: false }, 'a secret');
    expect((await ask({ client_id: lenient, ...without })).location).toMatch(hub);
  });

  it('may leave out the only redirect_uri outside OpenID (RFC 6749 §3.1.2.3)', async () => {
    const { location } = await ask({ redirect_uri: undefined, scope: 'read:resource' });
    expect((await requestOf(location)).request).toMatchObject({ redirectUri, redirectUriNamed: false });
  });

  it.each(['http://127.0.0.1/cb', 'http://[::1]/cb', 'http://localhost/cb'])(
    'I11: takes %s of a native app with a free port (RFC 8252 §7.3, §8.3)',
    async (registered) => {
      const native = await authz.addClient({ application_type: 'native', redirect_uris: [registered] });
      const asked = new URL(registered);
      asked.port = '51004';
      const answer = await ask({ client_id: native, redirect_uri: asked.href });
      expect(answer.location).toMatch(hub);
    },
  );

  it('S6: takes no other port from a web application', async () => {
    const web = await authz.addClient({ redirect_uris: ['http://127.0.0.1:8083/cb'] });
    const answer = await ask({ client_id: web, redirect_uri: 'http://127.0.0.1:31337/cb' });
    expect([answer.status, answer.location]).toEqual([400, null]);
    expect((await ask({ client_id: web, redirect_uri: 'http://127.0.0.1:8083/cb' })).location).toMatch(hub);
  });
});

describe('POST /authorize (OIDC Core §3.1.2.1)', () => {
  it('takes a form, and from another site without cookies, too', async () => {
    const browser = authz.newBrowser();
    const answer = await browser.post(paths.authorize, parameters(), { origin: 'https://client.example' });
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(hub);
    expect(browser.cookies.size).toBe(1);
  });

  it('does not read the query (RFC 6749 §3.1)', async () => {
    const browser = authz.newBrowser();
    const query = new URLSearchParams(parameters());
    expect((await browser.post(`${paths.authorize}?${query}`, {})).status).toBe(400);
  });
});

describe('as long as nobody knows where an answer may go, it is a page (RFC 6749 §4.1.2.1)', () => {
  it.each([
    ['client_id missing', { client_id: undefined }],
    ['client unknown', { client_id: 'nobody' }],
    ['redirect_uri missing in an OpenID request (OIDC Core §3.1.2.1)', { redirect_uri: undefined }],
    ['redirect_uri not registered', { redirect_uri: 'https://evil.example/callback' }],
    ['redirect_uri with a query added', { redirect_uri: `${redirectUri}?x=1` }],
    ['redirect_uri with a path added', { redirect_uri: `${redirectUri}/x` }],
    ['redirect_uri with dot segments', { redirect_uri: 'https://client.example/x/../callback' }],
    ['redirect_uri in another case', { redirect_uri: 'https://client.example/Callback' }],
    ['redirect_uri relative', { redirect_uri: '/callback' }],
    ['redirect_uri of a script', { redirect_uri: 'javascript:alert(1)' }],
    ['all of it wrong', { redirect_uri: 'https://evil.example', response_type: 'token', scope: '"' }],
  ])('%s', async (_, changes) => {
    const answer = await ask(changes);
    expect(answer.status).toBe(400);
    expect(answer.location).toBeNull();
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.text).not.toMatch(/(href|action|src)="[^"]*evil\.example/);
  });

  it('a parameter that is sent twice (RFC 6749 §3.1)', async () => {
    const query = new URLSearchParams(parameters());
    const answer = await authz.newBrowser().get(`${paths.authorize}?${query}&client_id=${confidential}`);
    expect([answer.status, answer.location]).toEqual([400, null]);
  });

  it('a disabled client', async () => {
    const disabled = await authz.addClient();
    await disableClient(authz.database.transactions, disabled, change);
    const answer = await ask({ client_id: disabled });
    expect([answer.status, answer.location]).toEqual([400, null]);
  });
});

describe('from then on, it goes to the client (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6)', () => {
  it.each([
    ['response_type missing', { response_type: undefined }, 'invalid_request'],
    ['response_type token (OAuth 2.1 §10.1)', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_type id_token', { response_type: 'id_token' }, 'unsupported_response_type'],
    ['response_mode fragment', { response_mode: 'fragment' }, 'invalid_request'],
    [
      'a public client without PKCE (RFC 7636 §4.4.1)',
      { code_challenge: undefined, code_challenge_method: undefined },
      'invalid_request',
    ],
    ['PKCE plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['PKCE without method', { code_challenge_method: undefined }, 'invalid_request'],
    ['scope not permitted (RFC 6749 §3.3)', { scope: 'openid email' }, 'invalid_scope'],
    ['scope malformed', { scope: 'openid "' }, 'invalid_scope'],
    ['no scope left', { scope: 'vendor:scope' }, 'invalid_scope'],
    ['resource unknown (RFC 8707 §2)', { resource: 'https://other.example' }, 'invalid_target'],
    ['resource with a fragment (RFC 8707 §2)', { resource: 'https://api.example/v1#x' }, 'invalid_target'],
    ['prompt none with another', { prompt: 'none login' }, 'invalid_request'],
    ['prompt unknown', { prompt: 'dance' }, 'invalid_request'],
    ['max_age no number', { max_age: 'soon' }, 'invalid_request'],
    ['S8: nonce over 512 characters', { nonce: 'x'.repeat(513) }, 'invalid_request'],
    ['id_token_hint of nobody', { id_token_hint: 'a.b.c' }, 'invalid_request'],
    [
      'an encrypted request, whatever it wraps (OIDC Core §6.1, RFC 8725 §3.2)',
      { request: `${Buffer.from('{"alg":"dir","enc":"A128GCM","cty":"JWT"}').toString('base64url')}..AAAA.AAAA.AAAA` },
      'invalid_request_object',
    ],
    ['request that is no JWT (OIDC Core §6.1)', { request: 'a.b.c' }, 'invalid_request_object'],
    ['request_uri (OIDC Core §6.2)', { request_uri: 'https://client.example/r' }, 'invalid_request_uri'],
    ['registration (OIDC Core §7.2.1)', { registration: '{}' }, 'registration_not_supported'],
  ])('%s: %s', async (_, changes, error) => {
    const answer = await ask(changes);
    expect(answer.status).toBe(303);
    expect(redirected(answer.location)).toEqual({
      to: redirectUri,
      error,
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
      state: 'the state',
      iss: authz.origin,
    });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('keeps the query of the redirect URI and escapes the state (RFC 6749 §3.1.2)', async () => {
    const own = 'https://client.example/cb?tenant=a%20b';
    const other = await authz.addClient({ redirect_uris: [own] });
    const state = 'a&b=c d#e';
    const { location } = await ask({ client_id: other, redirect_uri: own, response_type: 'token', state });
    expect(location?.startsWith(`${own}&error=`)).toBe(true);
    expect(redirected(location)).toMatchObject({ tenant: 'a b', state });
  });

  it('by form_post where that was asked (Form Post Response Mode §2)', async () => {
    const answer = await ask({ response_mode: 'form_post', response_type: 'token' });
    expect(answer.status).toBe(200);
    const [form] = formsOf(answer.text);
    expect(form).toMatchObject({
      action: redirectUri,
      fields: { error: 'unsupported_response_type', state: 'the state', iss: authz.origin },
    });
  });

  it('a fault of ours: server_error, logged with its cause (RFC 6749 §4.1.2.1)', async () => {
    const over = {
      sql: (database) => ({
        query: (statement, parameters) =>
          statement.name === 'start_interaction'
            ? Promise.reject(new Error('the disk is full'))
            : database.sql.query(statement, parameters),
      }),
    } satisfies Parameters<typeof openAuthz>[0];
    await withAuthz(over, async (broken) => {
      const other = await broken.addClient();
      const query = new URLSearchParams(parameters({ client_id: other }));
      const answer = await broken.newBrowser().get(`${paths.authorize}?${query}`);
      expect(redirected(answer.location)).toMatchObject({ to: redirectUri, error: 'server_error', state: 'the state' });
      expect(broken.logged.join('\n')).toContain('the disk is full');
      expect(answer.location).not.toContain('disk');
    });
  });
});

describe('S8: what strangers can make us store', () => {
  const limits = {
    ...configuration.limits,
    interactionsPerAddress: { burst: 2, perSecond: 0.1 },
    interactions: { burst: 3, perSecond: 0.1 },
  };

  it('is bounded for each address block, and for all together', async () => {
    await withAuthz({ config: { limits } }, async (limited) => {
      const other = await limited.addClient();
      const from = async (address: string, more: Record<string, string> = {}) => {
        const query = new URLSearchParams(parameters({ client_id: other, ...more }));
        return limited.newBrowser().get(`${paths.authorize}?${query}`, { 'X-Forwarded-For': address });
      };
      const statuses = async (address: string, count: number) =>
        Promise.all(Array.from({ length: count }, async () => (await from(address)).status));
      expect((await statuses('203.0.113.1', 4)).sort()).toEqual([303, 303, 429, 429]);
      const refused = await from('203.0.113.1');
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
      expect(refused.text).toContain('<html');
      // In an iframe nobody sees a page (OIDC Core §3.1.2.6).
      const silent = await from('203.0.113.1', { prompt: 'none' });
      expect(redirected(silent.location)).toMatchObject({ to: redirectUri, error: 'temporarily_unavailable' });
      await from('203.0.113.2');
      const oneTooMany = await from('203.0.113.3');
      expect(redirected(oneTooMany.location)).toMatchObject({ to: redirectUri, error: 'temporarily_unavailable' });
      const stored = await limited.database.pool.query('SELECT FROM interactions WHERE client_id = $1', [other]);
      expect(stored.rowCount).toBe(3);
      limited.clock.advance(20_000);
      expect(await statuses('203.0.113.1', 1)).toEqual([303]);
    });
  });

  it('a refused request is not counted: only what would be stored', async () => {
    await withAuthz({ config: { limits } }, async (limited) => {
      const other = await limited.addClient();
      const send = (more: Record<string, string>) => {
        const query = new URLSearchParams(parameters({ client_id: other, ...more }));
        return limited.newBrowser().get(`${paths.authorize}?${query}`);
      };
      for (let index = 0; index < 5; index += 1) await send({ response_type: 'token' });
      expect((await send({})).status).toBe(303);
    });
  });
});

describe('id_token_hint (OIDC Core §3.1.2.1)', () => {
  it('of a user of ours is taken along, expired or not', async () => {
    const { id_token: hint = '' } = await authz.tokens(client, user);
    authz.clock.advance(3 * 3_600_000);
    const { location } = await ask({ id_token_hint: hint, prompt: 'none' });
    expect((await requestOf(location)).request).toMatchObject({ hintedSubject: user, prompts: ['none'] });
  });

  it('may not be an access token (RFC 8725 §3.11)', async () => {
    const { access_token: token } = await authz.tokens(client, user);
    expect(redirected((await ask({ id_token_hint: token })).location)).toMatchObject({ error: 'invalid_request' });
  });
});

describe('methods and spellings of the path', () => {
  it.each([['PUT'], ['DELETE']])('%s is not allowed', async (method) => {
    const answer = await fetch(`${authz.origin}${paths.authorize}`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, expect.stringContaining('GET')]);
  });

  it.each(['/OAUTH2/v1/authorize', '/oauth2/v1/authorize/', '/oauth2/v1/%61uthorize', '//oauth2/v1/authorize'])(
    '%s is not ours',
    async (path) => expect((await fetch(`${authz.origin}${path}`, { redirect: 'manual' })).status).toBe(404),
  );
});
