import { describe, expect, test } from '@jest/globals';
import { decodeToken } from '../../../src/spa-rp/browser/decode.js';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('taking a token apart to look at it (RFC 7515 §7.1)', () => {
  test('a JWT, in UTF-8', () => {
    expect(decodeToken(`${part({ alg: 'ES256' })}.${part({ name: 'Zoë ☂ 日本' })}.c2ln`)).toEqual({
      header: { alg: 'ES256' },
      claims: { name: 'Zoë ☂ 日本' },
    });
  });

  test.each([
    ['an opaque token', 'b3BhcXVl'],
    ['two parts', `${part({})}.${part({})}`],
    ['five parts, a JWE', 'a.b.c.d.e'],
    ['no base64url', '!!.!!.!!'],
    ['no JSON', `${Buffer.from('x').toString('base64url')}.${part({})}.c2ln`],
    ['no object', `${part(1)}.${part({})}.c2ln`],
  ])('%s is not one', (_, token) => expect(decodeToken(token)).toBeUndefined());
});
