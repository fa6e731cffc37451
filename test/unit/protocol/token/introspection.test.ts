import { describe, expect, test } from '@jest/globals';
import {
  inactiveToken,
  introspectedClaims,
  mayIntrospect,
  parseIntrospectionResponse,
} from '../../../../src/protocol/token/introspection.js';

const issuer = 'https://as.example';
const active = { active: true as const, token_type: 'Bearer', client_id: 'client', sub: 'user', exp: 1 };

describe('introspection response (RFC 7662 §2.2)', () => {
  test('active', () => expect(parseIntrospectionResponse(active)).toEqual(active));

  test('inactive tells nothing else', () => {
    expect(parseIntrospectionResponse({ active: false, sub: 'user' })).toBe(inactiveToken);
  });

  test.each([[null], ['true'], [[]], [{}], [{ active: 'true' }], [{ active: 1 }], [{ error: 'invalid_client' }]])(
    '%j is none',
    (document) => expect(parseIntrospectionResponse(document)).toBeNull(),
  );
});

describe('claims of an introspected token (RFC 9068 §4)', () => {
  test('what the envelope says is left out, the issuer is known', () => {
    expect(introspectedClaims(active, issuer)).toEqual({ iss: issuer, client_id: 'client', sub: 'user', exp: 1 });
  });

  test('an issuer that is named is kept for the comparison', () => {
    expect(introspectedClaims({ ...active, iss: 'https://evil.example' }, issuer).iss).toBe('https://evil.example');
  });

  test('without a user the client is the subject (RFC 9068 §2.2)', () => {
    expect(introspectedClaims({ active: true, token_type: 'bearer', client_id: 'client' }, issuer).sub).toBe('client');
  });

  test.each([
    ['§2.2 inactive', inactiveToken, 'inactive'],
    ['§2.2 no token_type, as of a refresh token', { active: true as const, client_id: 'client' }, 'type'],
    ['RFC 9449 §5 a DPoP token', { ...active, token_type: 'DPoP' }, 'type'],
  ])('%s is refused', (_, response, fault) => {
    expect(() => introspectedClaims(response, issuer)).toThrow(
      expect.objectContaining({ code: 'invalid_token', fault }),
    );
  });
});

describe('who may ask about a token (RFC 7662 §4)', () => {
  const token = { clientId: 'c1', audience: ['https://api.example'] };
  test.each([
    ['the client that it was issued to', 'c1', [], true],
    ['a resource of its audience', 'rs', ['https://other.example', 'https://api.example'], true],
    ['a resource that is not', 'rs', ['https://other.example'], false],
    ['any other client', 'c2', [], false],
  ])('%s', (_, clientId, protectedResources, allowed) =>
    expect(mayIntrospect({ clientId, protectedResources }, token)).toBe(allowed),
  );
});
