import { describe, expect, it } from '@jest/globals';
import { isAuthenticationEnough } from '../../../../src/protocol/resource/step-up.js';
import type { AuthenticationContextClass } from '../../../../src/protocol/sign-in/authentication-context.js';

const authTime = new Date('2030-01-01T12:00:00.000Z');

describe('A sign-in for what is sensitive (RFC 9470 §4)', () => {
  it.each<[string, number, string[], AuthenticationContextClass[], boolean]>([
    ['at the last moment', 300_000, ['pwd'], [], true],
    ['a moment later', 300_001, ['pwd'], [], false],
    ['with one factor where two are needed', 0, ['pwd'], ['aal2'], false],
    ['with two factors', 0, ['pwd', 'otp'], ['aal2'], true],
    ['with a passkey that verified its user', 0, ['hwk', 'mfa'], ['aal2', 'phr'], true],
    ['with two factors, too late', 300_001, ['pwd', 'otp'], ['aal2'], false],
    ['with two factors and no passkey where one is demanded', 0, ['pwd', 'otp'], ['aal2', 'phr'], false],
  ])('%s', (_name, age, amr, demanded, isEnough) => {
    const now = new Date(authTime.getTime() + age);
    expect(isAuthenticationEnough({ authTime, amr }, { maxAge: 300, demanded }, now)).toBe(isEnough);
  });
});
