import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { systemRandom } from '../../src/crypto/random.js';
import { rotateKey } from '../../src/storage/key-pairs.js';
import { basic, challenge, openAuthz, paths, type TestAuthz, verifier } from '../support/authz.js';
import { type Answer, formsOf } from '../support/browser.js';
import { configuration } from '../support/configuration.js';
import type { TestUser } from '../support/idp.js';
import { change, redirectUri } from '../support/rows.js';
import { openHouse, type TestHouse, toldClient, type Visitor } from '../support/visitor.js';

const issuer = 'https://issuer.example';
const secret = 'a secret of some length';
const scope = 'openid profile email offline_access';
const withQuery = `${redirectUri}?tenant=a%20b`;

let house: TestHouse;
let client: string;
let pushing: string;
/** Another process of the same house, as the public would know it: by https, with everything that can be switched on. */
let secure: TestAuthz;
let document: Record<string, unknown>;
let user: TestUser;
let person: Visitor;
beforeAll(async () => {
  house = await openHouse();
  secure = await openAuthz({
    beside: house.authz,
    config: {
      issuer,
      publicUrls: { ...configuration.publicUrls, idp: 'https://login.example' },
      clientRegistration: { ...configuration.clientRegistration, mode: 'open' },
      sessionManagement: true,
    },
  });
  document = await json(`${secure.origin}/.well-known/openid-configuration`);
  client = await house.authz.addClient({ scope, redirect_uris: [redirectUri, withQuery] });
  pushing = await house.authz.addClient({ scope, redirect_uris: [redirectUri] }, secret);
  user = await house.idp.addUser({ claims: { name: 'Ada Example' } });
  person = house.visitor();
  await house.signIn(person, client, user, { scope });
});
afterAll(async () => {
  await secure.close();
  await house.close();
});

type Form = Record<string, string>;
type Members = Record<string, unknown>;

const json = async (url: string) => (await (await fetch(url)).json()) as Members;
const listOf = (member: string) => document[member] as string[];
const fapi = ['PS256', 'ES256', 'EdDSA'];
const errorText = /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/;

/** An ID token's claims after a sign-in, or at once where nothing is due. */
async function idTokenOf(who: Visitor, parameters: Form = {}): Promise<Members> {
  const { code } = await house.signIn(who, client, user, { scope, ...parameters });
  return decodeJwt((await house.exchange(client, code)).id_token ?? '');
}

const signedIn = async (): Promise<Visitor> => {
  const visitor = house.visitor();
  await house.signIn(visitor, client, user, { scope });
  return visitor;
};

const isPage = ({ status, location }: Answer) => [status, location];

