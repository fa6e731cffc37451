import { formatScope } from '../scope.js';
import { type ConfirmationClaim, tokenTypeOf } from './confirmation.js';

export interface IssuedTokens {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly scopes: readonly string[];
  /** What the access token is bound to; absent for a bearer token. */
  readonly cnf?: ConfirmationClaim | undefined;
  readonly refreshToken?: string | undefined;
  readonly idToken?: string | undefined;
}

/** The body of a successful token response (RFC 6749 §5.1, OIDC Core §3.1.3.3). Scope is always told, so nobody has to guess. */
export const tokenResponse = (issued: IssuedTokens): Readonly<Record<string, string | number>> => ({
  access_token: issued.accessToken,
  token_type: tokenTypeOf(issued.cnf),
  expires_in: issued.expiresIn,
  ...(issued.refreshToken === undefined ? {} : { refresh_token: issued.refreshToken }),
  ...(issued.idToken === undefined ? {} : { id_token: issued.idToken }),
  scope: formatScope(issued.scopes),
});
