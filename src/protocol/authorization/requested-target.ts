import { type CustomScopes, userScopes } from '../claims.js';
import type { ClientMetadata } from '../client/client-metadata.js';
import { parseScope, type ScopeRules, scopesLeftOut } from '../scope.js';
import {
  type ResourceRules,
  requestedAudience,
  requireAudience,
  scopesOf,
  validateResources,
} from './resource-indicators.js';

/** What a request says that its access token is for (RFC 6749 §3.3, RFC 8707 §2). */
export interface TargetParameters {
  readonly scope: string | undefined;
  readonly resource: readonly string[];
}

export interface RequestedTarget {
  /** What was granted of the scopes that were asked for. */
  readonly scopes: readonly string[];
  /** Named by `resource` or implied by the scopes; never empty. */
  readonly audience: readonly string[];
  /** Each scope that was asked for and is not granted, and why: for the log. */
  readonly leftOut: readonly string[];
}

/** What is known here: resources with their scopes, and the installation's own scopes about users (OIDC Core §5.4). */
export interface TargetRules extends ResourceRules {
  readonly customScopes: CustomScopes;
}

/**
 * What a request is for (RFC 8707 §2), and what of its scopes belongs there (RFC 6749 §3.3).
 * @param validateScope decides about the scopes once it is known which resources are meant
 * @throws OAuthError invalid_scope, invalid_target
 */
export function validateTarget(
  { scope, resource }: TargetParameters,
  client: ClientMetadata,
  rules: TargetRules,
  validateScope: (requested: readonly string[], rules: ScopeRules) => readonly string[],
): RequestedTarget {
  const resources = validateResources(resource, rules);
  const requested = parseScope(scope);
  const registered = parseScope(client.scope);
  const audience = requestedAudience({ resources, scopes: requested }, registered, rules);
  // Where scopes are named, what is wrong with them says more than that they imply nothing.
  if (requested.length === 0) requireAudience(audience);
  const aboutUser = userScopes(rules.customScopes);
  const scopeRules: ScopeRules = {
    known: [...aboutUser, ...rules.resources.flatMap(({ scopes }) => scopes)],
    aboutUser,
    permitted: registered,
    targeted: scopesOf(audience, rules),
    resourceNamed: resources.length > 0,
    refreshable: client.grant_types.includes('refresh_token'),
  };
  const scopes = validateScope(requested, scopeRules);
  return { scopes, audience: requireAudience(audience), leftOut: scopesLeftOut(requested, scopeRules) };
}
