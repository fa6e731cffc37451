import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CompactSign, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { verifyJws } from '../../../src/crypto/jws.js';
import { type GeneratedKey, generateKeyPair, importPrivateKey } from '../../../src/crypto/jwt.js';
import { type SigningAlgorithm, signingAlgorithms } from '../../../src/protocol/signing-algorithm.js';

const keysOf = (alg: SigningAlgorithm, { publicJwk }: Pick<GeneratedKey, 'publicJwk'>) =>
  createLocalJWKSet({ keys: [{ ...publicJwk, alg, kid: 'k' }] } as JSONWebKeySet);

const sign = (alg: string, { privateJwk }: GeneratedKey, header: object = {}) =>
  new CompactSign(Buffer.from('{"a":1}'))
    .setProtectedHeader({ alg, kid: 'k', ...header })
    .sign(importPrivateKey(privateJwk), { crit: { 'urn:example': true } });

describe('verification of a JWS (RFC 7515 §5.2)', () => {
  it.each(signingAlgorithms)('%s: takes what its key signed, and nothing that was changed', async (alg) => {
    const pair = await generateKeyPair(alg);
    const token = await sign(alg, pair, { typ: 'JWT' });
    const { header, payload } = await verifyJws(token, keysOf(alg, pair), [alg]);
    expect([header.typ, payload.toString()]).toEqual(['JWT', '{"a":1}']);
    const [head, , signature] = token.split('.');
    const changed = `${head}.${Buffer.from('{"a":2}').toString('base64url')}.${signature}`;
    await expect(verifyJws(changed, keysOf(alg, pair), [alg])).rejects.toThrow('does not fit');
    await expect(verifyJws(token, keysOf(alg, await generateKeyPair(alg)), [alg])).rejects.toThrow('does not fit');
  });

  it('an algorithm that is not asked for is refused (RFC 8725 §3.1)', async () => {
    const pair = await generateKeyPair('ES256');
    const token = await sign('ES256', pair);
    await expect(verifyJws(token, keysOf('ES256', pair), ['EdDSA', 'RS256'])).rejects.toThrow('not allowed');
  });

  it('no signature at all is refused (RFC 8725 §3.2)', async () => {
    const pair = await generateKeyPair('ES256');
    const token = `${Buffer.from('{"alg":"none","kid":"k"}').toString('base64url')}.e30.`;
    await expect(verifyJws(token, keysOf('ES256', pair), signingAlgorithms)).rejects.toThrow('not allowed');
  });

  it('an extension that has to be understood is refused (RFC 7515 §4.1.11)', async () => {
    const pair = await generateKeyPair('ES256');
    const token = await sign('ES256', pair, { crit: ['urn:example'], 'urn:example': 1 });
    await expect(verifyJws(token, keysOf('ES256', pair), ['ES256'])).rejects.toThrow('understood');
  });

  it('an RSA key of less than 2048 bits is refused (RFC 7518 §3.3)', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const keys = keysOf('RS256', { publicJwk: publicKey.export({ format: 'jwk' }) });
    const [head, payload] = (await sign('RS256', await generateKeyPair('RS256'))).split('.');
    await expect(verifyJws(`${head}.${payload}.AAAA`, keys, ['RS256'])).rejects.toThrow('2048 bits');
  });
});
