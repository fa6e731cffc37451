import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CompactEncrypt,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { hashToken } from '../../../../src/crypto/digest.js';
import { systemRandom } from '../../../../src/crypto/random.js';
import { ensureKey, rotateKey } from '../../../../src/storage/key-pairs.js';
import { basic, challenge, openAuthz, paths, type TestAuthz, withAuthz } from '../../../support/authz.js';
import { type Answer, formsOf } from '../../../support/browser.js';
import { configuration } from '../../../support/configuration.js';
import { change, redirectUri } from '../../../support/rows.js';

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
type Members = Record<string, unknown>;

const secret = 'a secret of this client';
const otherUri = 'https://client.example/other';
const keys: Record<string, PrivateKey> = {};

let authz: TestAuthz;
let jwks: { readonly keys: readonly object[] };
let client: string;
let user: string;
beforeAll(async () => {
  authz = await openAuthz();
  const published: object[] = [];
  for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    keys[alg] = privateKey;
    published.push({ ...(await exportJWK(publicKey)), kid: alg, alg });
  }
  jwks = { keys: published };
  client = await authz.addClient({ jwks, redirect_uris: [redirectUri, otherUri] }, secret);
  user = await authz.addUser();
});
afterAll(() => authz.close());

const seconds = (from: number) => Math.floor(authz.clock.now().getTime() / 1000) + from;

/** A whole request, as claims. */
const inside = (changes: Members = {}): JWTPayload => ({
  iss: client,
  aud: authz.origin,
  exp: seconds(60),
  nbf: seconds(0),
  client_id: client,
  response_type: 'code',
  redirect_uri: redirectUri,
  scope: 'openid profile',
  state: 'inside',
  nonce: 'inside',
  code_challenge: challenge,
  code_challenge_method: 'S256',
  ...changes,
});

const sign = (changes: Members = {}, header: { alg?: string; typ?: string; kid?: string } = {}, key?: PrivateKey) => {
  const { alg = 'ES256', kid = alg, ...more } = header;
  const chosen = key ?? keys[alg];
  if (!chosen) throw new Error(`there is no key for ${alg}`);
  return new SignJWT(inside(changes)).setProtectedHeader({ alg, kid, ...more }).sign(chosen);
};

const ask = (request: string, outside: Record<string, string> = {}, browser = authz.newBrowser()) =>
  browser.get(`${paths.authorize}?${new URLSearchParams({ client_id: client, request, ...outside })}`);

const told = ({ location }: Answer): Record<string, string> =>
  Object.fromEntries(new URL(location ?? 'missing:').searchParams);

/** From /authorize to the client, in one browser. */
async function walk(request: string, outside: Record<string, string> = {}): Promise<Answer> {
  const browser = authz.newBrowser();
  const { location } = await ask(request, outside, browser);
  return browser.get(await authz.complete(location, authz.success(user)));
}

/** What was kept of a request that began a sign-in. */
async function kept({ location }: Answer): Promise<unknown> {
  const idHash = hashToken(new URL(location ?? '').pathname.split('/').at(-1) ?? '');
  const { rows } = await authz.database.pool.query('SELECT request FROM interactions WHERE id_hash = $1', [idHash]);
  return rows[0].request;
}

const push = (form: Record<string, string>) =>
  authz.post<{ request_uri: string; error?: string }>(paths.par, form, basic(client, secret));

const expectPage = ({ status, location }: Answer) => expect([status, location]).toEqual([400, null]);

