import { expect, it } from '@jest/globals';
import { assertOwnToken } from '../../../../src/protocol/token/revocation.js';

it('own tokens only (RFC 7009 §2.1)', () => {
  expect(() => assertOwnToken('c1', 'c1')).not.toThrow();
  expect(() => assertOwnToken('c1', 'c2')).toThrow(expect.objectContaining({ code: 'invalid_grant' }));
});
