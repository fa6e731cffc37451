import { describe, expect, it } from '@jest/globals';
import {
  type AuthenticationChallenge,
  challengeFor,
  isAuthenticationEnough,
  saysEnough,
} from '../../../../src/protocol/resource/step-up.js';
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

describe('What a token says of its sign-in (RFC 9470 §3)', () => {
  const now = new Date(authTime.getTime() + 300_000);
  const said = { acr: 'aal2', auth_time: authTime.getTime() / 1000 };
  it.each<[string, object, AuthenticationChallenge, boolean]>([
    ['nothing is wanted', {}, { acrValues: [] }, true],
    ['one of the classes', said, { acrValues: ['phr', 'aal2'] }, true],
    ['another class', said, { acrValues: ['phr'] }, false],
    ['no class', {}, { acrValues: ['aal1'] }, false],
    ['at the last moment', said, { acrValues: [], maxAge: 300 }, true],
    ['a moment later', said, { acrValues: [], maxAge: 299 }, false],
    ['no moment', { acr: 'aal2' }, { acrValues: ['aal2'], maxAge: 300 }, false],
  ])('%s', (_name, claims, wanted, isEnough) => expect(saysEnough({ ...claims }, wanted, now)).toBe(isEnough));

  it('the strongest of what is demanded is asked for', () => {
    expect(challengeFor({ maxAge: 300, demanded: ['aal2', 'phr'] })).toEqual({ maxAge: 300, acrValues: ['phr'] });
    expect(challengeFor({ maxAge: 300, demanded: [] })).toEqual({ maxAge: 300, acrValues: [] });
  });
});
