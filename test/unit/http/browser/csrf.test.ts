import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { assertCsrfToken, CsrfError, csrfToken } from '../../../../src/http/browser/csrf.js';

describe('the token of a form (CSRF)', () => {
  const key = randomBytes(32);
  const token = csrfToken(key, 'browser-1', 'login');

  it('fits the browser and the form that it was made for', () => {
    expect(() => assertCsrfToken(key, 'browser-1', 'login', token)).not.toThrow();
  });

  it.each([
    ['another browser', key, 'browser-2', 'login', token],
    ['another form', key, 'browser-1', 'consent', token],
    ['another key', randomBytes(32), 'browser-1', 'login', token],
    ['a boundary moved', key, 'browser-1l', 'ogin', token],
    ['no token', key, 'browser-1', 'login', undefined],
    ['an empty token', key, 'browser-1', 'login', ''],
    ['a token cut short', key, 'browser-1', 'login', token.slice(0, -1)],
    ['a token with more', key, 'browser-1', 'login', `${token}x`],
  ])('is refused with %s', (_, withKey, binding, purpose, presented) => {
    expect(() => assertCsrfToken(withKey, binding, purpose, presented)).toThrow(CsrfError);
  });
});
