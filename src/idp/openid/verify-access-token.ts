import { hashToken } from '../../crypto/digest.js';
import { verifyOwnJwt } from '../../crypto/jwt.js';
import { assertScope } from '../../protocol/resource/bearer.js';
import { AccessTokenError, accessTokenType, validateAccessTokenClaims } from '../../protocol/token/access-token.js';
import { findLiveGrant } from '../../storage/authorization-grants.js';
import { findOpaqueAccessToken } from '../../storage/tokens/access-token.js';
import type { UserClaims } from '../../storage/users.js';
import type { Idp } from '../deps.js';

/** An access token that opens userinfo: for whom, and for which scopes. */
export interface UserinfoAccess {
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly user: UserClaims;
}

const required = ['openid'];

async function verifyJwt(idp: Idp, token: string): Promise<UserinfoAccess> {
  const { issuer } = idp.config;
  const { find } = await idp.signingKeys.keySet();
  const now = idp.clock.now();
  // Its times are checked with its claims, so that the log can tell an expired token from a forged one.
  const payload = await verifyOwnJwt(token, find, { issuer, typ: accessTokenType, now, acceptExpired: true });
  if (!payload) throw new AccessTokenError('signature');
  const { scopes, claims } = validateAccessTokenClaims(payload, { issuer, audience: issuer, now, clockSkew: 0 });
  assertScope(scopes, required);
  if (typeof claims.grant_id !== 'string' || typeof claims.iat !== 'number') throw new AccessTokenError('claims');
  const live = await findLiveGrant(idp.sql, claims.grant_id, new Date(claims.iat * 1000));
  if (!live) throw new AccessTokenError('inactive');
  return { subject: live.grant.userId, scopes, user: live.user };
}

async function verifyOpaque(idp: Idp, token: string): Promise<UserinfoAccess> {
  const found = await findOpaqueAccessToken(idp.sql, hashToken(token), idp.clock.now());
  if (!found) throw new AccessTokenError('inactive');
  const { audience, scopes } = found.payload;
  if (!audience.includes(idp.config.issuer)) throw new AccessTokenError('audience');
  assertScope(scopes, required);
  if (!found.grant || !found.user) throw new AccessTokenError('inactive');
  return { subject: found.grant.userId, scopes, user: found.user };
}

/**
 * Whether a token opens userinfo (OIDC Core §5.3.1, RFC 6750 §3.1): ours, for this issuer, with `openid`, not expired, and
 * its authorization grant, user and client still alive. One select either way.
 * @throws OAuthError invalid_token, insufficient_scope
 */
export const verifyAccessToken = (idp: Idp, token: string): Promise<UserinfoAccess> =>
  token.split('.').length === 3 ? verifyJwt(idp, token) : verifyOpaque(idp, token);
