import { describe, expect, it } from '@jest/globals';
import {
  isPublicClient,
  mayBeImpersonated,
  readClientMetadata,
  requiresPkce,
} from '../../../../src/protocol/client/client-metadata.js';

const redirect_uris = ['https://client.example/cb'];
const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] };

describe('client metadata (RFC 7591 §2)', () => {
  it('fills in the defaults (RFC 7591 §2, OIDC Registration §2)', () =>
    expect(readClientMetadata({ redirect_uris })).toEqual({
      faults: [],
      metadata: {
        redirect_uris,
        post_logout_redirect_uris: [],
        application_type: 'web',
        response_types: ['code'],
        grant_types: ['authorization_code'],
        scope: '',
        subject_type: 'public',
        token_endpoint_auth_method: 'client_secret_basic',
        token_endpoint_auth_method_pinned: false,
        id_token_signed_response_alg: 'RS256',
        require_auth_time: false,
        require_pushed_authorization_requests: false,
        require_signed_request_object: false,
        profile: 'oauth21',
        require_pkce: true,
        access_token_format: 'jwt',
        refresh_token: 'offline_access',
        consent: 'explicit',
        protected_resources: [],
      },
    }));

  it('ignores members that it does not know (§2)', () =>
    expect(readClientMetadata({ redirect_uris, vendor: { a: 1 }, client_name: null }).metadata).not.toHaveProperty(
      'vendor',
    ));

  it('needs no redirect URI without the code flow (§2)', () =>
    expect(readClientMetadata({ grant_types: ['client_credentials'] }).metadata).toMatchObject({
      response_types: [],
      redirect_uris: [],
    }));

  it.each([
    ['redirect_uris missing', {}, 'redirect_uris', 'invalid_redirect_uri'],
    [
      'redirect_uris with a fragment',
      { redirect_uris: ['https://a.example/#x'] },
      'redirect_uris',
      'invalid_redirect_uri',
    ],
    ['redirect_uris no list', { redirect_uris: 'https://a.example/' }, 'redirect_uris', 'invalid_client_metadata'],
    [
      'post_logout_redirect_uris unsafe',
      { redirect_uris, post_logout_redirect_uris: ['javascript:x'] },
      'post_logout_redirect_uris',
      'invalid_client_metadata',
    ],
    ['implicit grant type', { redirect_uris, grant_types: ['implicit'] }, 'grant_types', 'invalid_client_metadata'],
    ['response type token', { redirect_uris, response_types: ['token'] }, 'response_types', 'invalid_client_metadata'],
    [
      'code without its grant type (§2.1)',
      { redirect_uris, grant_types: ['client_credentials'], response_types: ['code'] },
      'response_types',
      'invalid_client_metadata',
    ],
    [
      'public client_credentials (RFC 6749 §4.4)',
      { redirect_uris, grant_types: ['authorization_code', 'client_credentials'], token_endpoint_auth_method: 'none' },
      'grant_types',
      'invalid_client_metadata',
    ],
    [
      'unknown authentication method',
      { redirect_uris, token_endpoint_auth_method: 'client_secret_plain' },
      'token_endpoint_auth_method',
      'invalid_client_metadata',
    ],
    [
      'private_key_jwt without keys',
      { redirect_uris, token_endpoint_auth_method: 'private_key_jwt' },
      'jwks',
      'invalid_client_metadata',
    ],
    [
      'jwks and jwks_uri',
      { redirect_uris, jwks, jwks_uri: 'https://a.example/jwks' },
      'jwks',
      'invalid_client_metadata',
    ],
    [
      'a private key',
      { redirect_uris, jwks: { keys: [{ ...jwks.keys[0], d: 'd' }] } },
      'jwks',
      'invalid_client_metadata',
    ],
    ['a symmetric key', { redirect_uris, jwks: { keys: [{ kty: 'oct', k: 'k' }] } }, 'jwks', 'invalid_client_metadata'],
    [
      'unsigned ID tokens',
      { redirect_uris, id_token_signed_response_alg: 'none' },
      'id_token_signed_response_alg',
      'invalid_client_metadata',
    ],
    [
      'symmetric ID tokens',
      { redirect_uris, id_token_signed_response_alg: 'HS256' },
      'id_token_signed_response_alg',
      'invalid_client_metadata',
    ],
    [
      'a link that is a script',
      { redirect_uris, logo_uri: 'javascript:alert(1)' },
      'logo_uri',
      'invalid_client_metadata',
    ],
    [
      'initiate_login_uri over http (OIDC Registration §2)',
      { redirect_uris, initiate_login_uri: 'http://c.example/login' },
      'initiate_login_uri',
      'invalid_client_metadata',
    ],
    [
      'I10: refresh tokens always, without their grant type',
      { redirect_uris, refresh_token: 'always' },
      'refresh_token',
      'invalid_client_metadata',
    ],
    [
      'I11: implicit consent for a client that may be impersonated (RFC 8252 §8.6)',
      {
        redirect_uris: [...redirect_uris, 'http://127.0.0.1/cb'],
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        consent: 'implicit',
      },
      'consent',
      'invalid_client_metadata',
    ],
    ['consent of another kind', { redirect_uris, consent: 'none' }, 'consent', 'invalid_client_metadata'],
    ['subjects of another kind', { redirect_uris, subject_type: 'own' }, 'subject_type', 'invalid_client_metadata'],
    ['a scope of impossible characters', { redirect_uris, scope: 'a"b' }, 'scope', 'invalid_client_metadata'],
    ['a negative age', { redirect_uris, default_max_age: -1 }, 'default_max_age', 'invalid_client_metadata'],
    ['a flag as text', { redirect_uris, require_pkce: 'yes' }, 'require_pkce', 'invalid_client_metadata'],
  ])('refuses %s', (_, document, member, error) =>
    expect(readClientMetadata(document).faults).toEqual([expect.objectContaining({ member, error })]),
  );

  it('tells all faults at once (§3.2.2)', () =>
    expect(readClientMetadata({ redirect_uris: 1, scope: 2, profile: 'x' }).faults.map(({ member }) => member)).toEqual(
      ['redirect_uris', 'scope', 'profile'],
    ));
});

