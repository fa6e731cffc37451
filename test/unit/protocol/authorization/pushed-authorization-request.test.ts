import { describe, expect, it } from '@jest/globals';
import {
  assertMayComeByBrowser,
  assertNoReferencePushed,
  isPushedRequestUri,
  paysForPushing,
  pushedRequestResponse,
  requestUriOf,
  requirePushedRequest,
} from '../../../../src/protocol/authorization/pushed-authorization-request.js';
import { parseParameters } from '../../../../src/protocol/parameters.js';

describe('pushed authorization requests (RFC 9126)', () => {
  it.each([
    [requestUriOf('value'), true],
    ['urn:ietf:params:oauth:request_uri:', true],
    ['urn:ietf:params:oauth:other:value', false],
    ['https://client.example/urn:ietf:params:oauth:request_uri:value', false],
    [undefined, false],
  ])('%s: of a pushed request: %s (§2.2)', (uri, expected) => expect(isPushedRequestUri(uri)).toBe(expected));

  it('the answer says how many whole seconds the request_uri lives (§2.2)', () =>
    expect(pushedRequestResponse('urn:x', 90_900)).toEqual({ request_uri: 'urn:x', expires_in: 90 }));

  it('a reference cannot be pushed (§2.1)', () => {
    expect(() => assertNoReferencePushed(parseParameters('request_uri=x'))).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
    expect(() => assertNoReferencePushed(parseParameters('request_uri=&scope=openid'))).not.toThrow();
  });

  it('what cannot be found is invalid_request_uri, whatever the reason (§4)', () => {
    expect(() => requirePushedRequest(null)).toThrow(expect.objectContaining({ code: 'invalid_request_uri' }));
    expect(requirePushedRequest('a request')).toBe('a request');
  });

  it.each([
    [{}, false, true],
    [{ require_pushed_authorization_requests: false }, false, true],
    [{ require_pushed_authorization_requests: true }, false, false],
    [{}, true, false],
  ])(
    'a client with %j, where pushing is required of all: %s, may send a browser: %s (§5, §6)',
    (client, ofAll, may) => {
      const ask = () => assertMayComeByBrowser(client, ofAll);
      if (may) expect(ask).not.toThrow();
      else expect(ask).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    },
  );

  it('a client with a secret pays by itself, a public one by the address that asks (§2.3)', () => {
    expect(paysForPushing({ token_endpoint_auth_method: 'client_secret_basic' })).toBe('client');
    expect(paysForPushing({ token_endpoint_auth_method: 'private_key_jwt' })).toBe('client');
    expect(paysForPushing({ token_endpoint_auth_method: 'none' })).toBe('address');
  });
});
