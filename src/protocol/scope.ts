import { faults } from './fault-sentences.js';
import { OAuthError } from './oauth-error.js';

/** Scopes that OpenID Connect defines, for claims about the user or a refresh token (OIDC Core §5.4, §11): no resource owns them. */
export const openidScopes: readonly string[] = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'];

/** Whether a text is one scope (RFC 6749 §3.3). */
export const isScopeToken = (text: string): boolean => /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(text);

/**
 * Splits a scope parameter into its tokens, each once, in the order asked (RFC 6749 §3.3).
 * @throws OAuthError invalid_scope
 */
export function parseScope(value: string | undefined): readonly string[] {
  const scopes = (value ?? '').split(' ').filter((token) => token !== '');
  if (!scopes.every(isScopeToken)) {
    throw new OAuthError('invalid_scope', { fault: faults.scopeMalformed });
  }
  return [...new Set(scopes)];
}

/** The scope parameter's text for a list of tokens (RFC 6749 §3.3). */
export const formatScope = (scopes: readonly string[]): string => scopes.join(' ');

export interface ScopeRules {
  /** What the server knows at all: scopes about the user and those of every configured resource. */
  readonly known: readonly string[];
  /** Those among them that are about the user and go with any resource (OIDC Core §5.4). */
  readonly aboutUser: readonly string[];
  /** What this client is registered for (RFC 7591 §2 `scope`). */
  readonly permitted: readonly string[];
  /** Scopes of the resources that the token is for (RFC 8707 §2.2). */
  readonly targeted: readonly string[];
  /** Whether the request names its resources: those alone are meant then. */
  readonly resourceNamed: boolean;
  /** Whether the client may hold a refresh token. */
  readonly refreshable: boolean;
}

/** Some scopes go with the user, those of resources only with the resources that were asked for (RFC 8707 §2.2). */
const within = (
  scopes: readonly string[],
  { targeted, aboutUser }: Pick<ScopeRules, 'targeted' | 'aboutUser'>,
): readonly string[] => scopes.filter((scope) => aboutUser.includes(scope) || targeted.includes(scope));

/** Why a scope is not granted that a client may ask for, with its sentence where nothing else is left (RFC 6749 §3.3). */
const reasons = {
  unknown: faults.scopeUnknown,
  'no refresh tokens': faults.scopeNeedsRefreshing,
  'of another resource': faults.scopeOfOtherResource,
  'of several resources': faults.scopeOfSeveralResources,
} as const;

type Reason = keyof typeof reasons;

const refusal = (reason: Reason): OAuthError => new OAuthError('invalid_scope', { fault: reasons[reason] });

function reasonToLeaveOut(scope: string, rules: ScopeRules): Reason | undefined {
  if (!rules.known.includes(scope)) return 'unknown';
  if (scope === 'offline_access' && !rules.refreshable) return 'no refresh tokens';
  if (within([scope], rules).length > 0) return undefined;
  return rules.resourceNamed ? 'of another resource' : 'of several resources';
}

/** Each scope of a request that is not granted, and why: the client reads only what is left (RFC 6749 §3.3), the log all. */
export const scopesLeftOut = (requested: readonly string[], rules: ScopeRules): readonly string[] =>
  requested.flatMap((scope) => {
    const reason = reasonToLeaveOut(scope, rules);
    return reason === undefined ? [] : [`${scope} (${reason})`];
  });

function assertPermitted(scopes: readonly string[], permitted: readonly string[]): void {
  const refused = scopes.find((scope) => !permitted.includes(scope));
  if (refused === undefined) return;
  const detail = `the client is not registered for scope ${refused}`;
  throw new OAuthError('invalid_scope', { fault: faults.scopeNotRegistered, detail });
}

/** What is left, or the reason why nothing is: one that names a known scope says more than that another is unknown. */
function requireSome(requested: readonly string[], rules: ScopeRules): readonly string[] {
  const left = requested.filter((scope) => reasonToLeaveOut(scope, rules) === undefined);
  if (left.length > 0) return left;
  const why = requested.map((scope) => reasonToLeaveOut(scope, rules)).find((reason) => reason !== 'unknown');
  throw refusal(why ?? 'unknown');
}

/**
 * What an authorization request asks for, after the rules (RFC 6749 §3.3, OIDC Core §3.1.2.1: unknown scopes are ignored).
 * Where scope is left out, the default is what the client is registered for at the targeted resources, without identity scopes.
 * `offline_access` is dropped where the client could not use a refresh token (OIDC Core §11).
 * @throws OAuthError invalid_scope
 */
export function validateAuthorizationScope(requested: readonly string[], rules: ScopeRules): readonly string[] {
  if (requested.length === 0) return defaultScope(rules);
  const known = requested.filter((scope) => rules.known.includes(scope));
  assertPermitted(known, rules.permitted);
  return requireSome(requested, rules);
}

/**
 * What a client asks for on its own behalf (RFC 6749 §4.4.2). There is no user, so no identity scope can be meant, and
 * no browser to be lenient with: anything unknown or not permitted is refused.
 * @throws OAuthError invalid_scope
 */
export function validateClientScope(requested: readonly string[], rules: ScopeRules): readonly string[] {
  if (requested.length === 0) return defaultScope(rules);
  if (requested.some((scope) => rules.aboutUser.includes(scope))) {
    throw new OAuthError('invalid_scope', { fault: faults.scopeNeedsUser });
  }
  if (!requested.every((scope) => rules.known.includes(scope))) throw refusal('unknown');
  assertPermitted(requested, rules.permitted);
  return requireSome(requested, rules);
}

function defaultScope({ permitted, targeted }: ScopeRules): readonly string[] {
  const scopes = permitted.filter((scope) => targeted.includes(scope));
  if (scopes.length === 0) throw new OAuthError('invalid_scope', { fault: faults.scopeMissing });
  return scopes;
}

/**
 * A refresh may ask for less than was granted, never for more (RFC 6749 §6); the grant itself does not shrink.
 * @throws OAuthError invalid_scope
 */
export function narrowScope(requested: readonly string[], granted: readonly string[]): readonly string[] {
  if (requested.length === 0) return granted;
  if (!requested.every((scope) => granted.includes(scope))) {
    throw new OAuthError('invalid_scope', { fault: faults.scopeBeyondGrant });
  }
  return requested;
}

/** A scope that was taken from a client since it was granted is gone from what is issued (RFC 6749 §3.3). */
export const limitScopeToRegistration = (scopes: readonly string[], registered: readonly string[]): readonly string[] =>
  scopes.filter((scope) => registered.includes(scope));

/** What is left of a granted scope in an access token for some of the granted resources (RFC 8707 §2.2). */
export const limitScopeToResources = within;
