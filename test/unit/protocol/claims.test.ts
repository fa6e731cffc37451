import { describe, expect, it } from '@jest/globals';
import {
  claimFault,
  claimFromText,
  claimsOfScopes,
  supportedClaims,
  toldClaims,
} from '../../../src/protocol/claims.js';

const custom = { groups: ['groups'], staff: ['department', 'https://example.com/level'] };
const grantedClaims = (claims: Readonly<Record<string, unknown>>, scopes: readonly string[]) =>
  toldClaims(claims, claimsOfScopes(scopes, custom));

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
    const supported = supportedClaims(custom);
    expect(supported).toEqual(expect.arrayContaining([...Object.keys(all), 'sub', 'groups', 'department']));
    expect(new Set(supported).size).toBe(supported.length);
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

describe('I3: claims of the installation’s own', () => {
  const ann = { groups: ['staff', 'admins'], department: { name: 'R&D' }, 'https://example.com/level': 0 };

  it.each([
    [['groups'], ['groups']],
    [['staff'], ['department', 'https://example.com/level']],
    [['openid', 'profile'], []],
  ])('%j gives %j', (scopes, expected) => expect(Object.keys(grantedClaims(ann, scopes))).toEqual(expected));

  it('an empty list is told, a list of other things is not', () => {
    expect(grantedClaims({ groups: [] }, ['groups'])).toEqual({ groups: [] });
    expect(grantedClaims({ groups: ['a', 1] }, ['groups'])).toEqual({});
  });

  it.each(['toString', '__proto__', 'constructor'])('%s is neither a scope nor a claim', (name) => {
    expect(claimsOfScopes([name], custom)).toEqual([]);
    expect(toldClaims({}, [name])).toEqual({});
  });
});

describe('what a user can be given (OIDC Core §5.1)', () => {
  it.each<[string, unknown]>([
    ['name', 'Ann'],
    ['website', 'https://example.com'],
    ['birthdate', '0000-04-01'],
    ['phone_number_verified', false],
    ['address', { country: 'NL' }],
    ['groups', []],
    ['groups', ['staff']],
    ['department', { name: 'R&D' }],
    ['department', 0],
  ])('%s: %j', (name, value) => expect(claimFault(name, value, custom)).toBeUndefined());

  it.each<[string, unknown, string]>([
    ['sub', 'u2', 'is a claim of the protocol'],
    ['exp', 1, 'is a claim of the protocol'],
    ['__proto__', {}, 'is a claim of the protocol'],
    ['updated_at', 1_900_000_000, 'by itself'],
    ['gruops', ['staff'], 'is neither a standard claim'],
    ['roles', ['admin'], 'is neither a standard claim'],
    ['name', ' ', 'is not a text'],
    ['website', 'example.com', 'is not an http'],
    ['birthdate', '1 April', 'is not a date'],
    ['phone_number_verified', 'true', 'is not true or false'],
    ['address', { planet: 'Earth', country: 'NL' }, 'is not an object'],
    ['address', {}, 'is not an object'],
    ['groups', 'staff', 'is not a list'],
    ['department', null, 'is not a value'],
    ['department', 'x'.repeat(8192), 'has more than 8192'],
    ['department', 'a\0b', 'cannot be stored'],
    ['department', ['a\ud800'], 'cannot be stored'],
  ])('not %s: %j', (name, value, fault) => expect(claimFault(name, value, custom)).toContain(fault));

  it.each<[string, string, unknown]>([
    ['name', '7', '7'],
    ['phone_number_verified', 'true', true],
    ['groups', '["staff"]', ['staff']],
    ['department', 'R&D', 'R&D'],
    ['department', '7', 7],
  ])('%s=%s from text', (name, text, value) => expect(claimFromText(name, text)).toEqual(value));
});