describe('a request object at /authorize (RFC 9101 §5, OIDC Core §6.1)', () => {
  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])(
    'is taken with client_id alone beside it, signed by %s',
    async (alg) => {
      const answer = await walk(await sign({}, { alg }));
      expect(answer.location).toMatch(`${redirectUri}?`);
      expect(told(answer)).toEqual({ code: expect.any(String), state: 'inside', iss: authz.origin });
    },
  );

  it.each([undefined, 'JWT', 'oauth-authz-req+jwt', 'application/oauth-authz-req+JWT'])(
    'may be of typ %s',
    async (typ) => expect((await ask(await sign({}, typ === undefined ? {} : { typ }))).status).toBe(303),
  );

  it('comes by POST, too', async () => {
    const answer = await authz.newBrowser().post(paths.authorize, { client_id: client, request: await sign() });
    expect(answer.status).toBe(303);
    expect(answer.location).not.toContain('error');
  });

  it('§3.18: wins over what is outside, which counts where the object has nothing', async () => {
    const outside = { state: 'outside', nonce: 'outside', redirect_uri: otherUri, scope: 'openid', login_hint: 'anna' };
    const answer = await walk(await sign(), outside);
    expect(answer.location).toMatch(`${redirectUri}?`);
    expect(told(answer).state).toBe('inside');
    expect(await kept(await ask(await sign(), outside))).toMatchObject({
      nonce: 'inside',
      scopes: ['openid', 'profile'],
      loginHint: 'anna',
    });
  });

  it('holds numbers, objects and lists as JSON (RFC 9101 §4)', async () => {
    const claims = { id_token: { sub: { value: user } } };
    const answer = await ask(await sign({ max_age: 300, claims, resource: ['https://unknown.example'] }));
    expect(told(answer).error).toBe('invalid_target');
    const begun = await ask(await sign({ max_age: 300, claims }));
    expect(await kept(begun)).toMatchObject({ maxAge: 300, requestedSubjects: [user] });
  });

  it('§3.18: a redirect_uri inside that is not registered ends on a page, whatever is outside', async () => {
    const outside = { redirect_uri: redirectUri };
    expectPage(await ask(await sign({ redirect_uri: 'https://evil.example/' }), outside));
    const unsigned = new UnsecuredJWT(inside({ redirect_uri: 'https://evil.example/' })).encode();
    expectPage(await ask(unsigned, outside));
  });

  it('a redirect_uri outside that is not registered does not matter', async () =>
    expect((await walk(await sign(), { redirect_uri: 'https://evil.example/' })).location).toMatch(redirectUri));

  it('I12: an unsigned one is refused, by the response_mode that it names (RFC 9101 §4)', async () => {
    const unsigned = (changes: Members) => new UnsecuredJWT(inside(changes)).encode();
    expect(told(await ask(unsigned({})))).toMatchObject({ error: 'invalid_request_object', state: 'inside' });
    const posted = await ask(unsigned({ response_mode: 'form_post' }), { response_mode: 'query' });
    const [form] = formsOf(posted.text);
    expect(form).toEqual({
      action: redirectUri,
      fields: expect.objectContaining({ error: 'invalid_request_object', state: 'inside', iss: authz.origin }),
    });
    const signed = await ask(await sign({ response_mode: 'form_post', prompt: 'none login' }));
    expect(formsOf(signed.text)[0]?.fields.error).toBe('invalid_request');
    const discovery = await fetch(`${authz.origin}/.well-known/openid-configuration`);
    const document = (await discovery.json()) as Members;
    expect(document.request_parameter_supported).toBe(true);
    expect(document.request_object_signing_alg_values_supported).not.toContain('none');
  });

  it.each<[string, () => Promise<string>]>([
    ['a foreign key', async () => sign({}, {}, (await generateKeyPair('ES256')).privateKey)],
    ['an unknown kid', () => sign({}, { kid: 'unknown' })],
    ['HS256', () => new SignJWT(inside()).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret.padEnd(32)))],
    ['typ of another JWT (RFC 8725 §3.11)', () => sign({}, { typ: 'at+jwt' })],
    ['typ of a client assertion', () => sign({}, { typ: 'client-authentication+jwt' })],
    ['iss of another', () => sign({ iss: 'another' })],
    ['sub that is the client_id (RFC 9101 §10.8)', () => sign({ sub: client })],
    ['aud of another', () => sign({ aud: ['https://other.example'] })],
    ['exp past', () => sign({ exp: seconds(-11) })],
    ['exp no number', () => sign({ exp: 'soon' })],
    ['nbf ahead', () => sign({ nbf: seconds(12) })],
    ['client_id of another (RFC 9101 §5)', () => sign({ client_id: 'another' })],
    ['request inside (RFC 9101 §4)', () => sign({ request: 'a.b.c' })],
    ['request_uri inside (RFC 9101 §4)', () => sign({ request_uri: 'https://client.example/request' })],
    [
      'a payload that was changed',
      async () => (await sign()).replace(/\.(.*)\./, `.${encode(inside({ nonce: 'x' }))}.`),
    ],
  ])('is refused with %s, at the client, and nothing is begun', async (_, make) => {
    authz.database.statements();
    const answer = await ask(await make());
    expect(told(answer)).toEqual({
      error: 'invalid_request_object',
      error_description: expect.any(String),
      state: 'inside',
      iss: authz.origin,
    });
    expect(authz.database.statements()).not.toContain('start_interaction');
  });

  it('is refused with another response_type than outside (OIDC Core §6.1)', async () => {
    const answer = await ask(await sign(), { response_type: 'token' });
    expect(told(answer).error).toBe('invalid_request_object');
  });

  it('is refused where it is too long, or no JWT, at the target outside', async () => {
    const outside = { redirect_uri: otherUri, state: 'outside' };
    for (const request of [await sign({ padding: 'x'.repeat(8_192) }), 'a.b.c', 'nothing']) {
      const answer = await ask(request, outside);
      expect(answer.location).toMatch(otherUri);
      expect(told(answer)).toMatchObject({ error: 'invalid_request_object', state: 'outside' });
    }
  });

  it('of a client without keys is refused', async () => {
    const bare = await authz.addClient();
    const request = await sign({ iss: bare, client_id: bare });
    expect(told(await ask(request, { client_id: bare })).error).toBe('invalid_request_object');
  });

  it('§3.20: is held to request_object_signing_alg (OIDC Registration §2)', async () => {
    const strict = await authz.addClient({ jwks, request_object_signing_alg: 'RS256' });
    const request = (alg: string) => sign({ iss: strict, client_id: strict }, { alg });
    const refused = told(await ask(await request('ES256'), { client_id: strict }));
    expect(refused.error).toBe('invalid_request_object');
    expect(refused.error_description).toContain('expected is RS256');
    expect(told(await ask(await request('RS256'), { client_id: strict })).error).toBeUndefined();
  });

  it('does not stand in for a pushed request (RFC 9126 §6)', async () => {
    const strict = await authz.addClient({ jwks, require_pushed_authorization_requests: true });
    const answer = await ask(await sign({ iss: strict, client_id: strict }), { client_id: strict });
    expect(told(answer).error).toBe('invalid_request');
  });
});