describe('What a conformance run asks of discovery', () => {
  it('§1.1: both documents are JSON, and are there without a redirect', async () => {
    for (const name of ['openid-configuration', 'oauth-authorization-server']) {
      const answer = await fetch(`${secure.origin}/.well-known/${name}`, { redirect: 'error' });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
      expect(await answer.json()).toEqual(document);
    }
  });

  it('§1.2: the issuer is https and bare: the address of the document without its end', () =>
    expect(document.issuer).toBe(issuer));

  it('§1.3: every endpoint is https', () => {
    const endpoints = Object.entries(document).filter(([name]) => /_endpoint$|^jwks_uri$|_iframe$/.test(name));
    expect(endpoints.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        ...['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri', 'end_session_endpoint'],
        ...['check_session_iframe', 'registration_endpoint', 'pushed_authorization_request_endpoint'],
      ]),
    );
    for (const [, url] of endpoints) expect(String(url)).toMatch(/^https:\/\//);
  });

  it('§1.4: the members are there that everybody reads', () => {
    expect(document).toMatchObject({
      response_types_supported: ['code'],
      subject_types_supported: expect.arrayContaining(['public']),
      claims_supported: expect.arrayContaining(['sub', 'name', 'email']),
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']),
      scopes_supported: expect.arrayContaining(['openid', 'offline_access']),
    });
    for (const name of listOf('scopes_supported')) expect(name).toMatch(/^[\x21\x23-\x5B\x5D-\x7E]+$/);
  });

  it.each([
    ['id_token_signing_alg_values_supported', ['RS256', 'ES256']],
    ['userinfo_signing_alg_values_supported', ['RS256', 'ES256']],
    ['request_object_signing_alg_values_supported', ['RS256', ...fapi]],
    ['token_endpoint_auth_signing_alg_values_supported', fapi],
  ])('§1.5: %s has %j', (member, algorithms) => expect(listOf(member)).toEqual(expect.arrayContaining(algorithms)));

  it('§1.6: none is nowhere', () => {
    const algorithms = Object.entries(document).filter(([name]) => name.endsWith('_alg_values_supported'));
    expect(algorithms.length).toBeGreaterThan(5);
    for (const [, values] of algorithms) expect(values).not.toContain('none');
  });

  it.each([
    ['request_parameter_supported', true],
    ['request_uri_parameter_supported', true],
    ['require_request_uri_registration', true],
    ['claims_parameter_supported', true],
    ['require_pushed_authorization_requests', false],
    ['require_signed_request_object', false],
    ['authorization_response_iss_parameter_supported', true],
    ['backchannel_logout_supported', true],
    ['backchannel_logout_session_supported', true],
    ['frontchannel_logout_supported', true],
    ['frontchannel_logout_session_supported', true],
  ])('§1.7: %s is %s, and no text', (member, value) => expect(document[member]).toBe(value));

  it('§1.8: the ways to authenticate at the token endpoint are those that it takes', () =>
    expect(listOf('token_endpoint_auth_methods_supported')).toEqual(
      expect.arrayContaining(['client_secret_basic', 'client_secret_post', 'private_key_jwt']),
    ));

  it('§1.9: PKCE is by S256', () => expect(document.code_challenge_methods_supported).toEqual(['S256']));

  it('§1.10: answers come in the query and by form_post', () =>
    expect(document.response_modes_supported).toEqual(expect.arrayContaining(['query', 'form_post'])));

  it('§1.12: languages are tags of BCP 47, each once', () => {
    const tags = listOf('ui_locales_supported');
    expect(Intl.getCanonicalLocales(tags)).toEqual([...new Set(tags)]);
  });

  it('§1.14: no member is one that nobody has registered', () => {
    const registered = new RegExp(
      [
        '^(issuer|jwks_uri|scopes_supported|response_(types|modes)_supported|grant_types_supported',
        'acr_values_supported|display_values_supported|subject_types_supported|claims_supported|claims_parameter_supported|ui_locales_supported',
        'request_(parameter|uri_parameter)_supported|require_request_uri_registration|prompt_values_supported',
        '(authorization|token|userinfo|registration|revocation|introspection|end_session|device_authorization)_endpoint',
        'pushed_authorization_request_endpoint|require_pushed_authorization_requests|require_signed_request_object',
        'code_challenge_methods_supported|authorization_response_iss_parameter_supported|protected_resources',
        '(token|revocation|introspection)_endpoint_auth_(methods|signing_alg_values)_supported|check_session_iframe',
        '(id_token|userinfo|introspection|request_object)_(signing|encryption)_(alg|enc)_values_supported',
        '(back|front)channel_logout_(session_)?supported)$',
      ].join('|'),
    );
    expect(Object.keys(document).filter((member) => !registered.test(member))).toEqual([]);
  });
});

