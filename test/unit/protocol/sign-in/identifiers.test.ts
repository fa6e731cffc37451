import { describe, expect, it } from '@jest/globals';
import { identifierKey, isEmailAddress, isUsername } from '../../../../src/protocol/sign-in/identifiers.js';

describe('What people are called at sign-in', () => {
  it.each([
    ['ΟΔΥΣΣΕΎΣ', 'Οδυσσεύς'],
    ['ΟΔΥΣΣΕΎΣ', 'οδυσσεύσ'],
    ['STRASSE', 'straße'],
    ['Ａｄａ', 'ada'],
    ['ﬁona', 'FIONA'],
    ['e\u0301mile', 'Émile'],
    [' ada\u00a0', 'Ada'],
    ['ADA@Example.COM', 'ada@example.com'],
  ])('RFC 8265 §3.3, S27: %s and %s are one', (one, other) => {
    expect(identifierKey(one)).toBe(identifierKey(other));
    expect(identifierKey(identifierKey(one))).toBe(identifierKey(one));
  });

  it('RFC 8265 §3.1: a username has no @ in any of its forms', () => {
    for (const name of ['ada', 'Οδυσσεύς', 'x'.repeat(128)]) expect(isUsername(name)).toBe(true);
    for (const name of ['', ' ', 'a b', 'a@b', 'a＠b.example', 'x'.repeat(129)]) expect(isUsername(name)).toBe(false);
  });

  it('RFC 6531 §3.3, S13: an e-mail address has one @, with something before and after', () => {
    for (const address of ['a@b', 'ada+x@example.com', 'δοκιμή@παράδειγμα.ελ'])
      expect(isEmailAddress(address)).toBe(true);
    const none = ['demo', '@b', 'a@', 'a@b@c', 'a b@c', 'a@b\n', 'a\u0000@b', `${'x'.repeat(65)}@b`];
    for (const address of none) expect(isEmailAddress(address)).toBe(false);
  });
});
