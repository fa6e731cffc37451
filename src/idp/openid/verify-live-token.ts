import { hashToken } from '../../crypto/digest.js';
import { verifyOwnJwt } from '../../crypto/jwt.js';
import { accessTokenTypes } from '../../protocol/access-token-types.js';
import { isCompactJws } from '../../protocol/compact-jws.js';
import {
  AccessTokenError,
  type AccessTokenExpectations,
  buildAccessTokenClaims,
  isAccessToken,
  type VerifiedAccessToken,
  validateAccessTokenClaims,
} from '../../protocol/token/access-token.js';
import { findLiveGrant, type GrantFacts } from '../../storage/grants/authorization-grants.js';
import type { UserClaims } from '../../storage/people/users.js';
import { findOpaqueAccessToken } from '../../storage/tokens/access-token.js';
import type { Idp } from '../deps.js';

/** An access token of ours whose authorization grant is alive, and whose user that is. */
export type LiveAccessToken = VerifiedAccessToken & {
  readonly user: UserClaims;
  readonly grant: GrantFacts;
};

const expectations = ({ config, clock }: Idp, audience: string): AccessTokenExpectations => ({
  issuer: config.issuer,
  audience,
  now: clock.now(),
  clockSkew: 0,
});

async function verifyJwt(idp: Idp, token: string, expected: AccessTokenExpectations): Promise<LiveAccessToken> {
  if (!isCompactJws(token)) throw new AccessTokenError('malformed');
  const { find } = await idp.signingKeys.keySet();
  // Its times are checked with its claims, so that the log can tell an expired token from a forged one.
  const payload = await verifyOwnJwt(token, find, { ...expected, typ: accessTokenTypes, acceptExpired: true });
  if (!payload) throw new AccessTokenError('signature');
  if (!isAccessToken(payload)) throw new AccessTokenError('type');
  const verified = validateAccessTokenClaims(payload, expected);
  const { grant_id: grantId, iat } = verified.claims;
  if (typeof grantId !== 'string' || typeof iat !== 'number') throw new AccessTokenError('claims');
  const live = await findLiveGrant(idp.sql, grantId, new Date(iat * 1000));
  if (!live) throw new AccessTokenError('inactive');
  return { ...verified, user: live.user, grant: live.grant };
}

/** An opaque token means what a JWT would say. */
async function verifyOpaque(idp: Idp, token: string, expected: AccessTokenExpectations): Promise<LiveAccessToken> {
  const found = await findOpaqueAccessToken(idp.sql, hashToken(token), expected.now);
  if (!found?.grant || !found.user) throw new AccessTokenError('inactive');
  const { clientId, pairwiseClient, issuedAt, expiresAt, grant, user, payload } = found;
  const { subjectOf } = await idp.subjects.seenBy(pairwiseClient);
  const claims = buildAccessTokenClaims({
    issuer: expected.issuer,
    subject: subjectOf(grant.userId),
    audience: payload.audience,
    clientId,
    scopes: payload.scopes,
    jti: payload.jti,
    issuedAt,
    lifetime: expiresAt.getTime() - issuedAt.getTime(),
    authorizationGrantId: grant.authorizationGrantId,
    cnf: payload.cnf,
  });
  return { ...validateAccessTokenClaims({ ...claims }, expected), user, grant };
}

/**
 * Verifies one of our own access tokens against the database (RFC 6750 §3.1): for this audience, not expired, and its
 * authorization grant, user and client still alive. One select either way.
 * @throws OAuthError invalid_token
 */
export function verifyLiveToken(idp: Idp, token: string, audience: string): Promise<LiveAccessToken> {
  const expected = expectations(idp, audience);
  return token.split('.').length === 3 ? verifyJwt(idp, token, expected) : verifyOpaque(idp, token, expected);
}