const encode = (claims: JWTPayload) => Buffer.from(JSON.stringify(claims)).toString('base64url');

describe('a request object that is pushed (RFC 9126 §3)', () => {
  it('is all that counts: nothing beside it does', async () => {
    const { status, json } = await push({
      request: await sign({ state: undefined }),
      state: 'outside',
      login_hint: 'anna',
    });
    expect(status).toBe(201);
    const browser = authz.newBrowser();
    const query = new URLSearchParams({ client_id: client, request_uri: json.request_uri });
    const begun = await browser.get(`${paths.authorize}?${query}`);
    expect(await kept(begun)).not.toHaveProperty('loginHint');
    const answer = await browser.get(await authz.complete(begun.location, authz.success(user)));
    expect(told(answer)).toEqual({ code: expect.any(String), iss: authz.origin });
  });

  it.each<[string, () => Promise<string>, string]>([
    ['an unsigned one', async () => new UnsecuredJWT(inside()).encode(), 'invalid_request_object'],
    ['that of another client', () => sign({ client_id: 'another' }), 'invalid_request_object'],
    ['an expired one', () => sign({ exp: seconds(-11) }), 'invalid_request_object'],
    ['§4.3: one with a request_uri', () => sign({ request_uri: 'urn:x' }), 'invalid_request_object'],
    [
      '§4.4: a redirect_uri that is not registered',
      () => sign({ redirect_uri: 'https://evil.example/' }),
      'invalid_request',
    ],
    [
      'one without code_challenge',
      () => sign({ code_challenge: undefined, code_challenge_method: undefined }),
      'invalid_request',
    ],
    ['no JWT', async () => 'nothing', 'invalid_request_object'],
  ])('is refused: %s', async (_, make, error) => {
    const { status, json } = await push({
      request: await make(),
      redirect_uri: redirectUri,
      code_challenge: challenge,
    });
    expect([status, json.error]).toEqual([400, error]);
  });
});

