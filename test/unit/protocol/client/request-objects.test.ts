import { describe, expect, it } from '@jest/globals';
import { readClientMetadata } from '../../../../src/protocol/client/client-metadata.js';
import { allowedRequestEncryptions } from '../../../../src/protocol/client/request-encryption.js';

const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] };
const read = (members: Record<string, unknown>) =>
  readClientMetadata({ redirect_uris: ['https://client.example/callback'], ...members });

describe('what a client registers of its request objects (OIDC Registration §2)', () => {
  it('is kept as it is', () => {
    const members = {
      request_object_signing_alg: 'PS256',
      request_uris: ['https://client.example/request#hash', 'https://client.example/other'],
      request_object_encryption_alg: 'ECDH-ES',
      request_object_encryption_enc: 'A256GCM',
      require_signed_request_object: true,
      jwks,
    };
    expect(read(members).metadata).toMatchObject(members);
  });

  it.each([
    ['no URL', { jwks, request_uris: ['request'] }, 'request_uris'],
    ['a URL of another scheme', { jwks, request_uris: ['file:///etc/passwd'] }, 'request_uris'],
    ['one that is too long', { jwks, request_uris: [`https://c.example/${'r'.repeat(512)}`] }, 'request_uris'],
    ['request_uris without keys', { request_uris: ['https://client.example/request'] }, 'jwks'],
    ['a required signature without keys', { require_signed_request_object: true }, 'jwks'],
    ['an algorithm without keys', { request_object_signing_alg: 'ES256' }, 'jwks'],
    ['an enc alone', { request_object_encryption_enc: 'A256GCM' }, 'request_object_encryption_enc'],
    ['RSA1_5 (RFC 8725 §3.2)', { request_object_encryption_alg: 'RSA1_5' }, 'request_object_encryption_alg'],
    ['no algorithm of ours', { jwks, request_object_signing_alg: 'none' }, 'request_object_signing_alg'],
  ])('is refused with %s', (_, members, member) =>
    expect(read(members).faults).toEqual([expect.objectContaining({ member })]),
  );
});

describe('what an encrypted request object may be encrypted by (OIDC Registration §2)', () => {
  const all = { alg: ['RSA-OAEP-256', 'ECDH-ES'], enc: ['A128CBC-HS256', 'A256GCM'] };
  it.each([
    ['nothing registered: by all that there is', {}, all],
    ['alg alone', { request_object_encryption_alg: 'ECDH-ES' }, { alg: ['ECDH-ES'], enc: ['A128CBC-HS256'] }],
    [
      'both',
      { request_object_encryption_alg: 'ECDH-ES', request_object_encryption_enc: 'A256GCM' },
      { alg: ['ECDH-ES'], enc: ['A256GCM'] },
    ],
  ] as const)('%s', (_, registered, allowed) => expect(allowedRequestEncryptions(registered)).toEqual(allowed));
});
