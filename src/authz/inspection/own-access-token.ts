import { verifyOwnJwt } from '../../crypto/jwt.js';
import { accessTokenTypes } from '../../protocol/access-token-types.js';
import { isAccessToken } from '../../protocol/token/access-token.js';
import type { Authz } from '../deps.js';

/** What introspection and revocation need of a JWT access token that we signed. */
export interface OwnAccessToken {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly jti: string;
  readonly clientId: string;
  readonly audience: readonly string[];
  readonly authorizationGrantId: string | undefined;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** A JWS in compact form has two dots (RFC 7515 §7.1), our opaque tokens have none. */
export const looksLikeJwt = (token: string): boolean => token.split('.').length === 3;

/** Verifies a JWT access token of our own (RFC 9068 §4); null for anything else, ID tokens included, and when it has expired. */
export async function verifyOwnAccessToken(authz: Authz, token: string): Promise<OwnAccessToken | null> {
  const keys = await authz.signingKeys.keySet();
  const expected = { issuer: authz.config.issuer, typ: accessTokenTypes, now: authz.clock.now() };
  const claims = await verifyOwnJwt(token, keys.find, expected);
  if (!claims || !isAccessToken(claims)) return null;
  const { jti, client_id: clientId, aud, iat, exp, grant_id: grantId } = claims;
  if (typeof jti !== 'string' || typeof clientId !== 'string' || iat === undefined || exp === undefined) return null;
  return {
    claims,
    jti,
    clientId,
    audience: [aud ?? []].flat(),
    authorizationGrantId: typeof grantId === 'string' ? grantId : undefined,
    issuedAt: new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
  };
}
