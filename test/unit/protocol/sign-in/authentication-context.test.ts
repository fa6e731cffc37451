import { describe, expect, it } from '@jest/globals';
import {
  type AuthenticationMethodReference,
  authenticationContextClass,
  authenticationContextClasses,
  methodReferences,
} from '../../../../src/protocol/sign-in/authentication-context.js';

describe('Authentication context (OIDC Core §2, RFC 8176 §2)', () => {
  it.each<[string, string[], string]>([
    ['a password is one factor', ['pwd'], 'aal1'],
    ['two things one knows are one factor', ['pwd', 'pin'], 'aal1'],
    ['password and one-time code are two', ['pwd', 'otp'], 'aal2'],
    ['a key that checked a PIN', ['hwk', 'pin'], 'aal2'],
    ['a key that was only touched', ['hwk', 'user'], 'aal1'],
    ['mfa says so itself', ['mfa'], 'aal2'],
    ['nothing known', [], 'aal1'],
  ])('%s', (_name, methods, expected) => {
    expect(authenticationContextClass(methods)).toBe(expected);
    expect(authenticationContextClasses).toContain(authenticationContextClass(methods));
  });

  it.each<[AuthenticationMethodReference[], AuthenticationMethodReference[]]>([
    [['pwd'], ['pwd']],
    [['pwd', 'pwd'], ['pwd']],
    [
      ['pwd', 'otp'],
      ['pwd', 'otp', 'mfa'],
    ],
    [
      ['pwd', 'otp', 'mfa'],
      ['pwd', 'otp', 'mfa'],
    ],
  ])('amr of %j is %j', (methods, expected) => {
    expect(methodReferences(methods)).toEqual(expected);
  });
});
