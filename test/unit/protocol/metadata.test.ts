import { describe, expect, it } from '@jest/globals';
import { type Endpoint, endpoints } from '../../../src/protocol/endpoints.js';
import { authorizationServerMetadata } from '../../../src/protocol/metadata.js';

const issuer = 'https://issuer.example';
const idp = 'https://login.example';
const facts = {
  issuer,
  publicUrls: { authz: issuer, idp },
  resources: [{ identifier: 'https://api.example', scopes: ['read:resource'] }],
  signingAlgorithms: ['RS256', 'ES256'],
  userScopes: ['openid', 'groups'],
  claims: ['sub', 'name'],
  acrValues: ['aal1'],
  requiresPushedRequests: false,
  requiresSignedRequests: false,
  prompts: ['none', 'login'],
  offers: { clientRegistration: true, sessionManagement: true },
} as const;
const document = authorizationServerMetadata(facts);

describe('discovery document (RFC 8414 §2, OIDC Discovery §3)', () => {
  it.each([
    'issuer',
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'response_types_supported',
    'subject_types_supported',
    'id_token_signing_alg_values_supported',
    'scopes_supported',
    'claims_supported',
    'grant_types_supported',
    'code_challenge_methods_supported',
    'userinfo_endpoint',
    'ui_locales_supported',
  ])('has %s', (member) => expect(document).toHaveProperty(member));

  it('names every endpoint that its table announces, and no other', () => {
    const announced = Object.values(endpoints as Record<string, Endpoint>).flatMap(({ metadata, role, path }) =>
      metadata ? [[metadata, `${role === 'idp' ? idp : issuer}${path}`]] : [],
    );
    const named = Object.entries(document).filter(([member]) =>
      /_endpoint$|^jwks_uri$|^check_session_iframe$/.test(member),
    );
    expect(Object.fromEntries(named)).toEqual(Object.fromEntries(announced));
  });

  it('does not announce what the configuration has switched off', () => {
    const offers = { clientRegistration: false, sessionManagement: false };
    const { registration_endpoint: _, check_session_iframe: __, ...others } = document;
    expect(authorizationServerMetadata({ ...facts, offers })).toEqual(others);
  });

  it.each([
    ['scopes of users and of resources', 'scopes_supported', ['openid', 'groups', 'read:resource']],
    ['response types', 'response_types_supported', ['code']],
    ['response modes', 'response_modes_supported', ['query', 'form_post']],
    [
      'grant types',
      'grant_types_supported',
      ['authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code'],
    ],
    ['prompts (OIDC Prompt Create §4.2)', 'prompt_values_supported', ['none', 'login']],
    ['displays (OIDC Discovery §3)', 'display_values_supported', ['page', 'popup', 'touch', 'wap']],
    ['PKCE methods (RFC 8414 §2)', 'code_challenge_methods_supported', ['S256']],
    ['ID token algorithms: those with a key', 'id_token_signing_alg_values_supported', ['RS256', 'ES256']],
    ['iss in responses (RFC 9207 §3)', 'authorization_response_iss_parameter_supported', true],
    ['the claims parameter (OIDC Core §5.5)', 'claims_parameter_supported', true],
    ['request objects by value (OIDC Core §6.1)', 'request_parameter_supported', true],
    [
      'I12: signed ones alone (RFC 9101 §4)',
      'request_object_signing_alg_values_supported',
      ['ES256', 'EdDSA', 'PS256', 'RS256', 'Ed25519'],
    ],
    ['request objects by reference (OIDC Core §6.2)', 'request_uri_parameter_supported', true],
    ['from registered addresses alone (OIDC Core §6.2)', 'require_request_uri_registration', true],
    ['resources (RFC 9728 §4)', 'protected_resources', ['https://api.example']],
    [
      'introspection never without authentication (RFC 7662 §2.1)',
      'introspection_endpoint_auth_methods_supported',
      ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt'],
    ],
  ])('%s', (_, member, value) => expect(document[member]).toEqual(value));

  it('promises neither `none` nor implicit nor, but for assertions of clients, a symmetric algorithm', () =>
    expect(
      Object.entries(document)
        .filter(([member]) => member.includes('_alg_values_') && !member.includes('_auth_signing_'))
        .flatMap(([, values]) => values)
        .some((alg) => alg === 'none' || String(alg).startsWith('HS')),
    ).toBe(false));
});