describe('require_signed_request_object (RFC 9101 §10.5)', () => {
  const unsigned = (at: TestAuthz, client_id: string) => {
    const { iss: _, aud: __, exp: ___, nbf: ____, ...parameters } = inside({ client_id });
    return at.newBrowser().get(`${paths.authorize}?${new URLSearchParams(parameters as Record<string, string>)}`);
  };

  it('of one client: bare parameters are refused, by browser and pushed; an object is taken', async () => {
    const strict = await authz.addClient({ jwks, require_signed_request_object: true }, secret);
    expect(told(await unsigned(authz, strict)).error).toBe('invalid_request');
    const own = { iss: strict, client_id: strict };
    const headers = basic(strict, secret);
    const bare = { response_type: 'code', redirect_uri: redirectUri, code_challenge: challenge };
    const refused = await authz.post<{ error: string }>(paths.par, bare, headers);
    expect([refused.status, refused.json.error]).toEqual([400, 'invalid_request']);
    expect((await authz.post(paths.par, { request: await sign(own) }, headers)).status).toBe(201);
    const answer = await ask(await sign(own), { client_id: strict });
    expect(answer.location).toMatch(/\/interaction\//);
  });

  it('of every client, and discovery says so', async () => {
    const policy = { ...configuration.policy, requireSignedRequestObject: true };
    await withAuthz({ config: { policy } }, async (strict) => {
      const document = await (await fetch(`${strict.origin}/.well-known/openid-configuration`)).json();
      expect(document).toHaveProperty('require_signed_request_object', true);
      expect(told(await unsigned(strict, await strict.addClient())).error).toBe('invalid_request');
    });
  });
});

describe('a request object by reference (RFC 9101 §5.2, OIDC Core §6.2)', () => {
  const jwt = 'application/oauth-authz-req+jwt';
  /** What the client's server has at each path, and what it was asked for. */
  const published: Record<string, { status?: number; type?: string; body?: string; location?: string }> = {};
  const fetched: (string | undefined)[] = [];
  let server: Server;
  let origin: string;
  let referring: string;
  beforeAll(async () => {
    server = createServer(({ url, headers }, res) => {
      fetched.push(`${url} ${headers.accept}`);
      const { status = 200, type = jwt, body = '', location } = published[url ?? ''] ?? { status: 404 };
      res.writeHead(status, { 'Content-Type': type, ...(location ? { Location: location } : {}) }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    referring = await register(authz);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const register = (at: TestAuthz, members: Members = {}) =>
    at.addClient({
      jwks,
      redirect_uris: [redirectUri, otherUri],
      request_uris: [`${origin}/r#${'h'.repeat(43)}`],
      ...members,
    });
  const own = (changes: Members = {}): Members => ({ iss: referring, client_id: referring, ...changes });
  const refer = (outside: Record<string, string> = {}, browser = authz.newBrowser()) =>
    browser.get(
      `${paths.authorize}?${new URLSearchParams({ client_id: referring, request_uri: `${origin}/r`, ...outside })}`,
    );

  it.each([jwt, 'application/jwt'])(
    '§3.19: is fetched as %s, without the fragment that is registered',
    async (type) => {
      published['/r'] = { type, body: await sign(own(), { alg: 'RS256' }) };
      fetched.length = 0;
      const browser = authz.newBrowser();
      const { location } = await refer({ request_uri: `${origin}/r#${'h'.repeat(43)}`, state: 'outside' }, browser);
      const answer = await browser.get(await authz.complete(location, authz.success(user)));
      expect(told(answer)).toEqual({ code: expect.any(String), state: 'inside', iss: authz.origin });
      expect(fetched).toEqual([`/r ${jwt}, application/jwt`]);
    },
  );

  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>]>([
    ['an address that is not registered', () => ({ request_uri: `${origin}/elsewhere` })],
    ['what is not there', () => publish({ status: 404 })],
    ['a redirect', () => publish({ status: 302, location: `${origin}/other` })],
    ['another type', async () => publish({ type: 'text/plain', body: await sign(own()) })],
    ['more than we read', () => publish({ body: 'a'.repeat(70_000) })],
  ])('is refused as %s: invalid_request_uri, at the redirect_uri beside it', async (_, prepare) => {
    const answer = await refer({ redirect_uri: otherUri, state: 'outside', ...(await prepare()) });
    expect(answer.location).toMatch(otherUri);
    expect(told(answer)).toMatchObject({ error: 'invalid_request_uri', state: 'outside', iss: authz.origin });
  });
  const publish = (what: (typeof published)[string]): Record<string, string> => {
    published['/r'] = what;
    return {};
  };

  it('is refused on a page where no registered redirect_uri is beside it (RFC 6749 §4.1.2.1)', async () => {
    publish({ status: 500 });
    const answer = await refer();
    expectPage(answer);
    expect(answer.text).toContain('cannot be fetched');
    expectPage(await refer({ redirect_uri: 'https://evil.example/' }));
  });

  it('§3.18: is an object like one by value: a redirect_uri inside outranks, and an unsigned one is refused', async () => {
    publish({ body: await sign(own({ redirect_uri: 'https://evil.example/' })) });
    expectPage(await refer({ redirect_uri: redirectUri }));
    publish({ body: new UnsecuredJWT(inside(own())).encode() });
    expect(told(await refer()).error).toBe('invalid_request_object');
    publish({ body: 'no JWT' });
    expect(told(await refer({ redirect_uri: redirectUri })).error).toBe('invalid_request_object');
  });

  it('excludes one by value (RFC 9101 §5), and what has to be pushed is not fetched (RFC 9126 §6)', async () => {
    fetched.length = 0;
    const both = await refer({ request: await sign(own()), redirect_uri: redirectUri });
    expect(told(both).error).toBe('invalid_request');
    const strict = await register(authz, { require_pushed_authorization_requests: true });
    expect(told(await refer({ client_id: strict, redirect_uri: redirectUri })).error).toBe('invalid_request');
    expect(fetched).toEqual([]);
  });

  it('is announced, for addresses that are registered (OIDC Discovery §3)', async () => {
    const document = await (await fetch(`${authz.origin}/.well-known/openid-configuration`)).json();
    expect(document).toMatchObject({ request_uri_parameter_supported: true, require_request_uri_registration: true });
  });

  it('S8: strangers make us fetch and verify no more than each address and each client may', async () => {
    const limits = {
      ...configuration.limits,
      fetchedRequestsPerAddress: { burst: 2, perSecond: 0.1 },
      fetchedRequestsPerClient: { burst: 3, perSecond: 0.1 },
      interactionsPerAddress: { burst: 4, perSecond: 0.1 },
    };
    await withAuthz({ config: { limits } }, async (limited) => {
      const client_id = await register(limited);
      publish({ body: 'no JWT' });
      fetched.length = 0;
      const from = async (address: string, more: Record<string, string>) => {
        const query = new URLSearchParams({ client_id, redirect_uri: redirectUri, ...more });
        const headers = { 'X-Forwarded-For': address };
        return (await limited.newBrowser().get(`${paths.authorize}?${query}`, headers)).status;
      };
      const times = async (count: number, address: string, more: Record<string, string>) => {
        const statuses: number[] = [];
        for (let i = 0; i < count; i += 1) statuses.push(await from(address, more));
        return statuses;
      };
      const reference = { request_uri: `${origin}/r` };
      expect(await times(3, '203.0.113.1', reference)).toEqual([303, 303, 429]);
      expect(await times(2, '203.0.113.2', reference)).toEqual([303, 429]);
      expect(fetched).toHaveLength(3);
      expect(await times(5, '203.0.113.3', { request: 'no.JWT.' })).toEqual([303, 303, 303, 303, 429]);
    });
  });
});

describe('an encrypted request object (RFC 9101 §6.1)', () => {
  const rotation = () => ({ ...authz.rotation, random: systemRandom });
  const published = async (): Promise<JWK[]> => {
    const { keys } = (await (await fetch(`${authz.origin}${paths.jwks}`)).json()) as { keys: JWK[] };
    return keys.filter(({ use }) => use === 'enc');
  };
  const keyFor = async (alg: string): Promise<JWK> => {
    const found = (await published()).find((key) => key.alg === alg);
    if (!found) throw new Error(`no key for ${alg} is published`);
    return found;
  };
  beforeAll(async () => {
    await ensureKey(authz.database.transactions, 'RSA-OAEP-256', rotation(), change);
    authz.clock.advance(5_000);
  });

  interface How {
    readonly alg?: string;
    readonly enc?: string;
    readonly key?: JWK;
    readonly header?: Members;
  }
  async function encrypt(text: string, { alg = 'ECDH-ES', enc = 'A256GCM', key, header }: How = {}): Promise<string> {
    const recipient = key ?? (await keyFor(alg));
    const named = { alg, enc, cty: 'JWT', ...(recipient.kid ? { kid: recipient.kid } : {}), ...header };
    return new CompactEncrypt(Buffer.from(text)).setProtectedHeader(named).encrypt(await importJWK(recipient, alg));
  }

  it.each([
    ['RSA-OAEP-256', 'A128CBC-HS256'],
    ['ECDH-ES', 'A256GCM'],
  ])('is taken, encrypted by %s and %s', async (alg, enc) => {
    const answer = await walk(await encrypt(await sign(), { alg, enc }), { state: 'outside' });
    expect(told(answer)).toEqual({ code: expect.any(String), state: 'inside', iss: authz.origin });
    const { status } = await push({ request: await encrypt(await sign(), { alg, enc }) });
    expect(status).toBe(201);
  });

  it('is announced by what there are keys for (OIDC Discovery §3)', async () => {
    const document = await (await fetch(`${authz.origin}/.well-known/openid-configuration`)).json();
    expect(document).toMatchObject({
      request_object_encryption_alg_values_supported: (await published())
        .map(({ alg }) => alg)
        .sort()
        .reverse(),
      request_object_encryption_enc_values_supported: ['A128CBC-HS256', 'A256GCM'],
    });
  });

  it('without kid is decrypted by the key that is published', async () => {
    const { kid: _, ...key } = await keyFor('ECDH-ES');
    expect(told(await walk(await encrypt(await sign(), { key })))).toHaveProperty('code');
  });

  it.each<[string, () => Promise<string>]>([
    ['an unsigned object (I12)', async () => encrypt(new UnsecuredJWT(inside()).encode())],
    [
      'one that a foreign key signed',
      async () => encrypt(await sign({}, {}, (await generateKeyPair('ES256')).privateKey)),
    ],
    ['bare claims', () => encrypt(JSON.stringify(inside()))],
    ['another encrypted one', async () => encrypt(await encrypt(await sign()))],
    ['what is encrypted to a foreign key', async () => encrypt(await sign(), { key: await foreign() })],
    ['an unknown kid', async () => encrypt(await sign(), { key: { ...(await keyFor('ECDH-ES')), kid: 'unknown' } })],
    [
      'an alg that is not served',
      async () => encrypt(await sign(), { alg: 'ECDH-ES+A256KW', key: await keyFor('ECDH-ES') }),
    ],
    ['an enc that is not served', async () => encrypt(await sign(), { enc: 'A192GCM' })],
    ['what is compressed', async () => encrypt(await sign(), { header: { zip: 'DEF' } })],
    ['what was changed', async () => (await encrypt(await sign())).replace(/.{5}$/, 'AAAAA')],
  ])('is refused with %s in it', async (_, make) => {
    const answer = await ask(await make(), { redirect_uri: otherUri, state: 'outside' });
    expect(told(answer)).toMatchObject({ error: 'invalid_request_object', iss: authz.origin });
  });
  const foreign = async (): Promise<JWK> => ({
    ...(await exportJWK((await generateKeyPair('ECDH-ES', { extractable: true })).publicKey)),
    kid: String((await keyFor('ECDH-ES')).kid),
  });

  it('is held to what is registered, signature included, and may be left out (OIDC Registration §2)', async () => {
    const strict = await authz.addClient({
      jwks,
      request_object_signing_alg: 'RS256',
      request_object_encryption_alg: 'RSA-OAEP-256',
    });
    const object = (alg: string) => sign({ iss: strict, client_id: strict }, { alg });
    const answerTo = async (request: string) =>
      told(await ask(request, { client_id: strict, redirect_uri: redirectUri }));
    const rsa = { alg: 'RSA-OAEP-256', enc: 'A128CBC-HS256' };
    expect((await answerTo(await encrypt(await object('RS256'), rsa))).error).toBeUndefined();
    expect((await answerTo(await object('RS256'))).error).toBeUndefined();
    const refused = await answerTo(await encrypt(await object('RS256')));
    expect(refused.error).toBe('invalid_request_object');
    expect(refused.error_description).toContain('expected are RSA-OAEP-256 and A128CBC-HS256');
    expect((await answerTo(await encrypt(await object('ES256'), rsa))).error_description).toContain('RS256');
  });

  it('to a key that was replaced is decrypted for a while (OIDC Core §10.2.1)', async () => {
    const old = await keyFor('ECDH-ES');
    await rotateKey(authz.database.transactions, 'ECDH-ES', rotation(), { ...change, now: authz.clock.now() });
    authz.clock.advance(60_000);
    expect((await keyFor('ECDH-ES')).kid).not.toBe(old.kid);
    expect(told(await walk(await encrypt(await sign(), { key: old })))).toHaveProperty('code');
    expect(told(await walk(await encrypt(await sign())))).toHaveProperty('code');
  });
});
