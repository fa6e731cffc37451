import { constants, createHmac, createSecretKey, KeyObject, verify, type webcrypto } from 'node:crypto';
import { decodeProtectedHeader, errors, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose';
import type { SigningAlgorithm } from '../protocol/signing-algorithm.js';
import { equalInConstantTime } from './digest.js';
import { ecdsaSignatureToDer } from './ecdsa-signature.js';

/** Finds the key that a JWS names; what jose's key sets are. */
export type FindJwsKey = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<webcrypto.CryptoKey>;

export interface VerifiedJws {
  readonly header: JWSHeaderParameters;
  readonly payload: Buffer;
}

/** Whether a signature fits (RFC 7518 §3, RFC 8037 §3.1, RFC 9864 §2.2); keys go as they are where they can, see `signature` in jwt.ts. */
const fits: Readonly<Record<SigningAlgorithm, (signed: Buffer, key: KeyObject, signature: Buffer) => boolean>> = {
  ES256(signed, key, signature) {
    const der = ecdsaSignatureToDer(signature);
    return der !== undefined && verify('sha256', signed, key, der);
  },
  EdDSA: (signed, key, signature) => verify(null, signed, key, signature),
  Ed25519: (signed, key, signature) => verify(null, signed, key, signature),
  RS256: (signed, key, signature) => verify('sha256', signed, key, signature),
  PS256: (signed, key, signature) => verify('sha256', signed, { key, ...pss }, signature),
};

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

const shortestModulus = 2048;

const keyObjects = new WeakMap<webcrypto.CryptoKey, KeyObject>();

/** @throws Error for an RSA key that is too short (RFC 7518 §3.3, §3.5) */
function keyObjectOf(key: webcrypto.CryptoKey): KeyObject {
  const known = keyObjects.get(key);
  if (known) return known;
  const imported = KeyObject.from(key);
  const { modulusLength = shortestModulus } = imported.asymmetricKeyDetails ?? {};
  if (modulusLength < shortestModulus) throw new Error(`an RSA key needs ${shortestModulus} bits`);
  keyObjects.set(key, imported);
  return imported;
}

const isAmong = (alg: unknown, algorithms: readonly SigningAlgorithm[]): alg is SigningAlgorithm =>
  algorithms.some((allowed) => allowed === alg);

/**
 * Verifies a JWS in compact form (RFC 7515 §5.2), `isCompactJws` already asked, by a key of the algorithm that its header names. Done
 * here and now: the way over Web Crypto costs as much again as the signature.
 * @param algorithms those that may be named; extensions that have to be understood (`crit`) never are (RFC 7515 §4.1.11)
 * @throws JOSEAlgNotAllowed, Error whatever else is wrong, and what `findKey` throws
 */
export async function verifyJws(
  token: string,
  findKey: FindJwsKey,
  algorithms: readonly SigningAlgorithm[],
): Promise<VerifiedJws> {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const header = decodeProtectedHeader(token);
  const { alg, crit } = header;
  if (!isAmong(alg, algorithms)) throw new errors.JOSEAlgNotAllowed('the algorithm is not allowed');
  if (crit !== undefined) throw new Error('an extension has to be understood');
  const key = keyObjectOf(await findKey(header as JWSHeaderParameters, { protected: head, payload, signature }));
  const signed = Buffer.from(`${head}.${payload}`, 'latin1');
  if (!fits[alg](signed, key, Buffer.from(signature, 'base64url'))) throw new Error('the signature does not fit');
  return { header: header as JWSHeaderParameters, payload: Buffer.from(payload, 'base64url') };
}

/**
 * Verifies a JWS in compact form by a secret (RFC 7518 §3.2), `isCompactJws` already asked. HS256 alone: an algorithm of keys is
 * not allowed.
 * @throws JOSEAlgNotAllowed, Error whatever else is wrong
 */
export function verifyJwsBySecret(token: string, secret: Buffer): VerifiedJws {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const header = decodeProtectedHeader(token);
  if (header.alg !== 'HS256') throw new errors.JOSEAlgNotAllowed('the algorithm is not allowed');
  if (header.crit !== undefined) throw new Error('an extension has to be understood');
  const expected = createHmac('sha256', createSecretKey(secret)).update(`${head}.${payload}`).digest();
  if (!equalInConstantTime(expected, Buffer.from(signature, 'base64url')))
    throw new Error('the signature does not fit');
  return { header: header as JWSHeaderParameters, payload: Buffer.from(payload, 'base64url') };
}
