import { describe, expect, it } from '@jest/globals';
import { passwordStrength } from '../../../../src/protocol/password/strength.js';

const rule = { minLength: 15, contextWords: ['annabella', 'Identity'] };

describe('the strength that is told while a password is typed (NIST SP 800-63B-4 §3.1.1.2)', () => {
  it.each([
    ['', { level: 'refused', missing: 15, problem: 'short' }],
    ['four words', { level: 'refused', missing: 5, problem: 'short' }],
    ['aaaaaaaaaaaaaaaaaaaa', { level: 'refused', missing: 0, problem: 'repetitive' }],
    ['annabella-identity-2026', { level: 'refused', missing: 0, problem: 'context' }],
    ['four words in a', { level: 'enough', missing: 0 }],
    ['aabbaabbccaabbaabbccdd', { level: 'enough', missing: 0 }],
    ['four words in a line', { level: 'strong', missing: 0 }],
  ])('%j', (password, strength) => expect(passwordStrength(password, rule)).toEqual(strength));
});
