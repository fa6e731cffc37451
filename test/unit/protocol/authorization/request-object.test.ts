import { describe, expect, it } from '@jest/globals';
import {
  assertMayBeUnsigned,
  assertRequestObjectClaims,
  assertRequestObjectType,
  parametersOfRequest,
  requestObjectAlgorithms,
  requireRequestObjectClaims,
} from '../../../../src/protocol/authorization/request-object.js';
import { parseParameters } from '../../../../src/protocol/parameters.js';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const refused = expect.objectContaining({ code: 'invalid_request_object' });

describe('the text of a request object (RFC 9101 §4)', () => {
  it.each([
    ['signed', 'ES256', 'AAAA'],
    ['not signed', 'none', ''],
  ])('is read: %s', (_, alg, signature) => {
    const text = `${encode({ alg })}.${encode({ state: 's' })}.${signature}`;
    expect(requireRequestObjectClaims(text)).toEqual({ state: 's' });
  });

  it.each([
    ['no JWT', 'text'],
    ['encrypted', 'AAAA.AAAA.AAAA.AAAA.AAAA'],
    ['of no JSON', 'AAAA.AAAA.AAAA'],
    ['of a list', `AAAA.${encode(['state'])}.AAAA`],
    ['of null', `AAAA.${encode(null)}.AAAA`],
    ['too long', `AAAA.${encode({ state: 's'.repeat(8_192) })}.AAAA`],
  ])('is refused: %s', (_, text) => expect(() => requireRequestObjectClaims(text)).toThrow(refused));
});

describe('the parameters of a request with a request object (OIDC Core §6.1)', () => {
  const merged = (inside: Record<string, unknown>, outside: string) => {
    const parameters = parametersOfRequest(inside, parseParameters(outside));
    return Object.fromEntries(parameters.names.map((name) => [name, parameters.all(name)]));
  };

  it.each<[string, Record<string, unknown>, string, Record<string, string[]>]>([
    ['inside wins', { state: 'in' }, 'state=out&nonce=out', { state: ['in'], nonce: ['out'] }],
    ['empty inside is absent, and wins', { state: '' }, 'state=out', {}],
    ['request is gone', {}, 'request=x&state=out', { state: ['out'] }],
    ['request_uri is gone', {}, 'request_uri=x&state=out', { state: ['out'] }],
    ['claims of the JWT are none', { iss: 'i', sub: 's', aud: 'a', exp: 1, nbf: 1, iat: 1, jti: 'j' }, '', {}],
    [
      'numbers and objects',
      { max_age: 60, claims: { userinfo: {} } },
      '',
      { max_age: ['60'], claims: ['{"userinfo":{}}'] },
    ],
    ['lists of resources', { resource: ['a', 'b'] }, 'resource=c', { resource: ['a', 'b'] }],
    ['another list is one text', { scope: ['openid'] }, 'scope=email', { scope: ['["openid"]'] }],
  ])('%s', (_, inside, outside, parameters) => expect(merged(inside, outside)).toEqual(parameters));

  it('a NUL inside makes it invalid, as outside', () =>
    expect(() => merged({ state: 'a\0b' }, '')).toThrow(expect.objectContaining({ code: 'invalid_request' })));
});

describe('a request object whose signature fits (RFC 9101 §6.3)', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  const at = (seconds: number) => now.getTime() / 1000 + seconds;
  const issuer = 'https://issuer.example';
  const outside = parseParameters('client_id=c1&response_type=code');
  const check = (claims: Record<string, unknown>) =>
    assertRequestObjectClaims(claims, { clientId: 'c1', issuer, outside, now, clockSkew: 10_000 });

  it.each([
    ['nothing but parameters', { state: 's' }],
    ['what agrees', { iss: 'c1', aud: issuer, client_id: 'c1', response_type: 'code' }],
    ['several audiences', { aud: ['x', issuer] }],
    ['exp 9 s past, nbf 10 s ahead', { exp: at(-9), nbf: at(10) }],
    ['sub of somebody', { sub: 'u1' }],
  ])('takes %s', (_, claims) => expect(() => check(claims)).not.toThrow());

  it.each([
    ['iss of another', { iss: 'c2' }],
    ['sub of the client', { sub: 'c1' }],
    ['aud of another', { aud: 'https://other.example' }],
    ['aud of nobody', { aud: [] }],
    ['client_id of another', { client_id: 'c2' }],
    ['response_type of another flow', { response_type: 'token' }],
    ['exp 10 s past', { exp: at(-10) }],
    ['nbf 11 s ahead', { nbf: at(11) }],
    ['exp no number', { exp: String(at(60)) }],
    ['nbf null', { nbf: null }],
    ['request', { request: 'x' }],
    ['an empty request_uri', { request_uri: '' }],
  ])('refuses %s', (_, claims) => expect(() => check(claims)).toThrow(refused));

  it.each([undefined, 'JWT', 'jwt', 'oauth-authz-req+jwt', 'application/oauth-authz-req+jwt'])(
    'may be of typ %s',
    (typ) => expect(() => assertRequestObjectType(typ)).not.toThrow(),
  );

  it.each(['at+jwt', 'client-authentication+jwt', 'logout+jwt', '', 1, null])('is not of typ %s', (typ) =>
    expect(() => assertRequestObjectType(typ)).toThrow(refused),
  );

  it('is signed by what is registered, or by any, never by none (OIDC Registration §2)', () => {
    expect(requestObjectAlgorithms({ request_object_signing_alg: 'PS256' })).toEqual(['PS256']);
    expect(requestObjectAlgorithms({})).toEqual(['ES256', 'EdDSA', 'PS256', 'RS256', 'Ed25519']);
  });
});

describe('a request without an object (RFC 9101 §10.5)', () => {
  it.each([
    [{}, false, true],
    [{ require_signed_request_object: false }, false, true],
    [{ require_signed_request_object: true }, false, false],
    [{}, true, false],
  ])('of a client with %j, required of all: %s, may be: %s', (client, requiredOfAll, may) => {
    const assert = expect(() => assertMayBeUnsigned(client, requiredOfAll));
    if (may) assert.not.toThrow();
    else assert.toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
