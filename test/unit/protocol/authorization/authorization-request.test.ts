import { describe, expect, it } from '@jest/globals';
import {
  type AuthorizationRequestRules,
  isOpenidRequest,
  namingUsers,
  requireHintedSubject,
  requireKnownClient,
  stateOf,
  supportedPrompts,
  validateAuthorizationRequest,
} from '../../../../src/protocol/authorization/authorization-request.js';
import { type ClientMetadata, readClientMetadata } from '../../../../src/protocol/client/client-metadata.js';
import { parseParameters } from '../../../../src/protocol/parameters.js';
import { matchRedirectUri } from '../../../../src/protocol/redirect-uri.js';

const redirectUri = 'https://client.example/cb';
const api = 'https://api.example';
const files = 'https://files.example';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const clientWith = (document: Record<string, unknown>): ClientMetadata => {
  const { metadata, faults } = readClientMetadata({
    redirect_uris: [redirectUri],
    scope: 'openid profile offline_access read:resource files',
    grant_types: ['authorization_code', 'refresh_token'],
    require_pkce: false, // most cases are about something else
    ...document,
  });
  if (!metadata) throw new Error(JSON.stringify(faults));
  return metadata;
};

const rulesFor = (document: Record<string, unknown> = {}): AuthorizationRequestRules => ({
  clientId: 'c1',
  client: clientWith(document),
  redirectUri: matchRedirectUri({ registered: [redirectUri], requested: redirectUri, openid: true, native: false }),
  issuer: 'https://issuer.example',
  resources: [
    { identifier: api, scopes: ['read:resource'] },
    { identifier: files, scopes: ['files'] },
  ],
  defaultResource: api,
  customScopes: { groups: ['groups'] },
  registration: 'off',
});

const query = (changed: Record<string, string | string[] | undefined> = {}) => {
  const search = new URLSearchParams();
  const members = { response_type: 'code', redirect_uri: redirectUri, scope: 'openid', ...changed };
  for (const [name, value] of Object.entries(members)) {
    for (const item of [value ?? []].flat()) search.append(name, item);
  }
  return parseParameters(search.toString());
};

const validate = (changed: Record<string, string | string[] | undefined>, document: Record<string, unknown> = {}) =>
  validateAuthorizationRequest(query(changed), rulesFor(document));

