import { describe, expect, it } from '@jest/globals';
import { breachRange, isInRange } from '../../../../src/protocol/password/breach-range.js';
import {
  passwordFault,
  passwordLength,
  passwordProblem,
  passwordProblems,
} from '../../../../src/protocol/password/policy.js';

const listed = new Set(['password', 'liverpool', 'correcthorsebatterystaple', 'straße']);
const policy = {
  minLength: 15,
  contextWords: ['annabella', 'anna.bella@example.com', 'Identity'],
  isCommon: (password: string) => listed.has(password),
};

describe('new passwords (NIST SP 800-63B-4 §3.1.1.2)', () => {
  it.each([
    ['a few words', 'four words in a line', undefined],
    ['one character too few', '14 characters!', 'short'],
    ['exactly as many as it takes', '15 characters!!', undefined],
    ['code points are counted, not UTF-16', '🐎🔋📎🐎🔋📎🐎🔋📎🐎🔋📎🐎🔋', 'short'],
    ['nor combining marks that the normal form has none of', 'e\u0301'.repeat(3).padEnd(14, '1x9'), 'short'],
    ['64 characters', 'a sentence of sixty-four characters, with words of any kind here', undefined],
    ['1,024 characters', `${'q3-'.repeat(3)}zu`.padEnd(1024, 'w9 e-'), undefined],
    ['one more', `${'q3-'.repeat(3)}zu`.padEnd(1025, 'w9 e-'), 'long'],
    ['no composition rule: small letters alone', 'quietlyharbourmoss', undefined],
    ['only digits, without a pattern', '839201746529384', undefined],
    ['one character again and again', 'aaaaaaaaaaaaaaaa', 'repetitive'],
    ['a sequence', 'abcdefghijklmnop', 'repetitive'],
    ['… downwards', 'ponmlkjihgfedcba', 'repetitive'],
    ['a short text again and again', 'abcabcabcabcabcabc', 'repetitive'],
    ['… in either case', 'AbcaBcabCabcabcabc', 'repetitive'],
    ['what a list has', 'CorrectHorseBatteryStaple', 'common'],
    ['… with digits and signs around it', '!!liverpool20262026', 'common'],
    ['… twice', 'liverpoolliverpool', 'common'],
    ['… in the other normal form', `${'Stra\u00dfe'}-1234567890`, 'common'],
    ['but not what only holds a listed word', 'liverpool rains sideways', undefined],
    ['the name', 'Annabella-Annabella', 'common or context'],
    ['the parts of the address', 'anna.bella@example.com', 'context'],
    ['name and product', 'annabella-identity-2026', 'context'],
    ['but not what only holds a name', 'annabella likes it loud', undefined],
  ])('%s: %j is %s', (_, password, problem) => {
    const found = passwordProblem(password, policy);
    if (problem === 'common or context') expect(found).toMatch(/repetitive|context/);
    else expect(found).toBe(problem);
  });

  it('where it is one factor of several, eight characters may do', () => {
    expect(passwordProblem('h7-Rqw.2', { ...policy, minLength: 8 })).toBeUndefined();
  });

  it('a context of short words makes no password wrong', () => {
    expect(
      passwordProblem('an ox in a 1 box 22', { ...policy, contextWords: ['an', 'ox', 'in', 'box', 'a'] }),
    ).toBeUndefined();
  });

  it('each problem is a sentence for operators', () => {
    const sentences = passwordProblems.map((problem) => passwordFault(problem, 15));
    expect(new Set(sentences).size).toBe(passwordProblems.length);
    expect(sentences[0]).toBe('The password needs 15 characters at least; password.min_length says so.');
  });

  it('composed and decomposed letters are as long', () => {
    expect(passwordLength('Zu\u0308rich')).toBe(passwordLength('Z\u00fcrich'));
  });
});

describe('passwords from breaches (NIST SP 800-63B-4 §3.1.1.2)', () => {
  const { prefix, suffix } = breachRange('password');

  it('five digits of the SHA-1 are asked for', () => {
    expect([prefix, suffix]).toEqual(['5BAA6', '1E4C9B93F3F0682250B6CF8331B7EE68FD8']);
    expect(breachRange('Zu\u0308rich')).toEqual(breachRange('Z\u00fcrich'));
  });

  it.each([
    ['found', `0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n${suffix}:3730471`, true],
    ['in small letters', suffix.toLowerCase().concat(':2'), true],
    ['padding', `${suffix}:0`, false],
    ['others only', '0018A45C4D1DEF81644B54AB7F969B88D65:1', false],
    ['nothing', '', false],
    ['a page of somebody else', '<html>not found</html>', false],
  ])('an answer with %s', (_, answer, found) => expect(isInRange(answer, suffix)).toBe(found));
});