describe('What a conformance run asks of the keys', () => {
  const keysOf = async () => (await json(`${house.authz.origin}${paths.jwks}`)).keys as Form[];

  it('§2.1: each has a kid of its own, public members alone, and use that fits alg', async () => {
    const keys = await keysOf();
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
    for (const { kid, kty, alg, use, ...members } of keys) {
      expect(kid).toMatch(/^[\w-]+$/);
      expect(['RSA', 'EC', 'OKP']).toContain(kty);
      expect(use).toBe(/^(RSA-OAEP|ECDH)/.test(alg ?? '') ? 'enc' : 'sig');
      expect(Object.keys(members).filter((member) => !['n', 'e', 'crv', 'x', 'y'].includes(member))).toEqual([]);
      if (members.n) expect(Buffer.from(members.n, 'base64url').length).toBeGreaterThanOrEqual(256);
    }
  });

  it('§2.2: one signs by RS256, and others by PS256, ES256 and EdDSA', async () => {
    const signing = (await keysOf()).filter(({ use }) => use === 'sig').map(({ alg }) => alg);
    expect(signing).toEqual(expect.arrayContaining(['RS256', ...fapi]));
  });

  it('§2.3: after a rotation the set has a new key, which signs, and the one before', async () => {
    const signedBy = async () => {
      const { code } = await house.signIn(person, client, user, { scope });
      return decodeProtectedHeader((await house.exchange(client, code)).id_token ?? '');
    };
    const before = await signedBy();
    expect(before.alg).toBe('RS256');
    const rotation = { ...house.authz.rotation, random: systemRandom, publishLead: 0 };
    const now = house.authz.clock.now();
    await rotateKey(house.authz.database.transactions, 'RS256', rotation, { ...change, now });
    house.authz.clock.advance(5_000);
    const after = await signedBy();
    expect(after.kid).not.toBe(before.kid);
    expect((await keysOf()).map(({ kid }) => kid)).toEqual(expect.arrayContaining([before.kid, after.kid]));
  });
});

