import type { AccessTokenType } from '../access-token-types.js';
import { faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import { resourceOfScope } from '../permission.js';
import type { SigningAlgorithm } from '../signing-algorithm.js';

/** A protected resource as the configuration names it: identifier (RFC 8707 §2), scopes, and the JWTs that it takes (RFC 9068 §2.1). */
export interface ProtectedResource {
  readonly identifier: string;
  readonly scopes: readonly string[];
  readonly accessTokenSignedResponseAlg?: SigningAlgorithm;
  readonly accessTokenTyp?: AccessTokenType;
}

export interface ResourceRules {
  readonly issuer: string;
  readonly resources: readonly ProtectedResource[];
  /** The one that is meant where a request names and implies none, and among several that know a scope. */
  readonly defaultResource?: string | undefined;
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
    if (!isKnown(resource, rules)) {
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

const impliedBy = (scopes: readonly string[], rules: ResourceRules): readonly string[] => [
  ...new Set(scopes.flatMap((scope) => resourceOfScope(scope, rules) ?? [])),
];

/**
 * The audience of an access token (RFC 9068 §3). Named resources are meant exactly. Where none is named, those are meant that the
 * scopes imply, as if they had been named; where they imply none, the default resource, if there is one. With `openid` the issuer is in
 * the audience as well, whose userinfo endpoint takes no other token; without it no resource server gets a token that is good there.
 *
 * An authorization keeps its audience as its resources, so that a later change of the configuration gives no token to a resource that
 * the user was not told of. An earlier release stored none where none was named, which is how such an authorization is told apart. It
 * meant the default resource and got scopes of that one alone. So, while the configuration leaves scopes where they are, they imply
 * the same resource again, whichever is the default now; with `openid` alone nothing but the default resource is meant, as before.
 */
export function audienceOf({ resources, scopes }: Target, rules: ResourceRules): readonly string[] {
  const openid = scopes.includes('openid');
  if (resources.length > 0) {
    const meant = openid ? resources : resources.filter((resource) => resource !== rules.issuer);
    return meant.length > 0 ? meant : resources;
  }
  const implied = impliedBy(scopes, rules);
  const byDefault = rules.defaultResource === undefined ? [] : [rules.defaultResource];
  return [...new Set([...(implied.length > 0 ? implied : byDefault), ...(openid ? [rules.issuer] : [])])];
}

/**
 * The audience that a request asks for (RFC 8707 §2). One that names neither resource nor scope, where there is no default resource,
 * means the resource that the registered scopes imply, if it is only one.
 */
export function requestedAudience(
  target: Target,
  registered: readonly string[],
  rules: ResourceRules,
): readonly string[] {
  const audience = audienceOf(target, rules);
  if (audience.length > 0 || target.scopes.length > 0) return audience;
  const implied = impliedBy(registered, rules);
  return implied.length === 1 ? implied : [];
}

/**
 * A token for nobody would be good for nothing, or everywhere (RFC 9068 §2.2 `aud`).
 * @throws OAuthError invalid_target
 */
export function requireAudience(audience: readonly string[]): readonly string[] {
  if (audience.length === 0) throw new OAuthError('invalid_target', { fault: faults.audienceMissing });
  return audience;
}

const isKnown = (resource: string, { issuer, resources }: ResourceRules): boolean =>
  resource === issuer || resources.some(({ identifier }) => identifier === resource);

function stillKnown(granted: readonly string[], rules: ResourceRules): readonly string[] {
  const known = granted.filter((resource) => isKnown(resource, rules));
  if (granted.length > 0 && known.length === 0) throw new OAuthError('invalid_grant', { fault: faults.resourceGone });
  return known;
}

/**
 * The resources of a token request against those of its authorization grant (RFC 8707 §2.2): a subset, or all when it names none.
 * A granted one that is no longer configured is left out.
 * @throws OAuthError invalid_target, invalid_grant where none of them is left
 */
export function narrowResources(
  requested: readonly string[],
  granted: Target,
  rules: ResourceRules,
): readonly string[] {
  const resources = stillKnown(granted.resources, rules);
  if (requested.length === 0) return resources;
  const allowed = audienceOf({ ...granted, resources }, rules);
  if (!requested.every((resource) => allowed.includes(resource))) {
    throw new OAuthError('invalid_target', { fault: faults.resourceBeyondGrant });
  }
  return [...new Set(requested)];
}

/** The scopes that the resources of an audience own (RFC 8707 §2.2). */
export const scopesOf = (audience: readonly string[], rules: ResourceRules): readonly string[] =>
  rules.resources.filter(({ identifier }) => audience.includes(identifier)).flatMap(({ scopes }) => scopes);
