import { compactVerify, decodeJwt, decodeProtectedHeader, type ProtectedHeaderParameters } from 'jose';
import type { Clock } from '../clock.js';
import type { AccessTokenType } from '../protocol/access-token-types.js';
import { isCompactJws, isType } from '../protocol/compact-jws.js';
import {
  AccessTokenError,
  type AccessTokenExpectations,
  type AccessTokenFault,
  AccessTokenUnverifiableError,
  accessTokenType,
  assertAccessTokenType,
  isAccessToken,
  type VerifiedAccessToken,
  validateAccessTokenClaims,
} from '../protocol/token/access-token.js';
import type { KeySet } from './key-set.js';

export interface JwtVerification {
  readonly issuer: string;
  readonly audience: string;
  /** Milliseconds. */
  readonly clockSkew: number;
  readonly clock: Clock;
  /** Asymmetric ones only: a public key must never become an HMAC secret (RFC 8725 §3.1). */
  readonly algorithms: readonly string[];
  /** `typ` of the tokens that are taken. */
  readonly types: readonly AccessTokenType[];
  readonly keys: KeySet;
}

const faults: Readonly<Record<string, AccessTokenFault>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm',
  ERR_JOSE_NOT_SUPPORTED: 'algorithm',
  ERR_JWKS_NO_MATCHING_KEY: 'unknown_key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'unknown_key',
  ERR_JWS_INVALID: 'malformed',
};

/** The issuer that a token names without proof: where to look when no key fits. */
function claimedIssuer(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** Whatever the library says about a token, its bearer is told `invalid_token` and one of our sentences; findings are for the log. */
function asRefusal(error: unknown, token: string, { kid, alg }: ProtectedHeaderParameters): Error {
  if (error instanceof AccessTokenUnverifiableError) return error;
  const fault =
    error instanceof AccessTokenError ? error.fault : (faults[(error as { code?: string }).code ?? ''] ?? 'signature');
  return new AccessTokenError(fault, error, { kid, alg, issuer: claimedIssuer(token) });
}

/** The header of a JWS in compact form, or undefined: then the token is opaque (RFC 7515 §7.1). */
export function jwsHeader(token: string): ProtectedHeaderParameters | undefined {
  if (token.split('.').length !== 3) return undefined;
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

function parseClaims(payload: Uint8Array): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims };
  } catch (cause) {
    throw new AccessTokenError('malformed', cause);
  }
  throw new AccessTokenError('malformed');
}

/** Algorithm and type before anything else, so that no odd header ever causes a fetch of keys (RFC 8725 §3.1, §3.11). */
function assertHeader(
  header: ProtectedHeaderParameters,
  { algorithms, types }: Pick<JwtVerification, 'algorithms' | 'types'>,
): void {
  assertAccessTokenType(header.typ, types);
  const { alg } = header;
  if (typeof alg !== 'string' || !algorithms.includes(alg)) throw new AccessTokenError('algorithm', undefined, { alg });
  // No extension of the header is understood here (RFC 7515 §4.1.11), `b64` least of all (RFC 7797 §7).
  if (header.crit !== undefined) throw new AccessTokenError('malformed');
}

/** Verifies access tokens that are JWTs by the issuer's keys (RFC 9068 §4). */
export function createJwtVerifier({ keys, algorithms, types, clock, ...parties }: JwtVerification) {
  const expectations = (): AccessTokenExpectations => ({ ...parties, now: clock.now() });
  return async (token: string, header: ProtectedHeaderParameters): Promise<VerifiedAccessToken> => {
    if (!isCompactJws(token)) throw new AccessTokenError('malformed');
    assertHeader(header, { algorithms, types });
    const { payload } = await compactVerify(token, (protectedHeader) => keys.find(protectedHeader), {
      algorithms: [...algorithms],
    }).catch((error) => Promise.reject(asRefusal(error, token, header)));
    const claims = parseClaims(payload);
    const { typ } = header;
    if (!isType(typ, accessTokenType) && !isAccessToken(claims)) throw new AccessTokenError('type', undefined, { typ });
    return validateAccessTokenClaims(claims, expectations());
  };
}
