import { describe, expect, it } from '@jest/globals';
import { formatUserCode, parseUserCode, userCodeFrom } from '../../../../src/protocol/authorization/user-code.js';

describe('User codes (RFC 8628 §6.1)', () => {
  it.each([
    [0n, 'BBBBBBBBBB'],
    [19n, 'ZBBBBBBBBB'],
    [2n ** 64n - 1n, userCodeFrom((2n ** 64n - 1n) % 20n ** 10n)],
  ])('%s is ten letters of twenty', (random, code) => {
    expect(userCodeFrom(random)).toBe(code);
    expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{10}$/);
  });

  it('are shown in two halves', () => expect(formatUserCode('WDJBMJHTVC')).toBe('WDJBM-JHTVC'));

  it.each([
    ['WDJBM-JHTVC', 'WDJBMJHTVC'],
    ['wdjbm jhtvc', 'WDJBMJHTVC'],
    ['  WDJBMJHTVC\t', 'WDJBMJHTVC'],
    ['W.D.J.B.M-J.H.T.V.C', 'WDJBMJHTVC'],
    ['WDJBM-JHTV', undefined],
    ['WDJBM-JHTVCC', undefined],
    ['', undefined],
    ['A'.repeat(1000), undefined],
  ])('%j is read as %j', (typed, code) => expect(parseUserCode(typed)).toBe(code));
});
