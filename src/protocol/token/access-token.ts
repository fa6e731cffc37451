import type { AccessTokenType } from '../access-token-types.js';
import { isType } from '../compact-jws.js';
import { type Fault, faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import type { ConfirmationClaim } from './confirmation.js';

/** The media type of a JWT access token, as its `typ` header has it (RFC 9068 §2.1). */
export const accessTokenType = 'at+jwt';

/** The claims of a JWT access token (RFC 9068 §2.2); `grant_id` is ours: the authorization grant that the token dies with. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly client_id: string;
  readonly scope: string;
  readonly auth_time?: number;
  readonly acr?: string;
  readonly amr?: readonly string[];
  readonly sid?: string;
  readonly grant_id?: string;
  readonly cnf?: ConfirmationClaim;
}

/** What an issuer decides before it writes a JWT access token (RFC 9068 §2.2, §2.2.1). */
export interface AccessTokenContent {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: readonly string[];
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly jti: string;
  readonly issuedAt: Date;
  /** Milliseconds. */
  readonly lifetime: number;
  /** How and when the user signed in; absent where no user is involved. */
  readonly authentication?: { readonly time: Date; readonly acr?: string; readonly amr?: readonly string[] };
  readonly sessionId?: string;
  readonly authorizationGrantId?: string;
  /** What the token is bound to; absent for a bearer token. */
  readonly cnf?: ConfirmationClaim | undefined;
}

const numericDate = (instant: number): number => Math.floor(instant / 1000);

/** Builds the claims of a JWT access token (RFC 9068 §2.2). */
export function buildAccessTokenClaims(content: AccessTokenContent): AccessTokenClaims {
  const { authentication, sessionId, authorizationGrantId, cnf } = content;
  const issuedAt = content.issuedAt.getTime();
  return {
    iss: content.issuer,
    sub: content.subject,
    aud: content.audience,
    exp: numericDate(issuedAt + content.lifetime),
    iat: numericDate(issuedAt),
    jti: content.jti,
    client_id: content.clientId,
    scope: content.scopes.join(' '),
    ...(authentication && { auth_time: numericDate(authentication.time.getTime()) }),
    ...(authentication?.acr !== undefined && { acr: authentication.acr }),
    ...(authentication?.amr !== undefined && { amr: authentication.amr }),
    ...(sessionId !== undefined && { sid: sessionId }),
    ...(authorizationGrantId !== undefined && { grant_id: authorizationGrantId }),
    ...(cnf !== undefined && { cnf }),
  };
}

const foreign = faults.tokenForeign;

/** Why an access token is refused, by the fixed words of logs and metrics, and what its bearer is told of it (RFC 6750 §3.1). */
const refusals = {
  malformed: faults.tokenMalformed,
  algorithm: foreign,
  type: faults.tokenOfAnotherKind,
  unknown_key: foreign,
  signature: foreign,
  claims: faults.tokenIncomplete,
  issuer: foreign,
  audience: faults.tokenOfAnotherAudience,
  shared_audience: faults.tokenGoodElsewhere,
  expired: faults.tokenExpired,
  not_yet_valid: faults.tokenNotYetValid,
  sender_constrained: faults.tokenBoundToKey,
  inactive: faults.tokenNotActive,
} as const satisfies Record<string, Fault>;

/** The reason of a refused access token (RFC 6750 §3.1). */
export type AccessTokenFault = keyof typeof refusals;

/** A refused access token (RFC 6750 §3.1 `invalid_token`). */
export class AccessTokenError extends OAuthError {
  constructor(
    readonly fault: AccessTokenFault,
    cause?: unknown,
    /** What the token said that does not fit: for the log. Before the signature is verified, nothing of it is proven. */
    readonly found: Readonly<Record<string, unknown>> = {},
  ) {
    super('invalid_token', { fault: refusals[fault], detail: `access token: ${fault}`, cause });
  }
}

/**
 * Nobody can say whether a token is good, because the issuer does not answer. That is no fault of the token: a client that
 * is told `invalid_token` would throw away a good one (RFC 6750 §3.1, RFC 9110 §15.6.4).
 */
export class AccessTokenUnverifiableError extends OAuthError {
  constructor(detail: string, retryAfter: number, cause?: unknown) {
    super('temporarily_unavailable', { detail, retryAfter, cause });
  }
}

/**
 * Asserts that a JWT says of itself that it is an access token (RFC 9068 §4). An ID token or a logout token of the same issuer must not
 * pass (RFC 8725 §3.11): where `JWT` is accepted, {@link isAccessToken} has to be asked as well.
 * @throws AccessTokenError type
 */
export function assertAccessTokenType(typ: unknown, accepted: readonly AccessTokenType[] = [accessTokenType]): void {
  if (!accepted.some((type) => isType(typ, type))) throw new AccessTokenError('type', undefined, { typ });
}

/** What only ID tokens say (OIDC Core §2, §3.3.2.11); ours always have `at_hash`, whatever else is put into them. */
const ofIdTokens = ['at_hash', 'c_hash', 's_hash', 'nonce'];

/**
 * Whether claims are those of an access token (RFC 9068 §2.2): it names the client in `client_id`, has `jti` and `scope`, and nothing that
 * belongs into an ID token. The audience alone would not tell, as a client may be named like a resource (RFC 8725 §3.12).
 */
export const isAccessToken = (claims: Readonly<Record<string, unknown>>): boolean =>
  isText(claims.client_id) &&
  isText(claims.jti) &&
  typeof claims.scope === 'string' &&
  ofIdTokens.every((claim) => claims[claim] === undefined);

/** What a verifier knows and compares a token with (RFC 9068 §4). */
export interface AccessTokenExpectations {
  readonly issuer: string;
  /** The resource's own identifier: one of the token's audiences has to be exactly this. */
  readonly audience: string;
  readonly now: Date;
  /** How many milliseconds the clocks of issuer and verifier may differ (RFC 7519 §4.1.4). */
  readonly clockSkew: number;
}

declare const proof: unique symbol;

/** An access token that passed every rule: only {@link validateAccessTokenClaims} makes one (RFC 9068 §4). */
export interface VerifiedAccessToken {
  readonly [proof]: true;
  readonly subject: string;
  readonly clientId: string;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
  /** Everything that the issuer said, in the spelling of RFC 9068 §2.2. */
  readonly claims: Readonly<Record<string, unknown>>;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const texts = (value: unknown): readonly string[] => {
  const list = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every(isText) ? list : [];
};

/** Asserts `iss` and `aud` by exact comparison (RFC 9068 §4, RFC 3986 §6.2.1). */
function assertParties(claims: Readonly<Record<string, unknown>>, expected: AccessTokenExpectations): void {
  const { iss: issuer, aud: audience } = claims;
  if (issuer !== expected.issuer) throw new AccessTokenError('issuer', undefined, { issuer });
  if (!texts(audience).includes(expected.audience)) throw new AccessTokenError('audience', undefined, { audience });
}

/** Asserts `exp` and `nbf` with the allowed skew (RFC 7519 §4.1.4, §4.1.5). */
function assertTimes(claims: { exp: number; nbf?: unknown }, { now, clockSkew }: AccessTokenExpectations): void {
  const { exp, nbf } = claims;
  if (now.getTime() >= exp * 1000 + clockSkew) throw new AccessTokenError('expired', undefined, { exp });
  if (nbf === undefined) return;
  if (!isTime(nbf)) throw new AccessTokenError('claims', undefined, { nbf });
  if (now.getTime() < nbf * 1000 - clockSkew) throw new AccessTokenError('not_yet_valid', undefined, { nbf });
}

/**
 * Applies the rules of RFC 9068 §4 to claims whose origin is proven: by signature, or because the issuer itself sent them.
 * A token bound to a key (`cnf`, RFC 7800 §3.1) is refused: presented as a mere bearer token, it is presented by a thief
 * (RFC 9449 §7.2, RFC 8705 §3).
 * @throws AccessTokenError
 */
export function validateAccessTokenClaims(
  claims: Readonly<Record<string, unknown>>,
  expected: AccessTokenExpectations,
): VerifiedAccessToken {
  const { sub, client_id: clientId, exp, nbf, scope = '' } = claims;
  assertParties(claims, expected);
  if (!isTime(exp)) throw new AccessTokenError('claims');
  assertTimes({ exp, nbf }, expected);
  if (!isText(sub) || !isText(clientId) || typeof scope !== 'string') throw new AccessTokenError('claims');
  if (claims.cnf !== undefined) throw new AccessTokenError('sender_constrained');
  const token: Omit<VerifiedAccessToken, typeof proof> = {
    subject: sub,
    clientId,
    audience: texts(claims.aud),
    scopes: scope.split(' ').filter((part) => part !== ''),
    expiresAt: new Date(exp * 1000),
    claims,
  };
  return token as VerifiedAccessToken;
}
