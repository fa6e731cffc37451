import { audienceOf, narrowResources, scopesOf } from '../../protocol/authorization/resource-indicators.js';
import { limitScopeToRegistration, limitScopeToResources, narrowScope, parseScope } from '../../protocol/scope.js';
import type { AuthenticatedClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';
import type { Authority } from './issue-tokens.js';

/** What a user granted. */
interface Granted {
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
}

/**
 * What an access token is good for that comes from an authorization grant: of what was granted, what is asked for now
 * (RFC 8707 §2.2, RFC 6749 §6) and what the client is still registered for.
 * @param scopes empty for all that was granted
 * @throws OAuthError invalid_scope, invalid_target
 */
export function grantedAuthority(
  authz: Authz,
  client: AuthenticatedClient,
  granted: Granted,
  { resource, scopes }: { readonly resource: readonly string[]; readonly scopes: readonly string[] },
): Authority {
  const audience = audienceOf(narrowResources(resource, granted.resources, authz.config), authz.config);
  const narrowed = limitScopeToResources(narrowScope(scopes, granted.scopes), scopesOf(audience, authz.config));
  return { audience, scopes: limitScopeToRegistration(narrowed, parseScope(client.metadata.scope)) };
}
