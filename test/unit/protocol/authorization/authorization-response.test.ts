import { describe, expect, it } from '@jest/globals';
import {
  asAuthorizationError,
  authorizationErrorResponse,
  responseLocation,
  successResponse,
} from '../../../../src/protocol/authorization/authorization-response.js';
import { OAuthError } from '../../../../src/protocol/oauth-error.js';
import { matchRedirectUri } from '../../../../src/protocol/redirect-uri.js';
import { UnavailableError } from '../../../../src/protocol/unavailable-error.js';

const issuer = 'https://issuer.example';
const target = (uri = 'https://client.example/cb', state?: string) => ({
  redirectUri: matchRedirectUri({ registered: [uri], requested: uri, openid: true, native: false }),
  responseMode: 'query' as const,
  state,
});

describe('authorization response (RFC 6749 §4.1.2)', () => {
  it('carries code, state and iss (RFC 9207 §2)', () =>
    expect(successResponse(target(undefined, 's'), issuer, { code: 'c' }).parameters).toEqual({
      code: 'c',
      state: 's',
      iss: issuer,
    }));

  it('carries the browser’s state where there is one (OIDC Session Management §3.2)', () =>
    expect(successResponse(target(), issuer, { code: 'c', sessionState: 'h.s' }).parameters).toEqual({
      code: 'c',
      session_state: 'h.s',
      iss: issuer,
    }));

  it('carries no state where none was sent', () =>
    expect(successResponse(target(), issuer, { code: 'c' }).parameters).toEqual({ code: 'c', iss: issuer }));

  it('of an error: error, description, state and iss, nothing of the detail (RFC 6749 §4.1.2.1)', () => {
    const error = new OAuthError('access_denied', { detail: 'secret reason' });
    const { parameters } = authorizationErrorResponse(target(undefined, 's'), issuer, error);
    expect(parameters).toEqual({
      error: 'access_denied',
      error_description: expect.any(String),
      state: 's',
      iss: issuer,
    });
    expect(JSON.stringify(parameters)).not.toContain('secret reason');
  });

  it.each([
    ['no query', 'https://client.example/cb', 'https://client.example/cb?code=c'],
    [
      'its own query, kept (RFC 6749 §3.1.2)',
      'https://client.example/cb?a=b%20c',
      'https://client.example/cb?a=b%20c&code=c',
    ],
    ['an empty query', 'https://client.example/cb?', 'https://client.example/cb?code=c'],
    ['a query that ends in &', 'https://client.example/cb?a=b&', 'https://client.example/cb?a=b&code=c'],
    ['a private-use scheme', 'com.example.app:/cb', 'com.example.app:/cb?code=c'],
  ])('is added to the redirect URI: %s', (_, uri, expected) =>
    expect(responseLocation(successResponse(target(uri), issuer, { code: 'c' }))).toBe(
      `${expected}&iss=https%3A%2F%2Fissuer.example`,
    ),
  );

  it('escapes what the client sent as state', () => {
    const state = 'a&code=evil#x\r\nSet-Cookie: y ü~._-';
    const location = responseLocation(successResponse(target(undefined, state), issuer, { code: 'c' }));
    expect(location).not.toMatch(/[\r\n#]/);
    expect(new URL(location).searchParams.getAll('code')).toEqual(['c']);
    expect(new URL(location).searchParams.get('state')).toBe(state);
  });
});

class BusyError extends UnavailableError {
  override readonly retryAfter = 1;
}

describe('a fault of ours, as the client may know it (RFC 6749 §4.1.2.1)', () => {
  it.each([
    ['an OAuth error stays what it is', new OAuthError('invalid_scope'), 'invalid_scope'],
    ['overload', new BusyError('too many at once'), 'temporarily_unavailable'],
    ['anything else', new Error('boom'), 'server_error'],
    ['not even an error', null, 'server_error'],
  ])('%s', (_, fault, code) => expect(asAuthorizationError(fault).code).toBe(code));
});
