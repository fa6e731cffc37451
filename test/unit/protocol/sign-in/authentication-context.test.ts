import { describe, expect, it } from '@jest/globals';
import {
  type AuthenticationContextClass,
  type AuthenticationMethodReference,
  authenticationContextClass,
  authenticationContextClasses,
  methodReferences,
  missingMethods,
  requiredContextClass,
  toldContextClass,
  wantedContextClass,
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

describe('What a sign-in should amount to (OIDC Core §3.1.2.1 acr_values)', () => {
  it.each<[string, string[], string[], string]>([
    ['no wish', [], ['pwd', 'otp'], 'aal1'],
    ['the stronger class, within reach', ['aal2'], ['pwd', 'otp'], 'aal2'],
    ['the stronger class, out of reach', ['aal2'], ['pwd'], 'aal1'],
    ['the first of two within reach', ['aal1', 'aal2'], ['pwd', 'otp'], 'aal1'],
    ['what nobody knows is passed over', ['gold', 'aal2'], ['pwd', 'otp'], 'aal2'],
    ['a user who has set up nothing', ['aal2'], [], 'aal1'],
    ['a passkey verifies its user', ['aal2'], ['swk'], 'aal2'],
    ['against phishing, within reach', ['phr', 'aal2'], ['pwd', 'hwk'], 'phr'],
    ['against phishing, out of reach', ['phr', 'aal2'], ['pwd', 'otp'], 'aal2'],
  ])('%s', (_name, acrValues, methods, expected) => {
    expect(wantedContextClass(acrValues, methods)).toBe(expected);
  });
});

describe('A class that has to be reached (OIDC Core §5.5.1.1)', () => {
  it.each<[string, string[], string[], string | undefined]>([
    ['its own', ['aal1', 'aal2'], ['pwd', 'otp'], 'aal2'],
    ['a weaker one', ['urn:x', 'aal1'], ['pwd', 'otp'], 'aal1'],
    ['a stronger one', ['aal2'], ['pwd'], undefined],
    ['one that nobody knows', ['urn:x'], ['pwd'], undefined],
  ])('%s', (_name, acrValues, methods, expected) => {
    expect(requiredContextClass(acrValues, methods)).toBe(expected);
  });
});

describe('What a client is told (OIDC Core §2 acr)', () => {
  const passkey = ['swk', 'user', 'mfa'];
  it.each<[string, string[], string[], string, string | undefined]>([
    ['no wish', [], passkey, 'aal2', undefined],
    ['against phishing, as asked', ['phr'], passkey, 'phr', 'phr'],
    ['the level first', ['aal2', 'phr'], passkey, 'aal2', 'aal2'],
    ['against phishing first', ['phr', 'aal2'], passkey, 'phr', 'phr'],
    ['against phishing with a touch', ['phr'], ['hwk', 'user'], 'phr', 'phr'],
    ['less than it is', ['aal1'], passkey, 'aal2', 'aal1'],
    ['what it is not', ['phr'], ['pwd', 'otp'], 'aal2', undefined],
  ])('%s', (_name, acrValues, methods, told, required) => {
    expect(toldContextClass(acrValues, methods)).toBe(told);
    expect(requiredContextClass(acrValues, methods)).toBe(required);
  });
});

describe('What is missing (NIST SP 800-63B §4.2.1)', () => {
  type Methods = AuthenticationMethodReference[];
  it.each<[string, AuthenticationContextClass, string[], Methods, Methods]>([
    ['nothing proven: any factor', 'aal1', [], ['pwd', 'otp'], ['pwd', 'otp']],
    ['one factor is enough', 'aal1', ['pwd'], ['pwd', 'otp'], []],
    ['a password asks for something else', 'aal2', ['pwd'], ['pwd', 'pin', 'otp', 'hwk'], ['otp', 'hwk']],
    [
      'a key that was only touched asks for something else, or its user',
      'aal2',
      ['hwk'],
      ['pwd', 'otp', 'hwk'],
      ['pwd', 'hwk'],
    ],
    ['nothing but a passkey resists phishing', 'phr', ['pwd', 'otp'], ['pwd', 'otp', 'swk'], ['swk']],
    ['a passkey alone resists it', 'phr', ['swk', 'user'], ['pwd', 'swk'], []],
    ['two factors are enough', 'aal2', ['pwd', 'otp'], ['pwd', 'otp', 'face'], []],
    ['mfa says so itself', 'aal2', ['mfa'], ['pwd', 'otp'], []],
    ['what proves no factor adds none', 'aal2', ['pwd'], ['pwd', 'user'], []],
  ])('%s', (_name, wanted, proven, enrolled, expected) => {
    expect(missingMethods(wanted, proven, enrolled)).toEqual(expected);
  });
});
