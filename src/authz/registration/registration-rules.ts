import { knownClaims, userScopes } from '../../protocol/claims.js';
import type { RegistrationRules } from '../../protocol/client/client-registration.js';
import { accountScopes } from '../../protocol/resource/account-api.js';
import type { AuthzConfig } from '../deps.js';

/** Nobody is asked to let an application that anybody may have registered change how they sign in: an operator registers those. */
const isForStrangers = (scope: string): boolean => !Object.values<string>(accountScopes).includes(scope);

/** What this installation lets a client register for. */
export function registrationRules({
  signingKeys,
  claims,
  resources,
  clientRegistration: { requirePkce, policy },
}: AuthzConfig): RegistrationRules {
  const aboutUser = userScopes(claims.scopes);
  const isAllowed = (scope: string): boolean =>
    isForStrangers(scope) && (policy.scopes.length === 0 || policy.scopes.includes(scope));
  return {
    signingAlgorithms: signingKeys.algorithms,
    claims: knownClaims(claims.scopes),
    scopes: [...aboutUser, ...resources.flatMap(({ scopes }) => scopes)].filter(isAllowed),
    usualScopes: aboutUser.filter(isAllowed),
    grantTypes: policy.grantTypes,
    redirectHosts: policy.redirectHosts,
    requirePkce,
  };
}
