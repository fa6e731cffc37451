import { describe, expect, it } from '@jest/globals';
import { grantedClaims, supportedClaims } from '../../../../src/protocol/token/claims.js';

const address = { formatted: '1 Main St\nTown', locality: 'Town', country: 'NL' };
const everything = {
  name: 'Ann Example',
  family_name: 'Example',
  given_name: 'Ann',
  middle_name: 'B.',
  nickname: 'ann',
  preferred_username: 'ann',
  profile: 'https://example.com/ann',
  picture: 'https://example.com/ann.png',
  website: 'https://example.com',
  gender: 'female',
  birthdate: '2000-01-31',
  zoneinfo: 'Europe/Amsterdam',
  locale: 'en-NL',
  updated_at: 1_900_000_000,
  email: 'ann@example.com',
  email_verified: true,
  address,
  phone_number: '+31 20 1234567',
  phone_number_verified: false,
  password_hash: 'must never leave',
};

describe('Claims by scope (OIDC Core §5.4)', () => {
  it.each([
    ['openid', [], []],
    ['openid', ['email'], ['email', 'email_verified']],
    ['openid', ['phone'], ['phone_number', 'phone_number_verified']],
    ['openid', ['address'], ['address']],
    ['openid', ['read:resource', 'offline_access'], []],
  ])('%s with %j gives %j', (openid, more, expected) => {
    expect(Object.keys(grantedClaims(everything, [openid, ...more])).sort()).toEqual(expected);
  });

  it('profile gives the fourteen of the table', () => {
    expect(Object.keys(grantedClaims(everything, ['openid', 'profile']))).toHaveLength(14);
  });

  it('tells nothing that is not a claim, and announces all it may tell', () => {
    const all = grantedClaims(everything, ['openid', 'profile', 'email', 'address', 'phone']);
    expect(all).not.toHaveProperty('password_hash');
    expect(supportedClaims).toEqual(expect.arrayContaining(Object.keys(all)));
    expect(supportedClaims).toContain('sub');
  });
});

describe('Types of claims (OIDC Core §5.1)', () => {
  it.each([
    ['§5.3.2 null', { nickname: null }],
    ['§5.3.2 blank', { nickname: '  ' }],
    ['§5.1 number as text', { updated_at: '1900000000' }],
    ['§5.1 boolean as text', { email_verified: 'true' }],
    ['§5.1 number for text', { name: 7 }],
    ['§5.1.1 address as text', { address: '1 Main St' }],
    ['§5.1.1 address of nothing known', { address: { planet: 'Earth', country: ' ' } }],
    ['§5.1.1 address as list', { address: ['Town'] }],
  ])('leaves out %s', (_name, claims) => {
    expect(grantedClaims(claims, ['openid', 'profile', 'email', 'address'])).toEqual({});
  });

  it('keeps true and false, numbers, and the known members of an address', () => {
    const claims = { ...everything, address: { ...address, planet: 'Earth' } };
    expect(grantedClaims(claims, ['phone', 'address'])).toEqual({
      phone_number: everything.phone_number,
      phone_number_verified: false,
      address,
    });
    expect(grantedClaims(claims, ['profile'])).toHaveProperty('updated_at', 1_900_000_000);
  });
});
