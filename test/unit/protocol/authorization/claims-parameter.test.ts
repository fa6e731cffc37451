import { describe, expect, it } from '@jest/globals';
import { readClaimsParameter } from '../../../../src/protocol/authorization/claims-parameter.js';

const tellable = ['name', 'email', 'groups'];
const read = (parameter: unknown) =>
  readClaimsParameter(typeof parameter === 'string' ? parameter : JSON.stringify(parameter), tellable);

describe('claims parameter (OIDC Core §5.5)', () => {
  it.each<[string, object, object]>([
    ['nothing', {}, {}],
    [
      'claims by place, voluntary and essential',
      { userinfo: { name: null, email: { essential: true } }, id_token: { groups: { essential: false } } },
      { requestedClaims: { userinfo: ['name', 'email'], idToken: ['groups'] } },
    ],
    [
      'claims that cannot be told are ignored, with languages too',
      { userinfo: { shoe_size: null, 'name#de': null, picture: { essential: true } }, id_token: { toString: null } },
      {},
    ],
    [
      'members that are not understood are ignored (§5.5, §5.5.1)',
      { vp_token: { x: 1 }, userinfo: { name: { purpose: 'greeting' } } },
      { requestedClaims: { userinfo: ['name'], idToken: [] } },
    ],
    ['auth_time is always there', { id_token: { auth_time: { essential: true } } }, {}],
    ['§5.5.1 one user', { id_token: { sub: { value: 'u1' } } }, { requestedSubjects: ['u1'] }],
    [
      '§5.5.1 one of several users, the same at both places',
      { id_token: { sub: { values: ['u1', 'u2'] } }, userinfo: { sub: { value: 'u2' } } },
      { requestedSubjects: ['u2'] },
    ],
    ['sub without a value', { id_token: { sub: { essential: true } }, userinfo: { sub: null } }, {}],
    ['§5.5.1.1 acr as a wish', { id_token: { acr: { values: ['urn:x', 'aal1'] } } }, { acrValues: ['urn:x', 'aal1'] }],
    [
      '§5.5.1.1 acr that is essential',
      { id_token: { acr: { essential: true, values: ['urn:x', 'aal2'] } } },
      { acrValues: ['urn:x', 'aal2'], essentialAcr: true },
    ],
    ['acr without values', { id_token: { acr: { essential: true } } }, {}],
  ])('%s', (_, parameter, expected) => expect(read(parameter)).toEqual(expected));

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /JSON object/],
    ['a list', [], /JSON object/],
    ['null', 'null', /JSON object/],
    ['a place that is a list', { userinfo: ['name'] }, /userinfo or id_token/],
    ['a place that is null', { id_token: null }, /userinfo or id_token/],
    ['a claim that is a text', { userinfo: { name: 'Ann' } }, /neither null nor an object/],
    ['essential as a text', { userinfo: { name: { essential: 'true' } } }, /neither null nor an object/],
    ['values that are no list', { id_token: { shoe_size: { values: '42' } } }, /neither null nor an object/],
    ['a user that is a number', { id_token: { sub: { value: 7 } } }, /not a text/],
    ['an acr that is an object', { id_token: { acr: { values: [{}] } } }, /not a text/],
  ])('invalid_request: %s', (_, parameter, sentence) =>
    expect(() => read(parameter)).toThrow(
      expect.objectContaining({ code: 'invalid_request', description: expect.stringMatching(sentence) }),
    ),
  );

  it('an essential acr that nobody could reach is refused at once (§5.5.1.1)', () =>
    expect(() => read({ id_token: { acr: { essential: true, values: ['urn:x'] } } })).toThrow(
      expect.objectContaining({ code: 'unmet_authentication_requirements' }),
    ));
});
