import { describe, expect, it } from '@jest/globals';
import {
  claimOfPermission,
  partsOfPermission,
  permission,
  permissionsAllowed,
  permissionsFor,
  permissionsForClaims,
  resourceOfScope,
  withClaimsOfScopes,
} from '../../../src/protocol/permission.js';
import { isScopeToken } from '../../../src/protocol/scope.js';

const [api, files] = ['https://api.example', 'https://files.example'];
const resources = [
  { identifier: api, scopes: ['read', 'write'] },
  { identifier: files, scopes: ['read', 'list'] },
];

describe('S11: permissions of a request (RFC 8707 §2.2)', () => {
  it.each([
    ['one resource', ['read'], [api], [`read ${api}`]],
    ['another: another permission', ['read'], [files], [`read ${files}`]],
    ['both', ['read'], [api, files], [`read ${api}`, `read ${files}`]],
    ['about the user (OIDC Core §5.4)', ['openid', 'email'], [api], ['openid', 'email']],
    ['a scope of nobody in the audience', ['list'], [api], ['list']],
  ])('%s', (_, scopes, audience, expected) => expect(permissionsFor(scopes, audience, resources)).toEqual(expected));

  it('come apart again', () => {
    expect(partsOfPermission(permission('read', api))).toEqual({ scope: 'read', resource: api });
    expect(partsOfPermission(permission('openid'))).toEqual({ scope: 'openid', resource: undefined });
  });
});

describe('permissions for single claims (OIDC Core §5.5)', () => {
  const custom = { groups: ['groups'] };

  it('are those that no scope of the request asks for, in a form that no scope can have', () => {
    const permissions = permissionsForClaims(['name', 'groups', 'email', 'name'], ['openid', 'email'], custom);
    expect(permissions).toEqual(['"name"', '"groups"']);
    expect(permissions.map(claimOfPermission)).toEqual(['name', 'groups']);
    expect(permissions.filter(isScopeToken)).toEqual([]);
    expect([permission('name'), permission('name', api)].map(claimOfPermission)).toEqual([undefined, undefined]);
  });

  it('come with the scope that asks for them', () =>
    expect(withClaimsOfScopes(['openid', 'groups', `read ${api}`], custom)).toEqual([
      'openid',
      'groups',
      `read ${api}`,
      '"groups"',
    ]));
});

describe('S11: what a stored consent allows (OIDC Core §3.1.2.4)', () => {
  const rules = { resources, defaultResource: api };
  it.each([
    ['permissions as they are', { scopes: ['read'], permissions: [`read ${files}`] }, rules, [`read ${files}`]],
    ['a mere scope of one resource', { scopes: ['list'], permissions: [] }, rules, [`list ${files}`]],
    ['a mere scope of several: the default one', { scopes: ['read'], permissions: [] }, rules, [`read ${api}`]],
    [
      'a mere scope of several others: none',
      { scopes: ['read'], permissions: [] },
      { ...rules, defaultResource: 'https://third.example' },
      [],
    ],
    ['a mere scope of several, no default: none', { scopes: ['read'], permissions: [] }, { resources }, []],
    ['about the user', { scopes: ['openid'], permissions: [] }, rules, ['openid']],
  ])('%s', (_, consent, given, expected) => expect(permissionsAllowed(consent, given)).toEqual(expected));
});

it.each([
  ['the one that alone knows it', 'list', undefined, files],
  ['that one, whichever is the default', 'list', api, files],
  ['the default one among several', 'read', files, files],
  ['none of several', 'read', undefined, undefined],
  ['none for a scope about the user', 'openid', api, undefined],
  ['none for an unknown scope', 'fly', api, undefined],
])('I6: a scope implies %s (RFC 9068 §3)', (_, scope, defaultResource, resource) =>
  expect(resourceOfScope(scope, { resources, defaultResource })).toBe(resource),
);