describe('who needs PKCE (OAuth 2.1 §7.5.1)', () => {
  const basic = { token_endpoint_auth_method: 'client_secret_basic', require_pkce: false } as const;
  it.each([
    ['a public client', { ...basic, token_endpoint_auth_method: 'none' } as const, true],
    ['a confidential one', basic, false],
    ['a confidential one that asked for it', { ...basic, require_pkce: true }, true],
  ])('%s', (_, metadata, required) => {
    expect(requiresPkce(metadata)).toBe(required);
    expect(isPublicClient(metadata)).toBe(metadata.token_endpoint_auth_method === 'none');
  });
});

describe('S6: who may be impersonated (RFC 8252 §8.6)', () => {
  const app = { token_endpoint_auth_method: 'none', application_type: 'native' } as const;
  const page = { ...app, application_type: 'web' } as const;
  const confidential = { ...app, token_endpoint_auth_method: 'client_secret_basic' } as const;
  it.each([
    ['a native app on loopback', app, 'http://127.0.0.1:31337/cb', true],
    ['a native app with a scheme of its own', app, 'com.example.app:/cb', true],
    ['whatever has such a scheme', page, 'com.example.app:/cb', true],
    ['a native app at a claimed https address (RFC 8252 §7.2)', app, 'https://app.example/cb', false],
    ['a web application at its own address', page, 'https://client.example/cb', false],
    ['a web application at the very loopback URI that it registered', page, 'http://127.0.0.1:8083/cb', false],
    ['a client that has a secret', confidential, 'http://127.0.0.1:31337/cb', false],
  ])('%s: %s %s %s', (_, metadata, uri, expected) => expect(mayBeImpersonated(metadata, uri)).toBe(expected));
});
