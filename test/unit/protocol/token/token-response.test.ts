import { expect, it } from '@jest/globals';
import { tokenResponse } from '../../../../src/protocol/token/token-response.js';

it('token response holds what was issued (RFC 6749 §5.1, OIDC Core §3.1.3.3)', () =>
  expect(
    tokenResponse({ accessToken: 'a', expiresIn: 300, scopes: ['openid', 'x'], refreshToken: 'r', idToken: 'i' }),
  ).toEqual({
    access_token: 'a',
    token_type: 'Bearer',
    expires_in: 300,
    refresh_token: 'r',
    id_token: 'i',
    scope: 'openid x',
  }));

it('token response leaves out what was not (RFC 6749 §5.1)', () =>
  expect(tokenResponse({ accessToken: 'a', expiresIn: 300, scopes: ['x'] })).toEqual({
    access_token: 'a',
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'x',
  }));
