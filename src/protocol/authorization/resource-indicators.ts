import { faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';

/** A protected resource as the configuration names it: its identifier (RFC 8707 §2) and its scopes. */
export interface ProtectedResource {
  readonly identifier: string;
  readonly scopes: readonly string[];
}

export interface ResourceRules {
  readonly issuer: string;
  readonly resources: readonly ProtectedResource[];
  /** The resource that a request means when it names none. */
  readonly defaultResource: string;
}

/**
 * The `resource` parameters of a request (RFC 8707 §2): absolute URIs without fragment, each one known to us. The issuer counts
 * as known, because userinfo is its resource.
 * @throws OAuthError invalid_target
 */
export function validateResources(requested: readonly string[], rules: ResourceRules): readonly string[] {
  for (const resource of requested) {
    if (!URL.canParse(resource) || resource.includes('#')) {
      throw new OAuthError('invalid_target', { fault: faults.resourceMalformed });
    }
    if (resource !== rules.issuer && !rules.resources.some(({ identifier }) => identifier === resource)) {
      throw new OAuthError('invalid_target', { fault: faults.resourceUnknown });
    }
  }
  return [...new Set(requested)];
}

/** What an access token is asked to be for (RFC 8707 §2): the resources that are named, and the scopes. */
export interface Target {
  readonly resources: readonly string[];
  readonly scopes: readonly string[];
}

/**
 * The audience of an access token (RFC 9068 §3): exactly the resources that were named, or the default resource. With `openid` that
 * includes the issuer, whose userinfo endpoint takes no other token; without it no resource server gets a token that is good there.
 */
export function audienceOf({ resources, scopes }: Target, rules: ResourceRules): readonly string[] {
  if (resources.length > 0) return resources;
  return scopes.includes('openid') ? [...new Set([rules.defaultResource, rules.issuer])] : [rules.defaultResource];
}

/**
 * The resources of a token request against those of its authorization grant (RFC 8707 §2.2): a subset, or all when it names none.
 * @throws OAuthError invalid_target
 */
export function narrowResources(
  requested: readonly string[],
  granted: Target,
  rules: ResourceRules,
): readonly string[] {
  if (requested.length === 0) return granted.resources;
  const allowed = audienceOf(granted, rules);
  if (!requested.every((resource) => allowed.includes(resource))) {
    throw new OAuthError('invalid_target', { fault: faults.resourceBeyondGrant });
  }
  return [...new Set(requested)];
}

/** The scopes that the resources of an audience own (RFC 8707 §2.2). */
export const scopesOf = (audience: readonly string[], rules: ResourceRules): readonly string[] =>
  rules.resources.filter(({ identifier }) => audience.includes(identifier)).flatMap(({ scopes }) => scopes);
