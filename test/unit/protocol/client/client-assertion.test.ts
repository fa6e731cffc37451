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
  const rules: AssertionRules = { clientId: 'c1', issuer, endpoints: [endpoint], now, clockSkew: 10_000 };
  const claims = { iss: 'c1', sub: 'c1', aud: issuer, exp: at(60), jti: 'j' };

  it.each([
    ['issuer as audience', {}],
    ['token endpoint as audience (OIDC Core §9)', { aud: endpoint }],
    ['several audiences', { aud: ['x', issuer] }],
    ['issued 8 s ahead of us (FAPI 2.0 §5.3.2.1)', { iat: at(8), nbf: at(8) }],
  ] as const)('takes %s', (_, changed) =>
    expect(validateAssertionClaims({ ...claims, ...changed }, rules)).toEqual({
      jti: 'j',
      expiresAt: new Date((at(60) + 10) * 1000),
    }),
  );

  it.each([
    ['iat and nbf 10 s ahead', { iat: at(10), nbf: at(10) }],
    ['exp 9 s past', { exp: at(-9) }],
    ['exp an hour ahead', { exp: at(3_600) }],
  ] as const)('I11: takes %s', (_, changed) =>
    expect(validateAssertionClaims({ ...claims, ...changed }, rules)).toHaveProperty('jti', 'j'),
  );

  it.each([
    ['iss of another', { iss: 'c2' }, 'iss and sub of the client assertion are not both the client_id.'],
    ['sub of another', { sub: 'c2' }, 'iss and sub of the client assertion are not both the client_id.'],
    ['sub missing', { sub: undefined }, 'iss and sub of the client assertion are not both the client_id.'],
    ['aud of another', { aud: 'https://other.example' }, `this server: expected is ${issuer}.`],
    ['aud missing', { aud: undefined }, `this server: expected is ${issuer}.`],
    ['exp 10 s past', { exp: at(-10) }, 'exp of the client assertion is past, by more than the 10 s that'],
    ['exp missing', { exp: undefined }, 'exp of the client assertion is missing or no number.'],
    ['exp as text', { exp: String(at(60)) }, 'exp of the client assertion is missing or no number.'],
    ['exp unreasonably far', { exp: at(86_400) }, 'exp of the client assertion is more than an hour ahead.'],
    ['nbf 11 s ahead', { nbf: at(11) }, 'nbf of the client assertion is ahead, by more than the 10 s that'],
    ['iat 11 s ahead', { iat: at(11) }, 'iat of the client assertion is ahead, by more than the 10 s that'],
    ['iat as text', { iat: 'now' }, 'iat of the client assertion is no number.'],
    ['jti missing', { jti: undefined }, 'jti of the client assertion is missing'],
    ['jti empty', { jti: '' }, 'jti of the client assertion is missing'],
    ['jti too long', { jti: 'j'.repeat(513) }, 'jti of the client assertion is longer than 512 characters.'],
  ] as const)('I11: invalid_client that names it: %s', (_, changed, sentence) =>
    expect(() => validateAssertionClaims({ ...claims, ...changed }, rules)).toThrow(
      expect.objectContaining({ code: 'invalid_client', description: expect.stringContaining(sentence) }),
    ),
  );

  it('I11: nbf a minute ahead is refused, however much clocks may differ (FAPI 2.0 §5.3.2.1)', () =>
    expect(() => validateAssertionClaims({ ...claims, nbf: at(61) }, { ...rules, clockSkew: 60_000 })).toThrow());
});

describe('algorithms of a client assertion (OIDC Registration §2)', () => {
  it.each([
    ['any asymmetric one', {}, ['ES256', 'EdDSA', 'PS256', 'RS256', 'Ed25519']],
    ['the registered one', { token_endpoint_auth_signing_alg: 'ES256' }, ['ES256']],
  ] as const)('%s', (_, metadata, algorithms) => expect(assertionAlgorithms(metadata)).toEqual(algorithms));
});
