import { describe, expect, it } from '@jest/globals';
import { isCompactJws } from '../../../src/protocol/compact-jws.js';

describe('S25: a JWS in compact form (RFC 7515 §7.1)', () => {
  it.each([
    ['three parts', 'e30.e30.c2ln', true],
    ['no signature: none of ours, yet in form', 'e30.e30.', true],
    ['two parts', 'e30.e30', false],
    ['four parts', 'e30.e30.c2ln.', false],
    ['five parts: encrypted (RFC 7516 §7.1)', 'e30.e30.e30.e30.c2ln', false],
    ['padding (RFC 7515 §2)', 'e30=.e30.c2ln', false],
    ['white space', 'e30.e30.c2ln ', false],
    ['base64 instead of base64url', 'e30.e30.++//', false],
    ['bits that mean nothing (RFC 4648 §3.5)', 'e31.e30.c2ln', false],
    ['8192 characters', `e30.e30.${'A'.repeat(8184)}`, true],
    ['more', `e30.e30.${'A'.repeat(8188)}`, false],
  ])('%s', (_, text, good) => expect(isCompactJws(text)).toBe(good));
});
