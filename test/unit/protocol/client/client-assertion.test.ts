import { describe, expect, it } from '@jest/globals';
import {
  type AssertionRules,
  assertionAlgorithms,
  validateAssertionClaims,
} from '../../../../src/protocol/client/client-assertion.js';

describe('claims of a client assertion (RFC 7523 §3)', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  const at = (seconds: number) => now.getTime() / 1000 + seconds;
  const issuer = 'https://issuer.example';
  const endpoint = `${issuer}/token`;
  const rules: AssertionRules = { clientId: 'c1', issuer, endpoints: [endpoint], now };
  const claims = { iss: 'c1', sub: 'c1', aud: issuer, exp: at(60), jti: 'j' };

  it.each([
    ['issuer as audience', {}],
    ['token endpoint as audience (OIDC Core §9)', { aud: endpoint }],
    ['several audiences', { aud: ['x', issuer] }],
    ['issued 8 s ahead of us (FAPI 2.0 §5.3.2.1)', { iat: at(8), nbf: at(8) }],
  ] as const)('takes %s', (_, changed) =>
    expect(validateAssertionClaims({ ...claims, ...changed }, rules)).toEqual({
      jti: 'j',
      expiresAt: new Date((at(60) + 30) * 1000),
    }),
  );

  it.each([
    ['iss of another', { iss: 'c2' }],
    ['sub of another', { sub: 'c2' }],
    ['sub missing', { sub: undefined }],
    ['aud of another server', { aud: 'https://other.example' }],
    ['aud missing', { aud: undefined }],
    ['exp 5 minutes past', { exp: at(-300) }],
    ['exp missing', { exp: undefined }],
    ['exp as text', { exp: String(at(60)) }],
    ['exp unreasonably far', { exp: at(86_400) }],
    ['nbf a minute ahead', { nbf: at(61) }],
    ['iat a minute ahead', { iat: at(61) }],
    ['iat as text', { iat: 'now' }],
    ['jti missing', { jti: undefined }],
    ['jti empty', { jti: '' }],
  ] as const)('invalid_client: %s', (_, changed) =>
    expect(() => validateAssertionClaims({ ...claims, ...changed }, rules)).toThrow(
      expect.objectContaining({ code: 'invalid_client' }),
    ),
  );
});

describe('algorithms of a client assertion (OIDC Registration §2)', () => {
  it.each([
    ['any asymmetric one', {}, ['ES256', 'EdDSA', 'PS256', 'RS256']],
    ['the registered one', { token_endpoint_auth_signing_alg: 'ES256' }, ['ES256']],
  ] as const)('%s', (_, metadata, algorithms) => expect(assertionAlgorithms(metadata)).toEqual(algorithms));
});
