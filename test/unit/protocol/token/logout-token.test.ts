import { describe, expect, it } from '@jest/globals';
import { decideLogoutDelivery, logoutEvent, logoutTokenClaims } from '../../../../src/protocol/token/logout-token.js';

describe('the logout token (OIDC Back-Channel Logout §2.4)', () => {
  it('has both sub and sid, one event, a short life and no nonce', () => {
    const claims = logoutTokenClaims({
      issuer: 'https://issuer.example',
      clientId: 'client',
      subject: 'user',
      sid: 'session',
      issuedAt: new Date('2030-01-01T00:00:00.900Z'),
      jti: 'one',
    });
    expect(claims).toEqual({
      iss: 'https://issuer.example',
      aud: 'client',
      sub: 'user',
      sid: 'session',
      iat: 1_893_456_000,
      exp: 1_893_456_120,
      jti: 'one',
      events: { [logoutEvent]: {} },
    });
  });

  it.each([
    [200, 'received'],
    [204, 'received'],
    [400, 'refused'],
    [302, 'again'],
    [401, 'again'],
    [404, 'again'],
    [429, 'again'],
    [500, 'again'],
    [503, 'again'],
  ] as const)('§2.8 status %i means %s', (status, meaning) => {
    expect(decideLogoutDelivery(status)).toBe(meaning);
  });
});
