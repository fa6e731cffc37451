import { describe, expect, it } from '@jest/globals';
import { requiresPkce } from '../../../../src/protocol/client/client-metadata.js';
import { readRegistration } from '../../../../src/protocol/client/client-registration.js';

const rules = {
  signingAlgorithms: ['RS256'],
  claims: ['name'],
  scopes: ['openid', 'read'],
  usualScopes: ['openid'],
  grantTypes: ['authorization_code'],
  redirectHosts: [],
  requirePkce: true,
} as const;
const document = { redirect_uris: ['https://client.example/callback'] };

describe('metadata of a client that registers itself (RFC 7591 §2)', () => {
  it.each([
    ['none', undefined, 'openid'],
    ['known ones', 'openid read', 'openid read'],
    ['one twice', 'read read', 'read'],
    ['an unknown one beside a known one', 'read admin', 'read'],
    ['unknown ones alone', 'admin', ''],
  ])('with scopes: %s', (_, scope, registered) =>
    expect(readRegistration({ ...document, scope }, rules).scope).toBe(registered),
  );

  it.each([
    [true, 'client_secret_basic', true],
    [false, 'client_secret_basic', false],
    [false, 'none', true],
  ])('with require_pkce of the operator %p, PKCE of a client with %s: %p', (requirePkce, method, required) => {
    const asked = { ...document, token_endpoint_auth_method: method, require_pkce: !requirePkce };
    expect(requiresPkce(readRegistration(asked, { ...rules, requirePkce }))).toBe(required);
  });

  it.each<[string, readonly string[], boolean]>([
    ['anywhere where no host is named', [], true],
    ['at a host that is named', ['other.example', 'client.example'], true],
    ['at a host below one that is named', ['.example'], true],
    ['at no other', ['.client.example', 'example'], false],
  ])('is answered %s', (_, redirectHosts, allowed) => {
    const read = () => readRegistration(document, { ...rules, redirectHosts });
    if (allowed) expect(read()).toMatchObject(document);
    else expect(read).toThrow(expect.objectContaining({ code: 'invalid_redirect_uri' }));
  });

  it('is of grant types that are allowed', () =>
    expect(() =>
      readRegistration({ ...document, grant_types: ['authorization_code', 'refresh_token'] }, rules),
    ).toThrow(
      expect.objectContaining({
        code: 'invalid_client_metadata',
        description: expect.stringMatching(/refresh_token is for operators/),
      }),
    ));

  it('names every fault, with the code of the first', () => {
    const asked = {
      ...document,
      redirect_uris: ['https://client.example/#f'],
      authorization_signed_response_alg: 'ES256',
    };
    expect(() => readRegistration(asked, rules)).toThrow(
      expect.objectContaining({
        code: 'invalid_redirect_uri',
        description: expect.stringMatching(
          /^redirect_uris .* has a fragment; authorization_signed_response_alg is not supported.*\.$/,
        ),
      }),
    );
  });

  it('refuses an algorithm without a key', () =>
    expect(() => readRegistration({ ...document, userinfo_signed_response_alg: 'ES256' }, rules)).toThrow(
      expect.objectContaining({ code: 'invalid_client_metadata' }),
    ));
});
