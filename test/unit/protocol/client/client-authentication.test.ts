import { describe, expect, it } from '@jest/globals';
import {
  assertMethodAllowed,
  jwtBearerAssertionType,
  parseClientAuthentication,
} from '../../../../src/protocol/client/client-authentication.js';
import { parseParameters } from '../../../../src/protocol/parameters.js';

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;
const assertion = `e30.${Buffer.from(JSON.stringify({ sub: 'c1', iss: 'c1' })).toString('base64url')}.c2ln`;
const bearerType = encodeURIComponent(jwtBearerAssertionType);
const parse = (authorization: string | undefined, body: string) =>
  parseClientAuthentication(authorization, parseParameters(body));

describe('client authentication of a request (RFC 6749 §2.3, OIDC Core §9)', () => {
  it.each([
    ['none', undefined, 'client_id=c1', { method: 'none', clientId: 'c1' }],
    [
      'post',
      undefined,
      'client_id=c1&client_secret=s',
      { method: 'client_secret_post', clientId: 'c1', clientSecret: 's' },
    ],
    ['Basic', basic('c1:s'), '', { method: 'client_secret_basic', clientId: 'c1', clientSecret: 's' }],
    [
      'Basic beside the same client_id',
      basic('c1:s'),
      'client_id=c1',
      { method: 'client_secret_basic', clientId: 'c1', clientSecret: 's' },
    ],
    [
      'Basic, scheme in any case (RFC 9110 §11.1)',
      basic('c1:s').replace('Basic', 'bAsIc'),
      '',
      { method: 'client_secret_basic', clientId: 'c1', clientSecret: 's' },
    ],
    [
      'Basic, form-encoded (RFC 6749 §2.3.1)',
      basic('a%3Ab+c:p%25%2B%C3%A4:q'),
      '',
      {
        method: 'client_secret_basic',
        clientId: 'a:b c',
        clientSecret: 'p%+ä:q',
        asSent: { clientId: 'a%3Ab+c', clientSecret: 'p%25%2B%C3%A4:q' },
      },
    ],
    [
      'I9: Basic, base64 that was not encoded',
      basic('c1:a+b/c=='),
      '',
      {
        method: 'client_secret_basic',
        clientId: 'c1',
        clientSecret: 'a b/c==',
        asSent: { clientId: 'c1', clientSecret: 'a+b/c==' },
      },
    ],
    [
      'I9: Basic, a secret that cannot be decoded',
      basic('c1:100%'),
      '',
      { method: 'client_secret_basic', clientId: 'c1', clientSecret: '100%' },
    ],
    [
      'I9: Basic, client_id beside it says how to read',
      basic('a+b:s+t'),
      'client_id=a%2Bb',
      { method: 'client_secret_basic', clientId: 'a+b', clientSecret: 's+t' },
    ],
    ['Basic, empty secret', basic('c1:'), '', { method: 'client_secret_basic', clientId: 'c1', clientSecret: '' }],
    [
      'private_key_jwt (RFC 7523 §2.2)',
      undefined,
      `client_assertion_type=${bearerType}&client_assertion=${assertion}`,
      { method: 'private_key_jwt', clientId: 'c1', assertion },
    ],
  ])('%s', (_, authorization, body, presented) => expect(parse(authorization, body)).toEqual(presented));

  it.each([
    ['Basic and post (RFC 6749 §2.3)', basic('c1:s'), 'client_id=c1&client_secret=s'],
    ['Basic and assertion', basic('c1:s'), `client_assertion_type=${bearerType}&client_assertion=${assertion}`],
    [
      'post and assertion',
      undefined,
      `client_id=c1&client_secret=s&client_assertion_type=${bearerType}&client_assertion=${assertion}`,
    ],
  ])('invalid_request: %s', (_, authorization, body) =>
    expect(() => parse(authorization, body)).toThrow(expect.objectContaining({ code: 'invalid_request' })),
  );

  it.each([
    ['nothing at all (RFC 6749 §5.2)', undefined, ''],
    ['a secret without client_id', undefined, 'client_secret=s'],
    ['another scheme', 'Bearer x', 'client_id=c1'],
    ['Basic without colon', basic('c1'), ''],
    ['Basic without client_id', basic(':s'), ''],
    ['Basic that is not base64', 'Basic %%%', ''],
    ['Basic with a NUL in client_id (RFC 6749 appendix A.1)', basic('c%00:s'), ''],
    [
      'an assertion with a NUL in sub',
      undefined,
      `client_assertion_type=${bearerType}&client_assertion=e30.eyJzdWIiOiJjXHUwMDAwIn0.c2ln`,
    ],
    ['client_id of another client beside Basic', basic('c1:s'), 'client_id=c2'],
    [
      'client_id of another client beside an assertion',
      undefined,
      `client_id=c2&client_assertion_type=${bearerType}&client_assertion=${assertion}`,
    ],
    ['another assertion type', undefined, `client_assertion_type=saml&client_assertion=${assertion}`],
    ['an assertion without type', undefined, `client_assertion=${assertion}`],
    ['an assertion type without assertion', undefined, `client_assertion_type=${bearerType}`],
    ['an assertion that is no JWT', undefined, `client_assertion_type=${bearerType}&client_assertion=x`],
    [
      'S25: an assertion that is not in compact form',
      undefined,
      `client_assertion_type=${bearerType}&client_assertion=${assertion}%3D`,
    ],
    ['an assertion of null', undefined, `client_assertion_type=${bearerType}&client_assertion=e30.bnVsbA.c2ln`],
  ])('invalid_client: %s', (_, authorization, body) =>
    expect(() => parse(authorization, body)).toThrow(expect.objectContaining({ code: 'invalid_client' })),
  );
});

describe('methods as registered and as the endpoint takes them (OIDC Core §9, RFC 7662 §2.1)', () => {
  const registered = (method: 'none' | 'client_secret_basic') => ({ token_endpoint_auth_method: method });

  it.each([
    ['the registered one', 'client_secret_basic', registered('client_secret_basic'), 'introspect'],
    ['post for Basic', 'client_secret_post', registered('client_secret_basic'), 'token'],
    ['a public client at the token endpoint', 'none', registered('none'), 'token'],
    ['a public client revoking (RFC 7009 §2.1)', 'none', registered('none'), 'revoke'],
  ] as const)('takes %s', (_, method, metadata, endpoint) =>
    expect(() => assertMethodAllowed(method, metadata, endpoint)).not.toThrow(),
  );

  it.each([
    [
      'post for Basic where it is pinned',
      'client_secret_post',
      { ...registered('client_secret_basic'), token_endpoint_auth_method_pinned: true },
      'token',
    ],
    ['none for Basic', 'none', registered('client_secret_basic'), 'token'],
    ['a secret of a public client', 'client_secret_post', registered('none'), 'token'],
    ['a public client that asks about tokens', 'none', registered('none'), 'introspect'],
  ] as const)('invalid_client: %s', (_, method, metadata, endpoint) =>
    expect(() => assertMethodAllowed(method, metadata, endpoint)).toThrow(
      expect.objectContaining({ code: 'invalid_client' }),
    ),
  );
});
