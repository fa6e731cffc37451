import { describe, expect, it } from '@jest/globals';
import { matchRedirectUri, redirectUriFault } from '../../../src/protocol/redirect-uri.js';

const https = 'https://client.example/callback';
const native = true;

describe('redirect_uri of a request (RFC 6749 §3.1.2.3)', () => {
  it.each([
    ['equal', [https], https],
    ['one of several', ['https://other.example/', https], https],
    ['with its own query', [`${https}?a=b`], `${https}?a=b`],
    ['loopback IPv4, another port (RFC 8252 §7.3)', ['http://127.0.0.1/cb'], 'http://127.0.0.1:51004/cb'],
    ['loopback IPv4, registered with a port', ['http://127.0.0.1:8083/cb'], 'http://127.0.0.1:51004/cb'],
    ['loopback IPv6, another port', ['http://[::1]:1/cb?x=1'], 'http://[::1]:51004/cb?x=1'],
    ['localhost, another port (RFC 8252 §8.3)', ['http://localhost/cb'], 'http://localhost:51004/cb'],
    ['private-use scheme (RFC 8252 §7.1)', ['com.example.app:/cb'], 'com.example.app:/cb'],
  ])('matches: %s', (_, registered, requested) =>
    expect(matchRedirectUri({ registered, requested, openid: true, native })).toBe(requested),
  );

  it.each([
    ['another path', [https], 'https://client.example/other'],
    ['a longer path', [https], `${https}/x`],
    ['a query added', [https], `${https}?x=1`],
    ['another query', [`${https}?a=b`], `${https}?a=c`],
    ['another scheme', [https], 'http://client.example/callback'],
    ['another host', [https], 'https://client.example.evil.example/callback'],
    ['user information', [https], 'https://client.example@evil.example/callback'],
    ['another case', [https], 'https://client.example/Callback'],
    ['dot segments', [https], 'https://client.example/x/../callback'],
    ['percent encoding', [https], 'https://client.example/%63allback'],
    ['a trailing dot', [https], 'https://client.example./callback'],
    ['a fragment', [https], `${https}#x`],
    ['an https port', [https], 'https://client.example:444/callback'],
    ['127.0.0.1 for localhost', ['http://localhost/cb'], 'http://127.0.0.1:2/cb'],
    ['a name below localhost', ['http://localhost/cb'], 'http://localhost.evil.example/cb'],
    ['IPv4 for IPv6', ['http://[::1]/cb'], 'http://127.0.0.1/cb'],
    ['a loopback host that goes on', ['http://127.0.0.1/cb'], 'http://127.0.0.1:80@evil.example/cb'],
    ['a loopback name that goes on', ['http://127.0.0.1/cb'], 'http://127.0.0.1.evil.example/cb'],
    ['a loopback port that is none', ['http://127.0.0.1/cb'], 'http://127.0.0.1:99999/cb'],
    ['loopback with another path', ['http://127.0.0.1/cb'], 'http://127.0.0.1:9/other'],
    ['a relative one', [https], '/callback'],
    ['nothing registered', [], https],
  ])('is refused: %s', (_, registered, requested) =>
    expect(() => matchRedirectUri({ registered, requested, openid: false, native })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    ),
  );

  it.each(['http://127.0.0.1', 'http://[::1]', 'http://localhost'])(
    'S6: another port of %s belongs to native apps only (RFC 8252 §7.3)',
    (host) => {
      const asked = { registered: [`${host}:8083/cb`], requested: `${host}:31337/cb`, openid: true };
      expect(matchRedirectUri({ ...asked, native: true })).toBe(asked.requested);
      expect(() => matchRedirectUri({ ...asked, native: false })).toThrow();
      const exactly = { ...asked, requested: `${host}:8083/cb` };
      expect(matchRedirectUri({ ...exactly, native: false })).toBe(exactly.requested);
    },
  );

  it('may be left out with exactly one registered, outside OpenID', () =>
    expect(matchRedirectUri({ registered: [https], requested: undefined, openid: false, native })).toBe(https));

  it.each([
    ['two registered', [https, `${https}2`], false],
    ['none registered', [], false],
    ['an OpenID request (OIDC Core §3.1.2.1)', [https], true],
  ])('may not be left out: %s', (_, registered, openid) =>
    expect(() => matchRedirectUri({ registered, requested: undefined, openid, native })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    ),
  );
});

describe('redirect_uri at registration (RFC 6749 §3.1.2, RFC 8252 §7, §8)', () => {
  it.each([
    https,
    `${https}?a=b`,
    'http://127.0.0.1:8083/cb',
    'http://[::1]/cb',
    'http://localhost:3000/cb',
    'com.example.app:/cb',
  ])('takes %s', (uri) => expect(redirectUriFault(uri)).toBeUndefined());

  it.each([
    [`${https}#fragment`, 'has a fragment'],
    [`${https}#`, 'has a fragment'],
    ['http://client.example/cb', 'uses http outside loopback'],
    ['http://127.0.0.1.evil.example/cb', 'uses http outside loopback'],
    ['/callback', 'is not an absolute URI'],
    ['', 'is not an absolute URI'],
    ['https://client.example/a b', 'is not an absolute URI'],
    ['https://client.example/\r\nx', 'is not an absolute URI'],
    ['https://user:password@client.example/', 'carries credentials'],
    ['javascript:alert(1)', 'has a scheme that browsers run or open themselves'],
    ['data:text/html,x', 'has a scheme that browsers run or open themselves'],
    ['myapp:/cb', 'has a scheme that is neither https nor a reverse domain name'],
  ])('refuses %j: %s', (uri, fault) => expect(redirectUriFault(uri)).toBe(fault));

  it.each([
    'https://*.example.com/cb',
    'https://example.com/*',
    'https://*/cb',
    'http://localhost:*/cb',
    'com.example.*:/cb',
  ])('I11: refuses the wildcard in %s (RFC 9700 §4.1.3)', (uri) =>
    expect(redirectUriFault(uri)).toBe(
      'holds a wildcard, but is compared character by character: list each URI in full',
    ),
  );
});
