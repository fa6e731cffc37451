import { matchRedirectUri } from '../redirect-uri.js';
import type { ValidatedAuthorizationRequest } from './authorization-request.js';

export interface AccountRequest {
  /** The account page to which the browser goes afterwards. */
  readonly returnTo: string;
  /** Seconds since the sign-in that are good enough. */
  readonly maxAge?: number;
  /** Whose account it is, is chosen first. */
  readonly choosesAccount?: boolean;
  /** Whatever second factor they have is to be proven. */
  readonly strong?: boolean;
}

/**
 * What somebody asks who wants to see their own account: to be signed in (OIDC Core §3.1.2.3) no longer ago than `max_age`, perhaps as
 * another one of their accounts, and nothing for a client (OIDC Core §3.1.2.1).
 */
export function accountRequest({
  returnTo,
  maxAge,
  choosesAccount = false,
  strong = false,
}: AccountRequest): ValidatedAuthorizationRequest {
  const own = { registered: [returnTo], requested: returnTo, openid: true, native: false };
  const request: Partial<ValidatedAuthorizationRequest> = {
    clientId: '',
    redirectUri: matchRedirectUri(own),
    redirectUriNamed: true,
    responseMode: 'query',
    scopes: [],
    resources: [],
    prompts: choosesAccount ? ['select_account'] : [],
    // As much as there is: who has one factor only is not asked to set up another.
    acrValues: strong ? ['aal2', 'aal1'] : [],
    ...(maxAge === undefined ? {} : { maxAge }),
  };
  return request as ValidatedAuthorizationRequest;
}
