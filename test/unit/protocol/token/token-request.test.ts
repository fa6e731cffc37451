import { describe, expect, it } from '@jest/globals';
import { parseParameters } from '../../../../src/protocol/parameters.js';
import {
  assertCodeBinding,
  assertGrantTypeAllowed,
  type CodeFacts,
  decideCode,
  parseTokenRequest,
} from '../../../../src/protocol/token/token-request.js';

describe('token request (RFC 6749 §4.1.3, §4.4.2, §6)', () => {
  it.each([
    [
      'grant_type=authorization_code&code=c&redirect_uri=u&code_verifier=v&resource=a&resource=b',
      { grant_type: 'authorization_code', code: 'c', redirect_uri: 'u', code_verifier: 'v', resource: ['a', 'b'] },
    ],
    [
      'grant_type=refresh_token&refresh_token=r&scope=x',
      { grant_type: 'refresh_token', refresh_token: 'r', scope: 'x', resource: [] },
    ],
    ['grant_type=client_credentials', { grant_type: 'client_credentials', scope: undefined, resource: [] }],
  ])('%s', (body, request) => expect(parseTokenRequest(parseParameters(body))).toEqual(request));

  it.each([
    ['grant_type missing (§5.2)', 'code=c', 'invalid_request'],
    ['code missing (§4.1.3)', 'grant_type=authorization_code', 'invalid_request'],
    ['refresh_token missing (§6)', 'grant_type=refresh_token', 'invalid_request'],
    ['password grant (OAuth 2.1 §10.1)', 'grant_type=password&username=u&password=p', 'unsupported_grant_type'],
    ['implicit', 'grant_type=implicit', 'unsupported_grant_type'],
    ['a name of Object.prototype', 'grant_type=constructor', 'unsupported_grant_type'],
  ])('%s', (_, body, code) =>
    expect(() => parseTokenRequest(parseParameters(body))).toThrow(expect.objectContaining({ code })),
  );

  it('grant types only as registered (§5.2 unauthorized_client)', () => {
    const metadata = { grant_types: ['authorization_code'] as const };
    expect(() => assertGrantTypeAllowed(metadata, 'authorization_code')).not.toThrow();
    expect(() => assertGrantTypeAllowed(metadata, 'client_credentials')).toThrow(
      expect.objectContaining({ code: 'unauthorized_client' }),
    );
  });
});

describe('what a code is bound to (RFC 6749 §4.1.3)', () => {
  const request = { grant_type: 'authorization_code', code: 'c', code_verifier: undefined, resource: [] } as const;
  const binding = { redirectUri: 'https://client.example/cb', redirectUriNamed: true };

  it.each([
    ['the same redirect_uri', binding, binding.redirectUri],
    ['none, as none was sent', { ...binding, redirectUriNamed: false }, undefined],
    ['the one that was meant, though none was sent', { ...binding, redirectUriNamed: false }, binding.redirectUri],
  ])('takes %s', (_, bound, redirect_uri) =>
    expect(() => assertCodeBinding(bound, { ...request, redirect_uri })).not.toThrow(),
  );

  it.each([
    ['another redirect_uri', binding, 'https://client.example/other', undefined],
    ['none, though one was sent', binding, undefined, undefined],
    [
      'another, though none was sent',
      { ...binding, redirectUriNamed: false },
      'https://client.example/other',
      undefined,
    ],
    ['no verifier (RFC 7636 §4.6)', { ...binding, codeChallenge: 'x' }, binding.redirectUri, undefined],
    ['an unsolicited verifier (RFC 9700 §4.8.2)', binding, binding.redirectUri, 'v'.repeat(43)],
  ])('invalid_grant: %s', (_, bound, redirect_uri, code_verifier) =>
    expect(() => assertCodeBinding(bound, { ...request, redirect_uri, code_verifier })).toThrow(
      expect.objectContaining({ code: 'invalid_grant' }),
    ),
  );
});

describe('a code that is presented (RFC 6749 §4.1.2)', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  const later = new Date(now.getTime() + 1);
  const code: CodeFacts = { clientId: 'c1', expiresAt: later, consumedAt: null, alive: true };

  it.each([
    ['unused', code, 'redeem'],
    ['used before', { ...code, consumedAt: now }, 'reuse'],
    ['used before, its grant ended since', { ...code, consumedAt: now, alive: false }, 'reuse'],
    ['used before, expired since', { ...code, consumedAt: now, expiresAt: now }, 'reuse'],
  ] as const)('%s: %s', (_, facts, decision) => expect(decideCode(facts, { clientId: 'c1', now }).kind).toBe(decision));

  it.each([
    ['of another client', { ...code, clientId: 'c2' }],
    ['of another client, used before', { ...code, clientId: 'c2', consumedAt: now }],
    ['expired', { ...code, expiresAt: now }],
    ['of a disabled user or client, or revoked', { ...code, alive: false }],
  ])('is refused: %s', (_, facts) => expect(decideCode(facts, { clientId: 'c1', now }).kind).toBe('refuse'));
});