describe('What a conformance run asks of the authorization endpoint', () => {
  it('§3.1: takes GET and POST', async () => {
    const posted = await person.atAuthz.post(paths.authorize, { ...house.request(client), scope });
    for (const answer of [await house.ask(person, client, { scope }), posted])
      expect(toldClient(answer).code).toBeDefined();
  });

  it.each<[string, Form]>([
    ['display=page', { display: 'page' }],
    ['display=popup', { display: 'popup' }],
    ['languages', { ui_locales: 'se', claims_locales: 'se' }],
    ['a login_hint', { login_hint: 'nobody' }],
    ['what nobody knows', { extra: 'foobar' }],
    ['scopes in another order', { scope: 'offline_access email openid profile' }],
  ])('§3.2: %s disturbs nobody', async (_, parameters) =>
    expect(toldClient(await house.ask(person, client, { scope, ...parameters })).code).toBeDefined(),
  );

  it('§3.3: without response_type the client is told invalid_request', async () =>
    expect(toldClient(await house.ask(person, client, { response_type: '' })).error).toBe('invalid_request'));

  it.each([
    ['that is not registered', `${redirectUri}/other`],
    ['that is missing', ''],
    ['with a query more', `${redirectUri}?more=1`],
    ['with another query', `${redirectUri}?tenant=b`],
  ])('§3.4: a redirect_uri %s ends on a page', async (_, uri) =>
    expect(isPage(await house.ask(person, client, { redirect_uri: uri }))).toEqual([400, null]),
  );

  it('§3.4: a registered redirect_uri keeps its query, and what is told comes behind it', async () => {
    const { location } = await house.ask(person, client, { scope, redirect_uri: withQuery });
    expect(location?.startsWith(`${withQuery}&code=`)).toBe(true);
  });

  it.each([128, 1_000])('§3.5: a state of %i characters comes back as it was', async (length) => {
    const state = 'aB9-._~'.repeat(length).slice(0, length);
    const answer = await house.ask(person, client, { scope, state, nonce: 'n'.repeat(384) });
    expect(answer.location).toContain(`&state=${state.replaceAll('~', '%7E')}`);
    expect(toldClient(answer).state).toBe(state);
  });

  it('§3.6: without nonce the ID token has none', async () => {
    expect(await idTokenOf(person, { nonce: '' })).not.toHaveProperty('nonce');
    expect(await idTokenOf(person)).toHaveProperty('nonce', 'n');
  });

  it('§3.7: claims brings a claim to where it is asked for, and no other', async () => {
    const visitor = house.visitor();
    const claims = JSON.stringify({ userinfo: { name: { essential: true } }, id_token: { email: null } });
    const { code } = await house.signIn(visitor, client, user, { scope: 'openid', claims });
    const tokens = await house.exchange(client, code);
    expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ email: user.email });
    expect(decodeJwt(tokens.id_token ?? '')).not.toHaveProperty('name');
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const told = await (await fetch(`${house.idp.origin}/oidc/v1/userinfo`, { headers })).json();
    expect(told).toEqual({ sub: user.id, name: 'Ada Example' });
  });

  it('§3.8: acr_values brings an acr that is published', async () => {
    const { acr } = await idTokenOf(person, { acr_values: 'aal1 nothing' });
    expect(listOf('acr_values_supported')).toContain(acr);
  });

  it('§1.13: an acr that is not asked for is one that is published, too', async () =>
    expect(listOf('acr_values_supported')).toContain((await idTokenOf(person)).acr));

  it('§3.9: max_age asks again when it is over, and not before; auth_time says so', async () => {
    const visitor = await signedIn();
    const first = await idTokenOf(visitor, { max_age: '10000' });
    house.authz.clock.advance(3_000);
    expect((await idTokenOf(visitor, { max_age: '10000' })).auth_time).toBe(first.auth_time);
    const again = await idTokenOf(visitor, { max_age: '1' });
    expect(Number(again.auth_time)).toBeGreaterThan(Number(first.auth_time));
  });

  it('§3.10: prompt=login asks again, for the same person', async () => {
    const visitor = await signedIn();
    const first = await idTokenOf(visitor);
    await expect(house.walk(visitor, await house.ask(visitor, client, { scope, prompt: 'login' }))).rejects.toThrow(
      'somebody has to sign in',
    );
    const again = await idTokenOf(visitor, { prompt: 'login' });
    expect(again.sub).toBe(first.sub);
    expect(Number(again.auth_time)).toBeGreaterThan(Number(first.auth_time));
  });

  it('§3.11: prompt=none is login_required without a session', async () => {
    const stranger = house.visitor();
    const answer = await house.walk(stranger, await house.ask(stranger, client, { scope, prompt: 'none' }));
    expect(toldClient(answer)).toMatchObject({ error: 'login_required', state: 's', iss: house.authz.origin });
  });

  it('§3.11: prompt=none tells of the same sign-in with a session, and with an id_token_hint', async () => {
    const visitor = await signedIn();
    const { code } = toldClient(await house.ask(visitor, client, { scope }));
    const { id_token: hint = '' } = await house.exchange(client, code);
    const { sub, auth_time } = decodeJwt(hint);
    expect(await idTokenOf(visitor, { prompt: 'none' })).toMatchObject({ sub, auth_time });
    expect(await idTokenOf(visitor, { prompt: 'none', id_token_hint: hint })).toMatchObject({ sub, auth_time });
  });

  it('§3.12: prompt=consent with offline_access brings a refresh token', async () => {
    const { code } = await house.signIn(person, client, user, { scope, prompt: 'consent' });
    expect((await house.exchange(client, code)).refresh_token).toMatch(/^[\w-]{43,}$/);
  });

  it('§3.13: form_post is a page that posts all that is told, errors as well', async () => {
    const good = await house.ask(person, client, { scope, response_mode: 'form_post' });
    expect(formsOf(good.text)).toEqual([
      { action: redirectUri, fields: { code: expect.any(String), state: 's', iss: house.authz.origin } },
    ]);
    const policy = good.headers.get('content-security-policy') ?? '';
    const [, script = ''] = /<script[^>]*>([\s\S]*?)<\/script>/.exec(good.text) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    expect(policy).toContain(`'sha256-${hash}'`);
    expect(policy).not.toContain('form-action');
    const bad = await house.ask(person, client, { scope, response_mode: 'form_post', max_age: 'soon' });
    expect(formsOf(bad.text)[0]?.fields).toMatchObject({ error: 'invalid_request', state: 's' });
  });

  it('§3.14: an error has no member but those of the specifications, and a clean description', async () => {
    const told = toldClient(await house.ask(person, client, { prompt: 'none login' }));
    expect(Object.keys(told).sort()).toEqual(['error', 'error_description', 'iss', 'state']);
    expect(told.error_description).toMatch(errorText);
  });

  it('§3.15: iss is the issuer', async () =>
    expect(toldClient(await house.ask(person, client, { scope })).iss).toBe(house.authz.origin));

  it('§3.16: a code has 256 bits, is good once, and for its client, redirect_uri and verifier alone', async () => {
    const visitor = house.visitor();
    await house.signIn(visitor, client, await house.idp.addUser(), { scope }); // the reuse ends what they allowed
    const codes = await Promise.all(Array.from({ length: 5 }, () => house.ask(visitor, client, { scope })));
    const values = codes.map((answer) => toldClient(answer).code ?? '');
    expect(new Set(values).size).toBe(5);
    for (const value of values) expect(Buffer.from(value, 'base64url')).toHaveLength(32);
    const other = await house.authz.addClient();
    const right = { client_id: client, redirect_uri: redirectUri, code_verifier: verifier };
    const redeem = async (code: string | undefined, wrong: Form = {}) => {
      const form = { grant_type: 'authorization_code', code: code ?? '', ...right, ...wrong };
      const { status, json: told } = await house.authz.token<Members>(form);
      return [status, told.error];
    };
    const refused = [400, 'invalid_grant'];
    expect(await redeem(values[0], { code_verifier: 'w'.repeat(43) })).toEqual(refused);
    expect(await redeem(values[1], { redirect_uri: withQuery })).toEqual(refused);
    expect(await redeem(values[2], { client_id: other })).toEqual(refused);
    expect(await redeem(values[3])).toEqual([200, undefined]);
    expect(await redeem(values[3])).toEqual(refused);
  });

  it('§3.17: a good answer goes straight to the redirect_uri', async () => {
    const { status, location } = await house.ask(person, client, { scope });
    expect([status, location]).toEqual([303, expect.stringMatching(/^https:\/\/client\.example\/callback\?code=/)]);
  });

  it('§3.23: who says no sends access_denied, with state and iss', async () => {
    const visitor = await signedIn();
    const { location } = await house.ask(visitor, client, { scope, prompt: 'consent' });
    const page = await visitor.atIdp.get(location ?? '');
    expect(page.text).toMatch(/<button[^>]*name="decision"[^>]*value="deny"/);
    const [form] = formsOf(page.text);
    const denied = await visitor.atIdp.post(form?.action ?? '', { ...form?.fields, decision: 'deny' });
    expect(toldClient(await house.walk(visitor, denied))).toEqual({
      error: 'access_denied',
      error_description: expect.stringMatching(errorText),
      state: 's',
      iss: house.authz.origin,
    });
  });

  it('§3.24: the plain answer is parameters of the query', async () => {
    const { location } = await house.ask(person, client, { scope });
    expect([...new URL(location ?? '').searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
    expect(new URL(location ?? '').hash).toBe('');
  });
});

