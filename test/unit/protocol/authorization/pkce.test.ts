import { describe, expect, it } from '@jest/globals';
import { validateCodeChallenge, verifyCodeVerifier } from '../../../../src/protocol/authorization/pkce.js';

// RFC 7636 appendix B
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

describe('PKCE (RFC 7636)', () => {
  it.each([
    ['S256', { challenge, method: 'S256', required: true }, challenge],
    ['left out where it may be', { challenge: undefined, method: undefined, required: false }, undefined],
  ])('challenge %s', (_, request, result) => expect(validateCodeChallenge(request)).toBe(result));

  it.each([
    ['missing where required (§4.4.1)', { challenge: undefined, method: undefined, required: true }],
    ['plain (OAuth 2.1 §7.5.2)', { challenge, method: 'plain', required: false }],
    ['without method, which means plain (§4.3)', { challenge, method: undefined, required: false }],
    ['with an unknown method (§4.4.1)', { challenge, method: 'S512', required: false }],
    ['a method without challenge', { challenge: undefined, method: 'S256', required: false }],
    ['too short for SHA-256 (§4.2)', { challenge: challenge.slice(1), method: 'S256', required: true }],
    ['not base64url (§4.2)', { challenge: `${challenge.slice(1)}=`, method: 'S256', required: true }],
  ])('invalid_request: challenge %s', (_, request) =>
    expect(() => validateCodeChallenge(request)).toThrow(expect.objectContaining({ code: 'invalid_request' })),
  );

  it('takes the right verifier (§4.6)', () => expect(() => verifyCodeVerifier(challenge, verifier)).not.toThrow());
  it('wants none where there was no challenge', () =>
    expect(() => verifyCodeVerifier(undefined, undefined)).not.toThrow());

  it.each([
    ['missing (§4.6)', challenge, undefined],
    ['wrong (§4.6)', challenge, `${verifier.slice(0, -1)}l`],
    ['too short (§4.1)', challenge, 'abc'],
    ['too long (§4.1)', challenge, 'a'.repeat(129)],
    ['of other characters (§4.1)', challenge, `${verifier}+`],
    ['the challenge itself', challenge, challenge],
    ['unsolicited: the challenge was stripped (RFC 9700 §4.8.2)', undefined, verifier],
  ])('invalid_grant: verifier %s', (_, stored, presented) =>
    expect(() => verifyCodeVerifier(stored, presented)).toThrow(expect.objectContaining({ code: 'invalid_grant' })),
  );
});
