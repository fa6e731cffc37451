import { describe, expect, test } from '@jest/globals';
import {
  assertAccessTokenType,
  buildAccessTokenClaims,
  validateAccessTokenClaims,
} from '../../../../src/protocol/token/access-token.js';

const now = new Date('2030-01-01T12:00:00Z');
const seconds = now.getTime() / 1000;
const expected = { issuer: 'https://as.example', audience: 'https://api.example', now, clockSkew: 5000 };
const good = {
  iss: 'https://as.example',
  sub: 'user',
  aud: ['https://other.example', 'https://api.example'],
  client_id: 'client',
  exp: seconds + 60,
  iat: seconds,
  jti: 'id',
  scope: 'read write',
};

describe('building the claims (RFC 9068 §2.2)', () => {
  const content = {
    issuer: 'https://as.example',
    subject: 'user',
    audience: ['https://api.example'],
    clientId: 'client',
    scopes: ['read', 'write'],
    jti: 'id',
    issuedAt: new Date(now.getTime() + 999),
    lifetime: 60_000,
  };

  test('§2.2 required ones, times in whole seconds (RFC 7519 §2)', () => {
    expect(buildAccessTokenClaims(content)).toEqual({ ...good, aud: ['https://api.example'] });
  });

  test('§2.2.1 authentication, session and authorization grant where there are any', () => {
    const authentication = { time: now, acr: 'urn:acr', amr: ['pwd'] };
    expect(
      buildAccessTokenClaims({ ...content, authentication, sessionId: 's', authorizationGrantId: 'g' }),
    ).toMatchObject({ auth_time: seconds, acr: 'urn:acr', amr: ['pwd'], sid: 's', grant_id: 'g' });
  });

  test('what is built is what is accepted', () => {
    expect(validateAccessTokenClaims({ ...buildAccessTokenClaims(content) }, expected).subject).toBe('user');
  });
});

describe('type (RFC 9068 §4)', () => {
  test.each(['at+jwt', 'application/at+jwt', 'AT+JWT', 'Application/At+Jwt'])('%s is one', (typ) => {
    expect(() => assertAccessTokenType(typ)).not.toThrow();
  });

  test.each([undefined, 'JWT', 'logout+jwt', 'dpop+jwt', 'at+jwt2', 'application/application/at+jwt', 1])(
    '%s is none',
    (typ) => {
      expect(() => assertAccessTokenType(typ)).toThrow(
        expect.objectContaining({ code: 'invalid_token', fault: 'type' }),
      );
    },
  );
});

describe('validating the claims (RFC 9068 §4)', () => {
  test('the record that results', () => {
    expect(validateAccessTokenClaims(good, expected)).toEqual({
      subject: 'user',
      clientId: 'client',
      audience: good.aud,
      scopes: ['read', 'write'],
      expiresAt: new Date(good.exp * 1000),
      claims: good,
    });
  });

  test.each([
    ['RFC 7519 §4.1.3 aud as one text', { aud: 'https://api.example' }],
    ['RFC 7519 §4.1.4 expired within the skew', { exp: seconds - 4 }],
    ['RFC 7519 §4.1.5 not yet valid within the skew', { nbf: seconds + 5 }],
    ['§2.2.3 no scope', { scope: undefined }],
  ])('%s is accepted', (_, part) => {
    expect(validateAccessTokenClaims({ ...good, ...part }, expected).clientId).toBe('client');
  });

  test.each([
    ['§4 another issuer', { iss: 'https://evil.example' }, 'issuer'],
    ['RFC 3986 §6.2.1 an issuer with a slash more', { iss: 'https://as.example/' }, 'issuer'],
    ['§4 no issuer', { iss: undefined }, 'issuer'],
    ['§4 another audience', { aud: ['https://other.example'] }, 'audience'],
    ['§4 an audience that begins alike', { aud: 'https://api.example/v2' }, 'audience'],
    ['§4 no audience', { aud: undefined }, 'audience'],
    ['§4 an empty list', { aud: [] }, 'audience'],
    ['§4 a list that holds more than texts', { aud: ['https://api.example', 1] }, 'audience'],
    ['RFC 7519 §4.1.4 expired, to the second', { exp: seconds - 5 }, 'expired'],
    ['RFC 7519 §4.1.4 no exp', { exp: undefined }, 'claims'],
    ['RFC 7519 §4.1.4 exp as text', { exp: String(seconds + 60) }, 'claims'],
    ['RFC 7519 §4.1.4 exp beyond numbers', { exp: Number.POSITIVE_INFINITY }, 'claims'],
    ['RFC 7519 §4.1.5 not yet valid', { nbf: seconds + 6 }, 'not_yet_valid'],
    ['RFC 7519 §4.1.5 nbf as text', { nbf: 'tomorrow' }, 'claims'],
    ['§2.2 no subject', { sub: undefined }, 'claims'],
    ['§2.2 no client', { client_id: '' }, 'claims'],
    ['§2.2.3 scope as a list', { scope: ['read'] }, 'claims'],
    ['RFC 9449 §7.2 bound to a key, presented without', { cnf: { jkt: 'x' } }, 'sender_constrained'],
  ])('%s is refused', (_, part, fault) => {
    expect(() => validateAccessTokenClaims({ ...good, ...part }, expected)).toThrow(
      expect.objectContaining({ code: 'invalid_token', status: 401, fault }),
    );
  });
});
