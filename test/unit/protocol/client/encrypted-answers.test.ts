import { describe, expect, it } from '@jest/globals';
import { readClientMetadata } from '../../../../src/protocol/client/client-metadata.js';
import { findEncryptionKey } from '../../../../src/protocol/client/encrypted-answers.js';

type Keys = Parameters<typeof findEncryptionKey>[0];

const rsa = { kty: 'RSA', n: 'n', e: 'AQAB' };
const ec = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' };

describe('The key that an answer is encrypted with (RFC 7517 §4, OIDC Core §10.2)', () => {
  it.each([
    ['the one for encryption goes before one for anything', [rsa, { ...rsa, use: 'enc' }], 'RSA-OAEP-256', 1],
    ['one for anything does', [ec, rsa], 'RSA-OAEP-256', 1],
    ['one for signatures never', [{ ...rsa, use: 'sig' }], 'RSA-OAEP-256', -1],
    ['one for another algorithm never', [{ ...ec, alg: 'ECDH-ES' }], 'ECDH-ES+A256KW', -1],
    ['an Ed25519 key only signs', [{ kty: 'OKP', crv: 'Ed25519', x: 'x' }], 'ECDH-ES', -1],
    ['an X25519 key agrees', [{ kty: 'OKP', crv: 'X25519', x: 'x' }], 'ECDH-ES', 0],
    ['none', [], 'ECDH-ES', -1],
  ] as const)('%s', (_, keys: readonly object[], alg, index) =>
    expect(findEncryptionKey(keys as Keys, alg)).toBe(keys[index]),
  );
});

describe('Encrypted answers of a client (OIDC Registration §2, RFC 9701 §6)', () => {
  const read = (members: object) =>
    readClientMetadata({ redirect_uris: ['https://client.example/cb'], ...members }).faults.map(
      ({ member, problem }) => `${member} ${problem}`,
    );
  const jwks = { keys: [rsa] };

  it.each([
    ['keys and an algorithm', { jwks, id_token_encrypted_response_alg: 'RSA-OAEP-256' }, []],
    [
      'without keys',
      { userinfo_encrypted_response_alg: 'ECDH-ES' },
      ['userinfo_encrypted_response_alg needs jwks or jwks_uri'],
    ],
    [
      'with keys of another type',
      { jwks, introspection_encrypted_response_alg: 'ECDH-ES' },
      ['introspection_encrypted_response_alg fits no key of jwks'],
    ],
    [
      'a content encryption alone',
      { jwks, id_token_encrypted_response_enc: 'A256GCM' },
      ['id_token_encrypted_response_enc needs id_token_encrypted_response_alg'],
    ],
    [
      'RSA with PKCS #1 v1.5',
      { jwks, id_token_encrypted_response_alg: 'RSA1_5' },
      ['id_token_encrypted_response_alg is not one of RSA-OAEP-256, ECDH-ES, ECDH-ES+A256KW'],
    ],
  ])('%s', (_, members, faults) => expect(read(members)).toEqual(faults));
});
