import { knownClaims, userScopes } from '../../protocol/claims.js';
import type { RegistrationRules } from '../../protocol/client/client-registration.js';
import type { AuthzConfig } from '../deps.js';

/** What this installation lets a client register for. */
export function registrationRules({
  signingKeys,
  claims,
  resources,
  clientRegistration,
}: AuthzConfig): RegistrationRules {
  const usualScopes = userScopes(claims.scopes);
  return {
    signingAlgorithms: signingKeys.algorithms,
    claims: knownClaims(claims.scopes),
    scopes: [...usualScopes, ...resources.flatMap(({ scopes }) => scopes)],
    usualScopes,
    requirePkce: clientRegistration.requirePkce,
  };
}
