import { describe, expect, it } from '@jest/globals';
import {
  audienceOf,
  narrowResources,
  type ResourceRules,
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

  it('knows the scopes of an audience (§2.2)', () => {
    expect(scopesOf([api, issuer], rules)).toEqual(['read', 'write']);
    expect(scopesOf([issuer], rules)).toEqual([]);
  });
});
