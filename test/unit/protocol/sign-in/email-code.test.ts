import { describe, expect, it } from '@jest/globals';
import {
  type AuthenticationMethodReference,
  authenticationContextClass,
  methodReferences,
} from '../../../../src/protocol/sign-in/authentication-context.js';
import {
  type EmailFactor,
  emailCode,
  emailCodeIsDue,
  shownEmailCode,
  typedEmailCode,
} from '../../../../src/protocol/sign-in/email-code.js';

describe('A code that is mailed', () => {
  it.each([
    [0n, '00000000'],
    [7n, '00000007'],
    [123_456_789n, '23456789'],
    [2n ** 64n - 1n, '09551615'],
  ])('%d is %s: eight digits (NIST SP 800-63B-4 §3.1.3.2 asks for six at least)', (number, code) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(number);
    expect(emailCode(bytes)).toBe(code);
    expect(typedEmailCode(shownEmailCode(code))).toBe(code);
  });

  it.each([
    ['12345678', '12345678'],
    [' 1234-5678 ', '12345678'],
    ['1234567', undefined],
    ['123456789', undefined],
    ['1234567x', undefined],
    ['', undefined],
  ])('%j is typed for %s', (text, code) => expect(typedEmailCode(text)).toBe(code));
});

describe('When a code is mailed after a password', () => {
  it.each<[string, EmailFactor | undefined, string[], AuthenticationMethodReference[], boolean]>([
    ['the address is proven', 'second', ['pwd'], ['pwd', 'mca'], true],
    ['it is not', 'second', ['pwd'], ['pwd'], false],
    ['there is an app', 'second', ['pwd'], ['pwd', 'otp', 'mca'], false],
    ['there is a passkey', 'second', ['pwd'], ['pwd', 'swk', 'mca'], false],
    ['it has been entered', 'second', ['pwd', 'mca'], ['pwd', 'mca'], false],
    ['a passkey verified its user', 'second', ['swk', 'mfa'], ['mca'], false],
    ['another provider vouches', 'second', ['fed'], ['pwd', 'mca'], false],
    ['it stands for the password', 'first', ['pwd'], ['pwd', 'mca'], false],
    ['it is off', 'off', ['pwd'], ['pwd', 'mca'], false],
    ['nothing is said', undefined, ['pwd'], ['pwd', 'mca'], false],
  ])('%s: %s', (_, factor, proven, enrolled, due) => expect(emailCodeIsDue(factor, proven, enrolled)).toBe(due));
});

describe('What a mailed code amounts to (RFC 8176 §2 mca, NIST SP 800-63B-4 §3.1.3.1)', () => {
  it.each([
    ['alone', ['mca'], 'aal1', ['mca']],
    ['after a password', ['pwd', 'mca'], 'aal1', ['pwd', 'mca']],
    ['before a code of an app', ['mca', 'otp'], 'aal2', ['mca', 'otp', 'mfa']],
    ['where the policy says so', ['pwd', 'mca', 'mfa'], 'aal2', ['pwd', 'mca', 'mfa']],
  ])('%s', (_, methods, acr, amr) => {
    expect(authenticationContextClass(methods)).toBe(acr);
    expect(methodReferences(methods)).toEqual(amr);
  });
});
