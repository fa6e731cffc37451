import { describe, expect, it } from '@jest/globals';
import {
  audienceOf,
  narrowResources,
  type ResourceRules,
  requestedAudience,
  requireAudience,
  scopesOf,
  validateResources,
} from '../../../../src/protocol/authorization/resource-indicators.js';

const api = 'https://api.example/v1';
const files = 'urn:example:files';
const issuer = 'https://issuer.example';
const rules: ResourceRules = {
  issuer,
  resources: [
    { identifier: api, scopes: ['read', 'write'] },
    { identifier: files, scopes: ['files'] },
  ],
  defaultResource: api,
};

describe('resource indicators (RFC 8707)', () => {
  it.each([
    ['none', [], []],
    ['one', [api], [api]],
    ['several, each once', [files, api, files], [files, api]],
    ['the issuer, whose userinfo is one', [issuer], [issuer]],
  ])('takes %s (§2)', (_, requested, resources) => expect(validateResources(requested, rules)).toEqual(resources));

  it.each([
    ['unknown', 'https://other.example'],
    ['relative', '/api'],
    ['with a fragment', `${api}#x`],
    ['known but for a slash', `${api}/`],
    ['known but for case', api.toUpperCase()],
  ])('invalid_target: %s (§2)', (_, resource) =>
    expect(() => validateResources([api, resource], rules)).toThrow(
      expect.objectContaining({ code: 'invalid_target' }),
    ),
  );

  it.each([
    ['default resource and issuer where none is named', [], ['openid', 'read'], [api, issuer]],
    ['S22: the default resource alone without openid: no token to replay at userinfo', [], ['read'], [api]],
    ['exactly what is named', [files], ['openid'], [files]],
    ['S22: the issuer only with openid, although it is named', [api, issuer], ['read'], [api]],
    ['the issuer alone where nothing else is named', [issuer], ['profile'], [issuer]],
    ['I6: what the scope implies', [], ['files'], [files]],
    ['I6: and the issuer with openid', [], ['openid', 'files'], [files, issuer]],
    ['I6: all that the scopes imply', [], ['read', 'files'], [api, files]],
  ])('audience: %s (RFC 9068 §3)', (_, resources, scopes, audience) =>
    expect(audienceOf({ resources, scopes }, rules)).toEqual(audience),
  );

  it.each([
    ['none: as granted', [], [api, files], [api, files]],
    ['a part', [files], [api, files], [files]],
    ['the default, when none was named at authorization', [api], [], [api]],
  ])('token request: %s (§2.2)', (_, requested, granted, resources) =>
    expect(narrowResources(requested, { resources: granted, scopes: ['openid'] }, rules)).toEqual(resources),
  );

  it.each([
    ['not granted', [files], [api]],
    ['not the default', [files], []],
    ['S22: the issuer, where openid was not granted', [issuer], []],
  ])('token request: invalid_target: %s (§2.2)', (_, requested, granted) =>
    expect(() => narrowResources(requested, { resources: granted, scopes: ['read'] }, rules)).toThrow(
      expect.objectContaining({ code: 'invalid_target' }),
    ),
  );

  describe('I6: without a default resource (RFC 9068 §3)', () => {
    const { defaultResource: _, ...without } = rules;
    it.each([
      ['the resource of the scope', [], ['read'], [api]],
      ['the issuer with openid', [], ['openid', 'profile'], [issuer]],
      ['nobody: it has to be named', [], ['profile'], []],
    ])('audience: %s', (_, resources, scopes, audience) =>
      expect(audienceOf({ resources, scopes }, without)).toEqual(audience),
    );

    it.each([
      ['the only resource of the registered scopes, where no scope is named', [], ['openid', 'files'], [files]],
      ['nobody where these belong to two resources', [], ['read', 'files'], []],
      ['nobody where a scope is named that implies none', ['profile'], ['files'], []],
    ])('a request means %s', (_, scopes, registered, audience) =>
      expect(requestedAudience({ resources: [], scopes }, registered, without)).toEqual(audience),
    );

    it('invalid_target: a token for nobody', () => {
      expect(requireAudience([api])).toEqual([api]);
      expect(() => requireAudience([])).toThrow(expect.objectContaining({ code: 'invalid_target' }));
    });
  });

  describe('I6: an authorization keeps its audience (RFC 8707 §2.2)', () => {
    // As an earlier release stored it: nothing named, scopes of what was then the default resource alone.
    const before = { resources: [], scopes: ['openid', 'read'] };
    it.each([
      ['one from before: the default resource', before, rules, [api, issuer]],
      ['one from before, and no default any more', before, { ...rules, defaultResource: undefined }, [api, issuer]],
      ['one from before, and another default', before, { ...rules, defaultResource: files }, [api, issuer]],
      ['one whose scope another resource took over', { resources: [files], scopes: ['read'] }, rules, [files]],
    ])('%s', (_, granted, given, audience) =>
      expect(audienceOf({ ...granted, resources: narrowResources([], granted, given) }, given)).toEqual(audience),
    );

    it('a resource that is gone from the configuration is gone from its tokens', () => {
      const granted = { resources: ['urn:gone', api], scopes: ['read'] };
      expect(narrowResources([], granted, rules)).toEqual([api]);
      expect(() => narrowResources([], { ...granted, resources: ['urn:gone'] }, rules)).toThrow(
        expect.objectContaining({ code: 'invalid_grant' }),
      );
    });
  });

  it('knows the scopes of an audience (§2.2)', () => {
    expect(scopesOf([api, issuer], rules)).toEqual(['read', 'write']);
    expect(scopesOf([issuer], rules)).toEqual([]);
  });
});
