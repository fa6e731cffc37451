import {
  constants,
  createPrivateKey,
  generateKeyPair as generateKeyPairWithCallback,
  type JsonWebKey,
  type KeyObject,
  sign as signWithCallback,
} from 'node:crypto';
import { promisify } from 'node:util';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { RequestEncryption } from '../protocol/client/request-encryption.js';
import { isCompactJws, isType } from '../protocol/compact-jws.js';
import { type SigningAlgorithm, signingAlgorithms } from '../protocol/signing-algorithm.js';
import { hashToken } from './digest.js';
import { ecdsaSignatureFromDer } from './ecdsa-signature.js';

export interface SigningKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly privateKey: KeyObject;
}

export interface GeneratedKey {
  readonly publicJwk: JsonWebKey;
  readonly privateJwk: JsonWebKey;
}

const generateAsync = promisify(generateKeyPairWithCallback) as unknown as (
  type: string,
  options: object,
) => Promise<{ publicKey: KeyObject; privateKey: KeyObject }>;

/** What a key pair of ours can be for. */
export type KeyAlgorithm = SigningAlgorithm | RequestEncryption;

const keyTypes: Record<KeyAlgorithm, readonly [string, object]> = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519', {}],
  Ed25519: ['ed25519', {}],
  'RSA-OAEP-256': ['rsa', { modulusLength: 2048 }],
  'ECDH-ES': ['ec', { namedCurve: 'P-256' }],
};

/** A new key pair for one algorithm; RSA has 2048 bits (RFC 7518 §3.3). */
export async function generateKeyPair(alg: KeyAlgorithm): Promise<GeneratedKey> {
  const { publicKey, privateKey } = await generateAsync(...keyTypes[alg]);
  return { publicJwk: publicKey.export({ format: 'jwk' }), privateJwk: privateKey.export({ format: 'jwk' }) };
}

export const importPrivateKey = (jwk: JsonWebKey): KeyObject => createPrivateKey({ key: jwk, format: 'jwk' });

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * RSA costs most of a millisecond: it goes to the thread pool. EC and Ed25519 are cheaper than the hop (decision 0010), and get their
 * key as it is: of one that comes with options Node 24 finds out by errors that it is no KeyObject, which costs more than to sign.
 */
function signature(key: SigningKey, input: Buffer): Buffer | Promise<Buffer> {
  switch (key.alg) {
    case 'ES256':
      return ecdsaSignatureFromDer(signWithCallback('sha256', input, key.privateKey));
    case 'EdDSA':
    case 'Ed25519':
      return signWithCallback(null, input, key.privateKey);
    case 'RS256':
      return signInThreadPool('sha256', input, { key: key.privateKey });
    case 'PS256':
      return signInThreadPool('sha256', input, {
        key: key.privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      });
  }
}

const signInThreadPool = promisify(signWithCallback) as (
  algorithm: string,
  input: Buffer,
  key: { key: KeyObject; padding?: number; saltLength?: number },
) => Promise<Buffer>;

const headers = new WeakMap<SigningKey, Map<string, string>>();

/** The header part for a key and a `typ`, made once. */
function headerOf(key: SigningKey, typ: string): string {
  const ofKey = headers.get(key) ?? new Map<string, string>();
  headers.set(key, ofKey);
  const header = ofKey.get(typ) ?? encode({ alg: key.alg, typ, kid: key.kid });
  ofKey.set(typ, header);
  return header;
}

/** A JWS in compact form (RFC 7515 §7.1). `typ` says what the token is for, so that none passes for another (RFC 8725 §3.11). */
export async function signJwt(key: SigningKey, typ: string, claims: object): Promise<string> {
  const input = `${headerOf(key, typ)}.${encode(claims)}`;
  return `${input}.${(await signature(key, Buffer.from(input))).toString('base64url')}`;
}

/** The public half of a signing key, as the verifier finds it by `kid`. */
export interface VerificationKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly publicKey: KeyObject;
}

export interface JwtExpectations {
  readonly issuer: string;
  /** One of these `typ` values, compared without `application/` and case (RFC 7515 §4.1.9). */
  readonly typ: string | readonly string[];
  readonly now: Date;
  /** An expired ID token is still good as a hint (OIDC RP-Initiated Logout §2). */
  readonly acceptExpired?: boolean;
}

type FindKey = (kid: string) => VerificationKey | undefined;

/**
 * Signatures that were found good, per set of keys: the set is replaced every few seconds, and with it goes what was
 * found under a key that is no more. A busy token costs one verification in that time.
 */
const verified = new WeakMap<FindKey, VerifiedTokens>();

/** By the token's hash; what they hold is counted by the length of the tokens. */
interface VerifiedTokens {
  readonly payloads: Map<string, JWTPayload>;
  length: number;
}

const mostVerified = 1_000;
const longestVerified = 2_000_000;

function remember(known: VerifiedTokens, name: string, payload: JWTPayload, { length }: string): void {
  if (known.payloads.size >= mostVerified || known.length + length > longestVerified) {
    known.payloads.clear();
    known.length = 0;
  }
  known.payloads.set(name, Object.freeze(payload));
  known.length += length;
}

/** Everything about the token that time does not change: key, algorithm, signature, `typ`, `iss`, required claims. */
async function verifySignature(token: string, findKey: FindKey, { issuer, typ }: JwtExpectations): Promise<JWTPayload> {
  if (!isCompactJws(token)) throw new errors.JWSInvalid('not in compact form');
  const known = verified.get(findKey) ?? { payloads: new Map(), length: 0 };
  verified.set(findKey, known);
  const name = `${typ} ${issuer} ${hashToken(token).toString('base64url')}`;
  const before = known.payloads.get(name);
  if (before) return before;
  const { payload, protectedHeader } = await jwtVerify(
    token,
    (header) => {
      const key = findKey(header.kid ?? '');
      if (!key || key.alg !== header.alg) throw new Error('unknown key');
      return key.publicKey;
    },
    {
      issuer,
      requiredClaims: ['exp', 'iat'],
      algorithms: [...signingAlgorithms],
      // Time is asked by the caller: the answer is kept.
      currentDate: new Date(0),
      clockTolerance: Number.MAX_SAFE_INTEGER,
    },
  );
  if (![typ].flat().some((type) => isType(protectedHeader.typ, type))) throw new Error('another type');
  remember(known, name, payload, token);
  return payload;
}

/** RFC 7519 §4.1.4, §4.1.5; jose has seen to it that both are numbers. */
const isInTime = ({ exp = 0, nbf = 0 }: JWTPayload, now: Date): boolean =>
  exp * 1000 > now.getTime() && nbf * 1000 <= now.getTime();

/**
 * Verifies a JWT that we issued ourselves: known `kid`, that key's own `alg`, `typ`, `iss`, `exp` and `nbf` (RFC 8725 §3).
 * @returns the claims, or null for anything that is not such a token
 */
export async function verifyOwnJwt(
  token: string,
  findKey: FindKey,
  expected: JwtExpectations,
): Promise<JWTPayload | null> {
  try {
    const payload = await verifySignature(token, findKey, expected);
    return expected.acceptExpired || isInTime(payload, expected.now) ? payload : null;
  } catch {
    return null;
  }
}
