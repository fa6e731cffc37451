import { describe, expect, it } from '@jest/globals';
import { matchRequestUri, requireRequestObject } from '../../../../src/protocol/authorization/request-uri.js';

const refused = expect.objectContaining({ code: 'invalid_request_uri' });
const address = 'https://client.example/request?of=us';

describe('a request_uri (OIDC Core §6.2)', () => {
  it.each([
    ['as it is registered', address, address],
    ['with a hash that is registered', `${address}#hash`, `${address}#hash`],
    ['with another hash than is registered', `${address}#new`, `${address}#old`],
    ['without the hash that is registered', address, `${address}#hash`],
  ])('%s is fetched without fragment', (_, requestUri, registered) =>
    expect(matchRequestUri(requestUri, { request_uris: ['https://client.example/other', registered] })).toBe(address),
  );

  it.each([
    ['with another query', `${address}&more`, [address]],
    ['in other case', address.replace('client', 'Client'), [address]],
    ['that only begins so', `${address}/../x`, [address]],
    ['with a line break before the fragment', `${address}\n#`, [address]],
    ['of a client with none', address, undefined],
    ['that is empty', '#', [address]],
  ])('%s is refused', (_, requestUri, request_uris) =>
    expect(() => matchRequestUri(requestUri, request_uris ? { request_uris } : {})).toThrow(refused),
  );
});

describe('what is found at a request_uri (RFC 9101 §5.2.3)', () => {
  const object = 'AAAA.AAAA.AAAA';

  it.each(['application/oauth-authz-req+jwt', 'application/jwt', 'Application/JWT; charset=utf-8'])(
    'is taken as %s',
    (contentType) => expect(requireRequestObject({ contentType, body: `${object}\n` })).toBe(object),
  );

  it.each([
    ['another type', 'text/html'],
    ['a longer type', 'application/jwt+json'],
    ['no type', undefined],
  ])('is refused with %s', (_, contentType) =>
    expect(() => requireRequestObject({ contentType, body: object })).toThrow(refused),
  );
});
