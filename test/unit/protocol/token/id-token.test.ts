import { describe, expect, it } from '@jest/globals';
import {
  accessTokenHash,
  type IdTokenFacts,
  idTokenClaims,
  scopeClaimsInIdToken,
} from '../../../../src/protocol/token/id-token.js';

const facts: IdTokenFacts = {
  issuer: 'https://issuer.example',
  clientId: 'c1',
  subject: 'u1',
  issuedAt: new Date('2026-01-01T00:01:00.900Z'),
  lifetime: 300_000,
  authTime: new Date('2026-01-01T00:00:00Z'),
  accessToken: 'token',
  userClaims: {},
};

describe('ID token (OIDC Core §2)', () => {
  it('carries what there is', () =>
    expect(idTokenClaims({ ...facts, nonce: 'n', acr: 'aal1', amr: ['pwd'], sid: 's1' }, 'RS256')).toEqual({
      iss: 'https://issuer.example',
      sub: 'u1',
      aud: 'c1',
      iat: 1_767_225_660,
      exp: 1_767_225_960,
      auth_time: 1_767_225_600,
      nonce: 'n',
      acr: 'aal1',
      amr: ['pwd'],
      sid: 's1',
      at_hash: accessTokenHash('token', 'RS256'),
    }));

  it('what is told of the user never stands in for what is told of the sign-in', () =>
    expect(idTokenClaims({ ...facts, userClaims: { name: 'Ann', sub: 'u2', aud: 'c2' } }, 'RS256')).toMatchObject({
      name: 'Ann',
      sub: 'u1',
      aud: 'c1',
    }));

  it.each([
    ['nothing', {}, []],
    ['all', { id_token_claims: 'all' }, ['name', 'groups']],
    ['some, as far as scopes were granted', { id_token_claims: ['groups', 'email'] }, ['groups']],
  ] as const)('I3: of the claims of scopes, %s', (_, client, expected) =>
    expect(scopeClaimsInIdToken(['name', 'groups'], client)).toEqual(expected),
  );

  it('leaves out what there is not', () =>
    expect(Object.keys(idTokenClaims(facts, 'RS256'))).toEqual([
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'at_hash',
    ]));

  it.each([
    ['RS256', '77QmUPtjPfzWtF2AnpK9RQ'],
    ['ES256', '77QmUPtjPfzWtF2AnpK9RQ'],
  ] as const)('at_hash with %s (OIDC Core appendix A.3)', (alg, hash) =>
    expect(accessTokenHash('jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y', alg)).toBe(hash),
  );

  it('at_hash with EdDSA is half of SHA-512 (RFC 8032 §5.1)', () =>
    expect(Buffer.from(accessTokenHash('token', 'EdDSA'), 'base64url')).toHaveLength(32));
});
