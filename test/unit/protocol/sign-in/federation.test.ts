import { describe, expect, it } from '@jest/globals';
import {
  decideFederation,
  derivedUsername,
  federatedMethods,
  federatedProfile,
  identityLabel,
  isStaleSignIn,
} from '../../../../src/protocol/sign-in/federation.js';

const mapping = { name: 'name', nickname: 'login', email: 'email', email_verified: 'email_verified' };
const rules = { mapping, trustsEmail: true, custom: {} };
const ada = { sub: '1', name: 'Ada', login: 'ada', email: 'ada@example.com', email_verified: true };

describe('What a provider says of somebody (OIDC Core §5.1)', () => {
  it('is taken by the names that are configured', () => {
    expect(federatedProfile(ada, rules)).toEqual({
      claims: { name: 'Ada', nickname: 'ada' },
      email: 'ada@example.com',
    });
  });

  it.each([
    ['is blank', { name: ' ' }],
    ['has another form', { name: { first: 'Ada' } }],
    ['cannot be stored', { name: 'A\u0000' }],
    ['is longer than any name', { name: 'A'.repeat(9_000) }],
    ['is not there', { name: undefined }],
  ])('is left out where it %s', (_, over) => {
    expect(federatedProfile({ ...ada, ...over }, rules).claims).toEqual({ nickname: 'ada' });
  });

  it.each([
    ['is verified', {}, true, 'ada@example.com'],
    ['is said to be, in another form', { email_verified: '1' }, true, 'ada@example.com'],
    ['is not verified', { email_verified: false }, true, null],
    ['is verified, nobody says', { email_verified: undefined }, true, null],
    ['is verified by somebody who is not trusted', {}, false, null],
    ['is none', { email: 'ada' }, true, null],
  ])('an address that %s (OIDC Core §5.7)', (_, over, trustsEmail, email) => {
    expect(federatedProfile({ ...ada, ...over }, { ...rules, trustsEmail }).email).toBe(email);
  });

  it('never gives a claim of the protocol', () => {
    const { claims } = federatedProfile(
      { ...ada, x: 'y' },
      { ...rules, mapping: { sub: 'x', amr: 'x', unheard_of: 'x' } },
    );
    expect(claims).toEqual({});
  });
});

describe('A username for somebody from a provider', () => {
  it.each([
    [{ preferred_username: 'ada' }, 'ada'],
    [{ preferred_username: 'ada@example.com', email: 'x@example.com' }, 'ada'],
    [{ email: 'ada.lovelace@example.com' }, 'ada.lovelace'],
    [{ name: 'Ada Lovelace' }, 'Ada.Lovelace'],
    [{ name: 'Ядвига' }, 'Ядвига'],
    [{ preferred_username: '<script>' }, 'script'],
    [{ preferred_username: '!!', name: '@' }, 'user'],
    [{ preferred_username: 'a'.repeat(200) }, 'a'.repeat(48)],
    [{ preferred_username: 7 }, 'user'],
    [{}, 'user'],
  ])('%j → %s', (claims, username) => {
    expect(derivedUsername(claims, {})).toBe(username);
  });
});

describe('What somebody knows their account over there by', () => {
  it.each([
    [{ email: 'ada@example.com', name: 'Ada' }, 'ada@example.com'],
    [{ name: 'Ada\u202e' }, 'Ada'],
    [{ name: 'A'.repeat(300) }, 'A'.repeat(200)],
    [{ name: '\u200b' }, null],
    [{}, null],
  ])('%j → %s', (claims, label) => {
    expect(identityLabel(claims, {})).toBe(label);
  });
});

describe('How somebody was proven over there (RFC 8176 §2)', () => {
  it.each([
    [{ amr: ['pwd', 'mfa'] }, true, ['fed', 'mfa']],
    [{ amr: ['pwd', 'mfa'] }, false, ['fed']],
    [{ amr: ['hwk'] }, true, ['fed']],
    [{ amr: 'mfa' }, true, ['fed']],
    [{}, true, ['fed']],
  ])('%j, trusted %s → %j', (claims, trusted, methods) => {
    expect(federatedMethods(claims, trusted)).toEqual(methods);
  });
});

describe('A sign-in over there that was to be a new one (OIDC Core §2 auth_time)', () => {
  const since = new Date(1_000_000_000);
  it.each([
    ['is older', 900_000, since, true],
    ['is new', 1_000_000, since, false],
    ['is new by a clock that is slow', 999_945, since, false],
    ['does not say', undefined, since, false],
    ['need not be new', 900_000, undefined, false],
  ])('%s', (_, authTime, from, stale) => {
    expect(isStaleSignIn({ auth_time: authTime }, from)).toBe(stale);
  });
});

describe('What becomes of somebody whom a provider vouches for (OIDC Core §5.7)', () => {
  it.each([
    [true, false, 'refuse', 'sign_in'],
    [true, true, 'create', 'sign_in'],
    [false, true, 'create', 'prove_account'],
    [false, true, 'refuse', 'prove_account'],
    [false, false, 'create', 'create'],
    [false, false, 'refuse', 'refuse'],
  ] as const)('linked %s, address taken %s, unknown ones: %s → %s', (isLinked, addressIsTaken, onUnknown, decision) => {
    expect(decideFederation({ isLinked, addressIsTaken, onUnknown })).toBe(decision);
  });
});