describe('authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1)', () => {
  it('has prompt=create where registration is open (OIDC Prompt Create §4.1)', () => {
    const rules: AuthorizationRequestRules = { ...rulesFor(), registration: 'open' };
    expect(validateAuthorizationRequest(query({ prompt: 'create' }), rules).prompts).toEqual(['create']);
    expect(supportedPrompts('open')).toEqual(['none', 'login', 'consent', 'select_account', 'create']);
    expect(supportedPrompts('off')).not.toContain('create');
  });

  it('keeps what was asked', () =>
    expect(
      validate({
        state: 's',
        nonce: 'n',
        scope: 'openid read:resource',
        resource: api,
        code_challenge: challenge,
        code_challenge_method: 'S256',
        prompt: 'login consent',
        max_age: '10',
        login_hint: 'anna',
        acr_values: 'aal2 aal1',
        response_mode: 'form_post',
      }),
    ).toEqual({
      clientId: 'c1',
      redirectUri,
      redirectUriNamed: true,
      responseMode: 'form_post',
      state: 's',
      nonce: 'n',
      scopes: ['openid', 'read:resource'],
      resources: [api],
      codeChallenge: challenge,
      prompts: ['login', 'consent'],
      maxAge: 10,
      loginHint: 'anna',
      acrValues: ['aal2', 'aal1'],
    }));

  it.each([
    ['de-AT fr', ['de-AT', 'fr']],
    ['not_a_tag', undefined],
    ['', undefined],
    [`${'en '.repeat(170)}de-x-cut-off`, Array(32).fill('en')],
  ])('keeps the languages of ui_locales %j (OIDC Core §3.1.2.1)', (ui_locales, uiLocales) => {
    expect(validate({ ui_locales }).uiLocales).toEqual(uiLocales);
  });

  it.each(['page', 'popup', 'touch', 'wap'])('keeps display=%s (OIDC Core §3.1.2.1)', (display) => {
    expect(validate({ display }).display).toBe(display);
  });

  it('leaves out what was not asked, and unknown parameters', () =>
    expect(validate({ claims: '{}', vendor: 'x', display: 'hologram', claims_locales: 'de' })).toEqual({
      clientId: 'c1',
      redirectUri,
      redirectUriNamed: true,
      responseMode: 'query',
      scopes: ['openid'],
      resources: [api, 'https://issuer.example'],
      prompts: [],
      acrValues: [],
    }));

  it('fills in what the client registered (OIDC Registration §2)', () =>
    expect(validate({}, { default_max_age: 60, default_acr_values: ['aal2'] })).toMatchObject({
      maxAge: 60,
      acrValues: ['aal2'],
    }));

  it('takes single claims as far as the client is registered for a scope that asks for them (OIDC Core §5.5)', () => {
    const claims = JSON.stringify({
      userinfo: { name: null, email: null, groups: null },
      id_token: { birthdate: null },
    });
    const registered = { scope: 'openid profile groups' };
    expect(validate({ claims }, registered).requestedClaims).toEqual({
      userinfo: ['name', 'groups'],
      idToken: ['birthdate'],
    });
    expect(validate({ claims }, { scope: 'openid' })).not.toHaveProperty('requestedClaims');
    expect(validate({ claims, scope: 'read:resource' })).not.toHaveProperty('requestedClaims');
  });

  it('an acr in claims goes before acr_values (OIDC Core §5.5.1.1)', () =>
    expect(
      validate({ acr_values: 'aal1', claims: '{"id_token":{"acr":{"essential":true,"value":"aal2"}}}' }),
    ).toMatchObject({ acrValues: ['aal2'], essentialAcr: true }));

  it.each([
    ['claims malformed (OIDC Core §5.5)', { claims: '{' }, {}, 'invalid_request'],
    ['prompt unknown', { prompt: 'dance' }, {}, 'invalid_request'],
    [
      'prompt create, where nobody makes an account (OIDC Prompt Create §4.1)',
      { prompt: 'create' },
      {},
      'invalid_request',
    ],
    ['prompt none and login', { prompt: 'none login' }, {}, 'invalid_request'],
    ['max_age negative', { max_age: '-1' }, {}, 'invalid_request'],
    ['max_age no number', { max_age: '1e3' }, {}, 'invalid_request'],
    ['public client without PKCE (RFC 7636 §4.4.1)', {}, { token_endpoint_auth_method: 'none' }, 'invalid_request'],
    [
      'S14: without PKCE, which is required where the client says nothing',
      {},
      { require_pkce: undefined },
      'invalid_request',
    ],
    ['plain PKCE', { code_challenge: challenge, code_challenge_method: 'plain' }, {}, 'invalid_request'],
    ['scope not permitted', { scope: 'openid email' }, {}, 'invalid_scope'],
    ['scope malformed', { scope: 'openid "' }, {}, 'invalid_scope'],
    ['resource unknown (RFC 8707 §2)', { resource: 'https://other.example' }, {}, 'invalid_target'],
    ['one of two resources unknown', { resource: [api, 'https://other.example'] }, {}, 'invalid_target'],
  ])('%s', (_, changed, document, code) =>
    expect(() => validate(changed, document)).toThrow(expect.objectContaining({ code })),
  );

  it.each([
    ['no nonce in the code flow', { nonce: undefined }],
    ['each prompt', { prompt: 'login consent select_account' }],
  ])('takes %s', (_, changed) => expect(() => validate(changed)).not.toThrow());

  it.each([
    ['I6: those they imply', undefined, ['openid', 'read:resource', 'files']],
    ['the other one', api, ['openid', 'read:resource']],
    ['the named one', files, ['openid', 'files']],
    ['both', [api, files], ['openid', 'read:resource', 'files']],
  ])('scope is limited to the resources: %s (RFC 8707 §2.2)', (_, resource, scopes) =>
    expect(validate({ scope: 'openid read:resource files', resource }).scopes).toEqual(scopes),
  );

  it('drops offline_access for a client without refresh tokens (OIDC Core §11)', () =>
    expect(validate({ scope: 'openid offline_access' }, { grant_types: ['authorization_code'] }).scopes).toEqual([
      'openid',
    ]));

  it('S8: keeps 8 KB at most, whatever a character takes', () => {
    const long = { state: 'x'.repeat(2048), nonce: 'x'.repeat(512), login_hint: 'x'.repeat(512) };
    expect(validate(long)).toMatchObject({ state: long.state });
    expect(() => validate({ ...long, state: '\u0001'.repeat(2048) })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });

  it('takes along whom the id_token_hint and the claims parameter name, as the client knows them (OIDC Core §8)', () => {
    const userOf = (subject: string) => `user of ${subject}`;
    expect(namingUsers(validate({}), 's1', userOf)).toMatchObject({ hintedSubject: 'user of s1' });
    const claims = JSON.stringify({ id_token: { sub: { value: 's2' } } });
    expect(namingUsers(validate({ claims }), undefined, userOf)).toMatchObject({ requestedSubjects: ['user of s2'] });
    expect(namingUsers(validate({}), undefined, userOf)).toEqual(validate({}));
  });
});

describe('what the answer needs, however bad the request (RFC 6749 §4.1.2.1)', () => {
  it('state, byte for byte; one too long is left out', () => {
    expect(stateOf(query({ state: 'a b&ü~' }))).toBe('a b&ü~');
    expect(stateOf(query({ state: 'x'.repeat(2049) }))).toBeUndefined();
  });
  it('whether it is OpenID’s', () => {
    expect(isOpenidRequest(query({ scope: 'profile openid' }))).toBe(true);
    expect(isOpenidRequest(query({ scope: 'openid2' }))).toBe(false);
  });
});

describe('before anything is redirected (RFC 6749 §4.1.2.1)', () => {
  it.each([
    ['unknown', null],
    ['disabled', { disabledAt: new Date() }],
  ])('a client that is %s ends on a page', (_, client) =>
    expect(() => requireKnownClient(client)).toThrow(expect.objectContaining({ code: 'invalid_request' })),
  );
});

describe('id_token_hint (OIDC Core §3.1.2.1)', () => {
  it('names its subject', () => expect(requireHintedSubject({ sub: 'u1' })).toBe('u1'));
  it.each([[null], [{}]])('invalid_request for %j', (claims) =>
    expect(() => requireHintedSubject(claims)).toThrow(expect.objectContaining({ code: 'invalid_request' })),
  );
});
