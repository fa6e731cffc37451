import { describe, expect, it } from '@jest/globals';
import { accessTokenForm, formsDiffer } from '../../../../src/protocol/token/access-token-form.js';

const [usual, spring, twin, quick] = ['urn:usual', 'urn:spring', 'urn:twin', 'urn:quick'];
const plain = { accessTokenTyp: 'JWT', accessTokenSignedResponseAlg: 'RS256' } as const;
const rules = {
  usualAlgorithm: 'ES256',
  resources: [
    { identifier: usual, scopes: [] },
    { identifier: spring, scopes: [], ...plain },
    { identifier: twin, scopes: [], ...plain },
    { identifier: quick, scopes: [], accessTokenSignedResponseAlg: 'EdDSA' },
  ],
} as const;
const issuer = 'https://issuer.example';

describe('I2: the form of an access token (RFC 9068 §2.1)', () => {
  it.each([
    ['what nobody changed', [usual], { alg: 'ES256', typ: 'at+jwt' }],
    ['both of one resource', [spring], { alg: 'RS256', typ: 'JWT' }],
    ['the algorithm alone', [quick], { alg: 'EdDSA', typ: 'at+jwt' }],
    ['two resources that agree', [spring, twin], { alg: 'RS256', typ: 'JWT' }],
    ['the issuer follows its neighbour', [spring, issuer], { alg: 'RS256', typ: 'JWT' }],
    ['the issuer alone', [issuer], { alg: 'ES256', typ: 'at+jwt' }],
  ])('%s', (_, audience, form) => expect(accessTokenForm(audience, rules)).toEqual(form));

  it.each([
    ['type', [usual, spring]],
    ['algorithm', [usual, quick]],
  ])('invalid_target: resources that differ in %s (RFC 8707 §2.2)', (_, audience) =>
    expect(() => accessTokenForm(audience, rules)).toThrow(expect.objectContaining({ code: 'invalid_target' })),
  );

  it('is the same for all unless one of them differs', () => {
    expect(formsDiffer(rules)).toBe(true);
    expect(formsDiffer({ ...rules, resources: rules.resources.slice(1, 3) })).toBe(false);
    expect(formsDiffer({ ...rules, resources: [] })).toBe(false);
    // Said or left out, it is the same algorithm.
    const said = { identifier: 'urn:said', scopes: [], accessTokenSignedResponseAlg: 'ES256' } as const;
    expect(formsDiffer({ ...rules, resources: [rules.resources[0], said] })).toBe(false);
  });
});
