import {
  audienceOf,
  narrowResources,
  requireAudience,
  scopesOf,
  type Target,
} from '../../protocol/authorization/resource-indicators.js';
import { userScopes } from '../../protocol/claims.js';
import { limitScopeToRegistration, limitScopeToResources, narrowScope, parseScope } from '../../protocol/scope.js';
import { accessTokenForm } from '../../protocol/token/access-token-form.js';
import type { AuthenticatedClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';
import type { Authority } from './issue-tokens.js';

/**
 * What an access token is good for that comes from an authorization grant: of what was granted, what is asked for now
 * (RFC 8707 §2.2, RFC 6749 §6) and what the client is still registered for.
 * @param scopes empty for all that was granted
 * @throws OAuthError invalid_scope, invalid_target, invalid_grant
 */
export function grantedAuthority(
  authz: Authz,
  client: AuthenticatedClient,
  granted: Target,
  { resource, scopes }: { readonly resource: readonly string[]; readonly scopes: readonly string[] },
): Authority {
  const asked = narrowScope(scopes, granted.scopes);
  const registered = limitScopeToRegistration(asked, parseScope(client.metadata.scope));
  const resources = narrowResources(resource, granted, authz.config);
  const audience = requireAudience(audienceOf({ resources, scopes: registered }, authz.config));
  const limits = { targeted: scopesOf(audience, authz.config), aboutUser: userScopes(authz.config.claims.scopes) };
  const left = limitScopeToResources(registered, limits);
  if (left.length < asked.length) {
    const leftOut = asked.filter((scope) => !left.includes(scope));
    const reason =
      registered.length < asked.length ? 'not registered any more' : 'of no resource that the token is for';
    authz.log.debug('scopes left out', { client_id: client.clientId, scopes: leftOut, reason });
  }
  // Known before a refresh token is used up for nothing.
  if (client.metadata.access_token_format === 'jwt') accessTokenForm(audience, authz.accessTokenForms);
  return { audience, scopes: left };
}
