import type { OAuthError } from '../protocol/oauth-error.js';
import { InsufficientAuthenticationError, InsufficientScopeError } from '../protocol/resource/bearer.js';
import { AccessTokenError, type AccessTokenFault } from '../protocol/token/access-token.js';

/** Why a request was refused: the fixed label set of `token_validation_failures_total`. */
export type RefusalReason = AccessTokenFault | 'presentation' | 'scope' | 'authentication' | 'unavailable';

export function refusalReason(error: OAuthError): RefusalReason {
  if (error instanceof AccessTokenError) return error.fault;
  if (error instanceof InsufficientScopeError) return 'scope';
  if (error instanceof InsufficientAuthenticationError) return 'authentication';
  return error.status < 500 ? 'presentation' : 'unavailable';
}