describe('What a conformance run asks of pushed requests', () => {
  const pushed = (form: Form = {}) =>
    house.authz.post<Form>(
      paths.par,
      {
        response_type: 'code',
        redirect_uri: redirectUri,
        scope,
        code_challenge: challenge,
        code_challenge_method: 'S256',
        ...form,
      },
      basic(pushing, secret),
    );

  it.each<[string, Form, string]>([
    ['§4.3: a request_uri is refused', { request_uri: 'urn:example:request' }, 'invalid_request'],
    ['§4.4: no redirect_uri is refused', { redirect_uri: '' }, 'invalid_request'],
    ['§4.4: a redirect_uri elsewhere is refused', { redirect_uri: 'https://elsewhere.example/' }, 'invalid_request'],
    ['§4.5: no code_challenge is refused', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['§4.5: code_challenge_method plain is refused', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['§4.6: response_type code id_token is refused', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['§4.6: response_type token is refused', { response_type: 'token' }, 'unsupported_response_type'],
  ])('%s', async (_, form, error) => {
    const { status, json: told } = await pushed(form);
    expect([status, told.error]).toEqual([400, error]);
    expect(told.error_description).toMatch(errorText);
  });

  it('§4.8: nothing is repeated beside client_id and request_uri; state and nonce may be missing', async () => {
    const { json: told } = await pushed();
    const query = new URLSearchParams({ client_id: pushing, request_uri: told.request_uri ?? '' });
    const asked = await person.atAuthz.get(`${paths.authorize}?${query}`);
    const answer = toldClient(await house.walk(person, asked, user));
    expect(answer).toEqual({ code: expect.any(String), iss: house.authz.origin });
  });
});
