import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  generateKeyPair,
  importPrivateKey,
  signJwt,
  type VerificationKey,
  verifyOwnJwt,
} from '../../../src/crypto/jwt.js';
import { type SigningAlgorithm, signingAlgorithms } from '../../../src/protocol/signing-algorithm.js';

const now = new Date('2030-01-01T00:00:00Z');
const seconds = now.getTime() / 1000;
const issuer = 'https://issuer.example';

async function keyFor(alg: SigningAlgorithm, kid: string = alg) {
  const pair = await generateKeyPair(alg);
  const verification: VerificationKey = {
    kid,
    alg,
    publicKey: createPublicKey({ key: pair.publicJwk, format: 'jwk' }),
  };
  return { signing: { kid, alg, privateKey: importPrivateKey(pair.privateJwk) }, verification };
}

describe('JWS with every algorithm (RFC 7518 §3.1)', () => {
  it.each(signingAlgorithms)('%s signs what verifies', async (alg) => {
    const { signing, verification } = await keyFor(alg);
    const token = await signJwt(signing, 'JWT', { iss: issuer, exp: seconds + 60, iat: seconds });
    const find = (kid: string) => (kid === alg ? verification : undefined);
    expect(await verifyOwnJwt(token, find, { issuer, typ: 'JWT', now })).toMatchObject({ iss: issuer });
  });
});

describe('verification of our own tokens (RFC 8725 §3)', () => {
  const cases: [string, object, string, boolean][] = [
    ['good', { iss: issuer, exp: seconds + 60, iat: seconds }, 'JWT', true],
    ['expired (RFC 7519 §4.1.4)', { iss: issuer, exp: seconds - 1, iat: seconds - 60 }, 'JWT', false],
    [
      'not yet valid (RFC 7519 §4.1.5)',
      { iss: issuer, exp: seconds + 60, iat: seconds, nbf: seconds + 30 },
      'JWT',
      false,
    ],
    ['of another issuer', { iss: 'https://other.example', exp: seconds + 60, iat: seconds }, 'JWT', false],
    ['without exp', { iss: issuer, iat: seconds }, 'JWT', false],
    ['of another purpose (RFC 8725 §3.11)', { iss: issuer, exp: seconds + 60, iat: seconds }, 'logout+jwt', false],
  ];
  it.each(cases)('%s', async (_, claims, typ, good) => {
    const { signing, verification } = await keyFor('ES256');
    const token = await signJwt(signing, typ, claims);
    expect((await verifyOwnJwt(token, () => verification, { issuer, typ: 'JWT', now })) !== null).toBe(good);
  });

  it('takes an expired token where that is asked for, yet not a forged one', async () => {
    const { signing, verification } = await keyFor('ES256');
    const other = await keyFor('ES256');
    const claims = { iss: issuer, exp: seconds - 999, iat: seconds - 9999 };
    const expected = { issuer, typ: 'JWT', now, acceptExpired: true };
    expect(await verifyOwnJwt(await signJwt(signing, 'JWT', claims), () => verification, expected)).not.toBeNull();
    expect(await verifyOwnJwt(await signJwt(other.signing, 'JWT', claims), () => verification, expected)).toBeNull();
  });

  it('refuses a key with another algorithm than its own (RFC 8725 §3.1)', async () => {
    const { signing, verification } = await keyFor('RS256');
    const token = await signJwt(signing, 'JWT', { iss: issuer, exp: seconds + 60, iat: seconds });
    expect(
      await verifyOwnJwt(token, () => ({ ...verification, alg: 'PS256' }), { issuer, typ: 'JWT', now }),
    ).toBeNull();
  });

  it('looks at the clock again when the signature is known already', async () => {
    const { signing, verification } = await keyFor('ES256');
    const token = await signJwt(signing, 'JWT', { iss: issuer, exp: seconds + 60, iat: seconds });
    let keys = [verification];
    const find = (kid: string) => keys.find((key) => key.kid === kid);
    const at = (moment: Date, typ = 'JWT', from = issuer) =>
      verifyOwnJwt(token, find, { issuer: from, typ, now: moment });
    expect(await at(now)).not.toBeNull();
    expect(await at(now)).not.toBeNull();
    expect(await at(new Date(now.getTime() + 60_000))).toBeNull();
    expect(await at(now, 'at+jwt')).toBeNull();
    expect(await at(now, 'JWT', 'https://other.example')).toBeNull();
    keys = [];
    expect(await verifyOwnJwt(token, (kid) => find(kid), { issuer, typ: 'JWT', now })).toBeNull();
  });
});

describe('S25: one token has one text (RFC 7515 §7.1)', () => {
  it.each([
    ['white space within', (token: string) => token.replace('.', '. ')],
    ['a line break at the end', (token: string) => `${token}\n`],
    ['padding', (token: string) => `${token}==`],
    ['a fourth part', (token: string) => `${token}.`],
    ['bits that mean nothing', (token: string) => token.slice(0, -1) + nextInBase64url(token.at(-1) ?? '')],
    ['more than 8 KB', (token: string) => token, 'x'.repeat(8192)],
  ])('%s is refused', async (_, change, filler = '') => {
    const { signing, verification } = await keyFor('ES256');
    const token = await signJwt(signing, 'JWT', { iss: issuer, exp: seconds + 60, iat: seconds, filler });
    expect(await verifyOwnJwt(change(token), () => verification, { issuer, typ: 'JWT', now })).toBeNull();
  });
});

/** ES256 signatures have 64 bytes, so that the last character holds four bits which no byte takes. */
function nextInBase64url(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) + 1] ?? '';
}
