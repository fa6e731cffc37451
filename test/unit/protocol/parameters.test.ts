import { describe, expect, it } from '@jest/globals';
import { parseParameters } from '../../../src/protocol/parameters.js';

describe('request parameters (RFC 6749 §3.1, §3.2)', () => {
  it.each([
    ['a value', 'a=b', 'b'],
    ['form-encoded (appendix B)', 'a=%C3%A4+%2B', 'ä +'],
    ['empty counts as omitted', 'a=', undefined],
    ['absent', 'b=c', undefined],
    ['a name that every object has', 'b=c&constructor=d', undefined],
  ])('%s', (_, encoded, value) => {
    const parameters = parseParameters(encoded);
    expect([parameters.get('a'), parameters.has('a')]).toEqual([value, value !== undefined]);
  });

  it.each([
    ['sent twice', 'a=b&a=c'],
    ['sent twice, once empty', 'a=&a=c'],
    ['sent twice in two spellings', 'a=b&%61=c'],
    ['with a NUL, which no database takes', 'a=b%00'],
    ['resource with a NUL', 'resource=b&resource=%00'],
  ])('%s: invalid_request', (_, encoded) =>
    expect(() => parseParameters(encoded)).toThrow(expect.objectContaining({ code: 'invalid_request' })),
  );

  it('resource may repeat, in its order (RFC 8707 §2)', () => {
    const parameters = parseParameters('resource=b&resource=&resource=a&resource=b');
    expect([parameters.all('resource'), parameters.get('resource')]).toEqual([['b', 'a', 'b'], 'b']);
    expect(parameters.all('other')).toEqual([]);
  });

  it('knows nothing that was not sent', () => {
    const parameters = parseParameters('');
    for (const name of ['__proto__', 'constructor', 'toString']) expect(parameters.get(name)).toBeUndefined();
    expect(parameters.names).toEqual([]);
  });

  it('a very long form is no weapon: with a cost that grows by the square this would not end in time', () => {
    expect(parseParameters('resource=a&'.repeat(400_000)).all('resource')).toHaveLength(400_000);
  });
});
