import { describe, expect, test } from '@jest/globals';
import { OAuthError } from '../../../../src/protocol/oauth-error.js';
import {
  assertScope,
  bearerChallenge,
  bearerRefusal,
  InsufficientAuthenticationError,
  InsufficientScopeError,
  presentedAccessToken,
  type TokenPresentation,
} from '../../../../src/protocol/resource/bearer.js';

const presentation = (part: Partial<TokenPresentation>): TokenPresentation => ({
  authorization: [],
  inQuery: false,
  ...part,
});

describe('presenting a token (RFC 6750 §2)', () => {
  test.each([
    ['§2.1 header', { authorization: ['Bearer abc.DEF-1_2~3+/=='] }, 'abc.DEF-1_2~3+/=='],
    ['RFC 9110 §11.1 the scheme in any case', { authorization: ['bEARER abc'] }, 'abc'],
    ['RFC 9110 §11.4 several spaces', { authorization: ['Bearer   abc'] }, 'abc'],
    ['§2.2 form body', { inBody: 'abc' }, 'abc'],
    ['§2.2 form body beside another scheme', { authorization: ['Basic eDp5'], inBody: 'abc' }, 'abc'],
    ['§3 none', {}, undefined],
    ['§3 another scheme', { authorization: ['Basic eDp5'] }, undefined],
    ['§3 a scheme that only begins alike', { authorization: ['Bearers abc'] }, undefined],
  ])('%s', (_, part, token) => {
    expect(presentedAccessToken(presentation(part), ['header', 'body'])).toBe(token);
  });

  test.each([
    ['§2 header and body at once', { authorization: ['Bearer abc'], inBody: 'abc' }],
    ['§2 header and query at once', { authorization: ['Bearer abc'], inQuery: true }],
    ['OAuth 2.1 §5.1 query alone', { inQuery: true }],
    ['§2.1 two Authorization fields', { authorization: ['Bearer abc', 'Bearer abc'] }],
    ['§2.1 no token', { authorization: ['Bearer'] }],
    ['§2.1 only spaces', { authorization: ['Bearer   '] }],
    ['§2.1 two tokens', { authorization: ['Bearer abc def'] }],
    ['§2.1 a list', { authorization: ['Bearer abc, Bearer def'] }],
    ['§2.1 a character outside b64token', { authorization: ['Bearer ab"c'] }],
    ['§2.1 a tab for the space', { authorization: ['Bearer \tabc'] }],
  ])('%s is invalid_request', (_, part) => {
    expect(() => presentedAccessToken(presentation(part), ['header', 'body'])).toThrow(
      expect.objectContaining({ code: 'invalid_request', status: 400 }),
    );
  });

  test('a body is refused where only the header is accepted (RFC 9728 §2 bearer_methods_supported)', () => {
    expect(() => presentedAccessToken(presentation({ inBody: 'abc' }), ['header'])).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});

describe('scope (RFC 6750 §3.1)', () => {
  test('enough', () => expect(() => assertScope(['a', 'b'], ['b'])).not.toThrow());

  test.each([
    ['none of it', [], ['a']],
    ['only a part', ['a'], ['a', 'b']],
    ['another case (RFC 6749 §3.3)', ['A'], ['a']],
  ])('%s is insufficient_scope', (_, granted, required) => {
    expect(() => assertScope(granted, required)).toThrow(
      expect.objectContaining({ code: 'insufficient_scope', status: 403, required }),
    );
  });
});

describe('challenge (RFC 6750 §3)', () => {
  test.each([
    ['§3.1 no error without credentials', undefined, {}, 'Bearer'],
    ['§3 realm', undefined, { realm: 'api' }, 'Bearer realm="api"'],
    [
      'RFC 9728 §5.1 resource_metadata',
      undefined,
      { realm: 'api', resourceMetadata: 'https://a.example/.well-known/oauth-protected-resource' },
      'Bearer realm="api", resource_metadata="https://a.example/.well-known/oauth-protected-resource"',
    ],
    [
      '§3.1 invalid_token',
      new OAuthError('invalid_token'),
      {},
      'Bearer error="invalid_token", error_description="The access token is invalid, expired or revoked."',
    ],
    [
      '§3 scope',
      new InsufficientScopeError(['read:a', 'write:a']),
      {},
      'Bearer error="insufficient_scope", error_description="The access token does not carry the scope that this needs.", scope="read:a write:a"',
    ],
    [
      'RFC 9470 §3 a fresh sign-in',
      new InsufficientAuthenticationError({ maxAge: 300, acrValues: ['aal2', 'phr'] }),
      {},
      'Bearer error="insufficient_user_authentication", error_description="The sign-in that the access token comes from is over, too old or too weak for this: send the person to sign in once more.", acr_values="aal2 phr", max_age="300"',
    ],
    ['RFC 9110 §5.6.4 quotes', undefined, { realm: 'a"b\\c\r\nX: y' }, 'Bearer realm="a\\"b\\\\cX: y"'],
  ])('%s', (_, error, context, field) => {
    expect(bearerChallenge(error, context)).toBe(field);
  });

  test('without credentials the answer is 401, a bare challenge and no body (§3.1)', () => {
    expect(bearerRefusal(undefined, { realm: 'api' })).toEqual({
      status: 401,
      headers: { 'Cache-Control': 'no-store', 'WWW-Authenticate': 'Bearer realm="api"' },
    });
  });

  test('an outage is answered without a challenge, with Retry-After (RFC 9110 §15.6.4)', () => {
    const refusal = bearerRefusal(new OAuthError('temporarily_unavailable', { retryAfter: 5, detail: 'secret' }));
    expect(refusal.status).toBe(503);
    expect(refusal.headers).toEqual({ 'Cache-Control': 'no-store', 'Retry-After': '5' });
    expect(JSON.stringify(refusal)).not.toContain('secret');
  });
});
