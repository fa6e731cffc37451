import { describe, expect, it } from '@jest/globals';
import { formatUserCode, parseUserCode, userCodeFrom } from '../../../../src/protocol/authorization/user-code.js';

describe('User codes (RFC 8628 §6.1)', () => {
  it.each([
    [0n, 'BBBBBBBB'],
    [19n, 'ZBBBBBBB'],
    [2n ** 64n - 1n, userCodeFrom((2n ** 64n - 1n) % 20n ** 8n)],
  ])('%s is eight letters of twenty', (random, code) => {
    expect(userCodeFrom(random)).toBe(code);
    expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
  });

  it('are shown in two halves', () => expect(formatUserCode('WDJBMJHT')).toBe('WDJB-MJHT'));

  it.each([
    ['WDJB-MJHT', 'WDJBMJHT'],
    ['wdjb mjht', 'WDJBMJHT'],
    ['  WDJBMJHT\t', 'WDJBMJHT'],
    ['W.D.J.B-M.J.H.T', 'WDJBMJHT'],
    ['WDJB-MJH', undefined],
    ['WDJB-MJHTT', undefined],
    ['', undefined],
    ['A'.repeat(1000), undefined],
  ])('%j is read as %j', (typed, code) => expect(parseUserCode(typed)).toBe(code));
});
