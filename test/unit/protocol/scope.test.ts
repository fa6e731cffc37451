import { describe, expect, it } from '@jest/globals';
import {
  formatScope,
  limitScopeToResources,
  narrowScope,
  openidScopes,
  parseScope,
  type ScopeRules,
  scopesLeftOut,
  validateAuthorizationScope,
  validateClientScope,
} from '../../../src/protocol/scope.js';

const rules: ScopeRules = {
  known: [...openidScopes, 'read:resource', 'write:resource', 'read:other'],
  aboutUser: openidScopes,
  permitted: ['openid', 'profile', 'offline_access', 'read:resource', 'read:other'],
  targeted: ['read:resource', 'write:resource'],
  resourceNamed: true,
  refreshable: true,
};

describe('scope parameter (RFC 6749 §3.3)', () => {
  it.each([
    ['absent', undefined, []],
    ['one', 'openid', ['openid']],
    ['several, any order, each once', 'b a b', ['b', 'a']],
    ['spaces to spare', ' a  b ', ['a', 'b']],
  ])('%s', (_, text, scopes) => expect(parseScope(text)).toEqual(scopes));

  it.each(['a"b', 'a\\b', 'a\tb', 'ä', 'a\x7f'])('refuses %j as invalid_scope', (text) =>
    expect(() => parseScope(text)).toThrow(expect.objectContaining({ code: 'invalid_scope' })),
  );

  it('is written with single spaces', () => expect(formatScope(['a', 'b'])).toBe('a b'));
});

describe('scope of an authorization request', () => {
  it.each([
    ['what is permitted (RFC 6749 §3.3)', ['openid', 'read:resource'], {}, ['openid', 'read:resource']],
    ['unknown scopes are ignored (OIDC Core §3.1.2.1)', ['openid', 'vendor:x'], {}, ['openid']],
    ['other resources’ scopes are left out (RFC 8707 §2.2)', ['openid', 'read:other'], {}, ['openid']],
    [
      'offline_access with a refresh token (OIDC Core §11)',
      ['openid', 'offline_access'],
      {},
      ['openid', 'offline_access'],
    ],
    ['offline_access without (OIDC Core §11)', ['openid', 'offline_access'], { refreshable: false }, ['openid']],
    ['none: what the client has at the resource (RFC 6749 §3.3)', [], {}, ['read:resource']],
  ] as const)('%s', (_, requested, changed, granted) =>
    expect(validateAuthorizationScope(requested, { ...rules, ...changed })).toEqual(granted),
  );

  it.each([
    ['known but not permitted (RFC 6749 §4.1.2.1)', ['openid', 'write:resource'], {}],
    ['known OpenID scope but not permitted', ['openid', 'email'], {}],
    ['only unknown ones: nothing left', ['vendor:x'], {}],
    ['only offline_access, which is dropped', ['offline_access'], { refreshable: false }],
    ['none asked and none registered', [], { permitted: ['openid'] }],
  ] as const)('invalid_scope: %s', (_, requested, changed) =>
    expect(() => validateAuthorizationScope(requested, { ...rules, ...changed })).toThrow(
      expect.objectContaining({ code: 'invalid_scope' }),
    ),
  );
});

describe('I6: scopes that are left out (RFC 6749 §3.3)', () => {
  const unnamed = { ...rules, resourceNamed: false };
  it.each([
    ['unknown', ['vendor:x'], rules, /not known here/],
    ['of a resource that is not named', ['read:other'], rules, /does not name/],
    ['and another unknown', ['vendor:x', 'read:other'], rules, /does not name/],
    ['of several resources, none named', ['read:other'], unnamed, /several resources/],
    ['offline_access', ['offline_access'], { ...rules, refreshable: false }, /refresh_token/],
    ['not registered', ['write:resource'], rules, /not registered/],
    ['none at all', [], { ...rules, permitted: [] }, /scope is missing/],
  ] as const)('each reason has its sentence: %s', (_, requested, given, description) =>
    expect(() => validateAuthorizationScope(requested, given)).toThrow(
      expect.objectContaining({ code: 'invalid_scope', description: expect.stringMatching(description) }),
    ),
  );

  it.each([
    ['unknown', ['read:resource', 'vendor:x'], /not known here/],
    ['about a user', ['read:resource', 'openid'], /about a user/],
    ['not registered', ['read:resource', 'write:resource'], /not registered/],
    ['of a resource that is not named', ['read:other'], /does not name/],
  ] as const)('so has each for a client itself: %s', (_, requested, description) =>
    expect(() => validateClientScope(requested, rules)).toThrow(
      expect.objectContaining({ code: 'invalid_scope', description: expect.stringMatching(description) }),
    ),
  );

  it('are named for the log', () => {
    const given = { ...rules, refreshable: false };
    expect(scopesLeftOut(['openid', 'read:resource', 'vendor:x', 'read:other', 'offline_access'], given)).toEqual([
      'vendor:x (unknown)',
      'read:other (of another resource)',
      'offline_access (no refresh tokens)',
    ]);
    expect(scopesLeftOut(['read:other'], unnamed)).toEqual(['read:other (of several resources)']);
  });
});

describe('scope of a client on its own behalf (RFC 6749 §4.4.2)', () => {
  it.each([
    ['asked and permitted', ['read:resource'], ['read:resource']],
    ['none asked', [], ['read:resource']],
  ])('%s', (_, requested, granted) => expect(validateClientScope(requested, rules)).toEqual(granted));

  it.each([
    ['unknown (RFC 6749 §5.2)', ['vendor:x']],
    ['not permitted', ['write:resource']],
    ['permitted and more', ['read:resource', 'write:resource']],
    ['of a user: there is none', ['openid']],
    ['of another resource only', ['read:other']],
  ])('invalid_scope: %s', (_, requested) =>
    expect(() => validateClientScope(requested, rules)).toThrow(expect.objectContaining({ code: 'invalid_scope' })),
  );
});

describe('scope of a refresh (RFC 6749 §6)', () => {
  it.each([
    ['none: as granted', [], ['a', 'b']],
    ['less', ['b'], ['b']],
  ])('%s', (_, requested, scopes) => expect(narrowScope(requested, ['a', 'b'])).toEqual(scopes));

  it('never more', () =>
    expect(() => narrowScope(['a', 'c'], ['a', 'b'])).toThrow(expect.objectContaining({ code: 'invalid_scope' })));
});

it('an access token carries only its resources’ scopes (RFC 8707 §2.2)', () =>
  expect(limitScopeToResources(['openid', 'read:resource', 'read:other'], rules)).toEqual(['openid', 'read:resource']));
