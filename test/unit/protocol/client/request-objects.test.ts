import { describe, expect, it } from '@jest/globals';
import { readClientMetadata } from '../../../../src/protocol/client/client-metadata.js';

const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] };
const read = (members: Record<string, unknown>) =>
  readClientMetadata({ redirect_uris: ['https://client.example/callback'], ...members });

describe('what a client registers of its request objects (OIDC Registration §2)', () => {
  it('is kept as it is', () => {
    const members = {
      request_object_signing_alg: 'PS256',
      request_uris: ['https://client.example/request#hash', 'https://client.example/other'],
      jwks,
    };
    expect(read(members).metadata).toMatchObject(members);
  });

  it.each([
    ['no URL', { jwks, request_uris: ['request'] }, 'request_uris'],
    ['a URL of another scheme', { jwks, request_uris: ['file:///etc/passwd'] }, 'request_uris'],
    ['one that is too long', { jwks, request_uris: [`https://c.example/${'r'.repeat(512)}`] }, 'request_uris'],
    ['request_uris without keys', { request_uris: ['https://client.example/request'] }, 'jwks'],
    ['an algorithm without keys', { request_object_signing_alg: 'ES256' }, 'jwks'],
    ['no algorithm of ours', { jwks, request_object_signing_alg: 'none' }, 'request_object_signing_alg'],
  ])('is refused with %s', (_, members, member) =>
    expect(read(members).faults).toEqual([expect.objectContaining({ member })]),
  );
});
