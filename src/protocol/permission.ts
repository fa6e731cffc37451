import { type CustomScopes, claimsOfScopes } from './claims.js';
import { openidScopes } from './scope.js';

/**
 * What a user allows a client: `scope resource`, a scope at the resource that owns it (RFC 8707 §3), or a scope alone that is about the
 * user (OIDC Core §5.4), or a single claim in quotes (OIDC Core §5.5). Neither part holds a space (RFC 6749 §3.3, RFC 3986 §2).
 */
export type Permission = string;

/** A scope at one of the resources that know it, or about the user (RFC 6749 §3.3, RFC 8707 §2). */
export const permission = (scope: string, resource?: string): Permission =>
  resource === undefined ? scope : `${scope} ${resource}`;

/** The two parts of a permission (RFC 6749 §3.3, RFC 8707 §2). */
export function partsOfPermission(text: Permission): { readonly scope: string; readonly resource: string | undefined } {
  const [scope = '', resource] = text.split(' ');
  return { scope, resource };
}

/** A single claim (OIDC Core §5.5): in quotes, which no scope can hold (RFC 6749 §3.3). */
const claimPermission = (name: string): Permission => `"${name}"`;

/** The claim that a permission is for (OIDC Core §5.5); undefined where it is for a scope. */
export const claimOfPermission = (text: Permission): string | undefined => /^"([^"]+)"$/.exec(text)?.[1];

/** What single claims ask of the user (OIDC Core §5.5): those that the scopes beside them do not ask for anyway. */
export function permissionsForClaims(
  claims: readonly string[],
  scopes: readonly string[],
  custom: CustomScopes,
): readonly Permission[] {
  const covered = claimsOfScopes(scopes, custom);
  return [...new Set(claims)].filter((name) => !covered.includes(name)).map(claimPermission);
}

/** With a scope about the user, each claim that it asks for is allowed as well (OIDC Core §5.4). */
export const withClaimsOfScopes = (permissions: readonly Permission[], custom: CustomScopes): readonly Permission[] => [
  ...permissions,
  ...claimsOfScopes(permissions, custom).map(claimPermission),
];

interface OwnedScopes {
  readonly identifier: string;
  readonly scopes: readonly string[];
}

/** The resources that are configured, and which of them is meant where several could be (RFC 8707 §2). */
interface Ownership {
  readonly resources: readonly OwnedScopes[];
  readonly defaultResource?: string | undefined;
}

/**
 * The resource that a scope implies (RFC 9068 §3, RFC 8707 §3): the one that alone knows it, or the default one among several. None for
 * a scope about the user, an unknown one, and one of several resources that are all as likely.
 */
export function resourceOfScope(scope: string, { resources, defaultResource }: Ownership): string | undefined {
  if (openidScopes.includes(scope)) return undefined;
  const owners = resources.filter(({ scopes }) => scopes.includes(scope)).map(({ identifier }) => identifier);
  return owners.length > 1 ? owners.find((owner) => owner === defaultResource) : owners[0];
}

/**
 * What the scopes of a request ask of the user: each at every resource of the audience that knows it (RFC 8707 §2.2). The same scope at
 * another resource is another permission.
 */
export const permissionsFor = (
  scopes: readonly string[],
  audience: readonly string[],
  resources: readonly OwnedScopes[],
): readonly Permission[] =>
  scopes.flatMap((scope) => {
    const owners = resources.filter((owner) => audience.includes(owner.identifier) && owner.scopes.includes(scope));
    if (openidScopes.includes(scope) || owners.length === 0) return [permission(scope)];
    return owners.map(({ identifier }) => permission(scope, identifier));
  });

/** A consent as it is stored (OIDC Core §3.1.2.4): with permissions, or, from an earlier release, with mere scopes beside them. */
export interface StoredConsent {
  readonly scopes: readonly string[];
  readonly permissions: readonly Permission[];
}

/**
 * What a stored consent allows. A mere scope means the resource that alone knows it, or the default resource among several: more
 * was not shown to the user (OIDC Core §3.1.2.4).
 */
export function permissionsAllowed({ scopes, permissions }: StoredConsent, rules: Ownership): readonly Permission[] {
  const remembered = new Set(permissions.map((text) => partsOfPermission(text).scope));
  const fromBefore = scopes.filter((scope) => !remembered.has(scope));
  const meant = fromBefore.flatMap((scope) => {
    const owned = !openidScopes.includes(scope) && rules.resources.some(({ scopes: known }) => known.includes(scope));
    if (!owned) return [permission(scope)];
    const resource = resourceOfScope(scope, rules);
    return resource === undefined ? [] : [permission(scope, resource)];
  });
  return [...permissions, ...meant];
}
