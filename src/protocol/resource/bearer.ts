import { type Fault, faults } from '../fault-sentences.js';
import { errorResponse, OAuthError } from '../oauth-error.js';
import type { AuthenticationChallenge } from './step-up.js';

/** Where a request carried an access token, each way that RFC 6750 §2 knows. */
export interface TokenPresentation {
  /** Every Authorization field that was sent; well-formed requests have at most one (RFC 6750 §2.1). */
  readonly authorization: readonly string[];
  /** `access_token` of a form body, if one was sent (RFC 6750 §2.2). */
  readonly inBody?: string | undefined;
  /** Whether `access_token` is in the query (RFC 6750 §2.3), which OAuth 2.1 §5.1 forbids: URLs end up in logs. */
  readonly inQuery: boolean;
}

/** The two ways to present a token that OAuth 2.1 §5.1 leaves, named as RFC 9728 §2 `bearer_methods_supported` has them. */
export type BearerMethod = 'header' | 'body';

/** `b64token` of RFC 6750 §2.1, after a scheme that is compared without case (RFC 9110 §11.1). */
const bearerCredentials = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/**
 * The access token that a request presents, or undefined where it presents none (RFC 6750 §2).
 * @throws OAuthError invalid_request for a token in the query, two ways at once, or a header that is no Bearer credential
 */
export function presentedAccessToken(
  { authorization, inBody, inQuery }: TokenPresentation,
  accepted: readonly BearerMethod[],
): string | undefined {
  if (inQuery) throw misuse(faults.tokenInQuery);
  if (authorization.length > 1) throw misuse(faults.authorizationRepeated);
  const [field] = authorization;
  const bearer = field !== undefined && /^bearer( |$)/i.test(field);
  if (inBody !== undefined) {
    if (bearer) throw misuse(faults.tokenPresentedTwice);
    if (!accepted.includes('body')) throw misuse(faults.tokenInBody);
    return inBody;
  }
  if (!bearer) return undefined;
  const token = bearerCredentials.exec(field)?.[1];
  if (token === undefined) throw misuse(faults.authorizationNoBearer);
  return token;
}

const misuse = (fault: Fault): OAuthError => new OAuthError('invalid_request', { fault });

/** A token is good but too weak (RFC 6750 §3.1 `insufficient_scope`): knows which scope would do. */
export class InsufficientScopeError extends OAuthError {
  constructor(readonly required: readonly string[]) {
    super('insufficient_scope', { detail: `scope ${required.join(' ')} is required` });
  }
}

/**
 * Asserts that a token carries every scope that the request needs (RFC 6750 §3.1).
 * @throws InsufficientScopeError
 */
export function assertScope(granted: readonly string[], required: readonly string[]): void {
  if (!required.every((scope) => granted.includes(scope))) throw new InsufficientScopeError(required);
}

/** A token is good, but its user has to sign in once more (RFC 9470 §3): knows how. */
export class InsufficientAuthenticationError extends OAuthError {
  constructor(readonly required: AuthenticationChallenge) {
    super('insufficient_user_authentication', { fault: faults.signInTooOldOrWeak });
  }
}

/** The parameters by which a client knows what to ask for (RFC 9470 §3). */
const stepUpParameters = ({ acrValues, maxAge }: AuthenticationChallenge) => ({
  acr_values: acrValues.length > 0 ? acrValues.join(' ') : undefined,
  max_age: maxAge === undefined ? undefined : String(maxAge),
});

/** What a challenge says besides the error (RFC 6750 §3, RFC 9728 §5.1). */
export interface ChallengeContext {
  readonly realm?: string;
  /** URL of the protected resource metadata (RFC 9728 §5.1). */
  readonly resourceMetadata?: string;
}

/** A quoted-string (RFC 9110 §5.6.4) of printable ASCII: what else a value may hold, it cannot leave the quotes. */
const quoted = (value: string): string =>
  `"${value.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, (character) => `\\${character}`)}"`;

/** The WWW-Authenticate field of a refusal; without an error where the request held no credentials (RFC 6750 §3, §3.1, RFC 9470 §3). */
export function bearerChallenge(error: OAuthError | undefined, context: ChallengeContext = {}): string {
  const scope = error instanceof InsufficientScopeError ? error.required.join(' ') : undefined;
  const parameters = {
    realm: context.realm,
    error: error?.code,
    error_description: error?.description,
    scope,
    ...(error instanceof InsufficientAuthenticationError ? stepUpParameters(error.required) : {}),
    resource_metadata: context.resourceMetadata,
  };
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quoted(value)}`],
  );
  return given.length === 0 ? 'Bearer' : `Bearer ${given.join(', ')}`;
}

/** An answer that refuses a request to a protected resource (RFC 6750 §3.1). */
export interface BearerRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent where no credentials were sent: such a client learns nothing but how to authenticate. */
  readonly body?: { readonly error: string; readonly error_description: string };
}

/**
 * How a protected resource answers an error, or a request without credentials (RFC 6750 §3.1). What is not the client's
 * fault carries no challenge: a new token would not help.
 */
export function bearerRefusal(error: OAuthError | undefined, context: ChallengeContext = {}): BearerRefusal {
  const headers: Record<string, string> = { 'Cache-Control': 'no-store' };
  const status = error?.status ?? 401;
  if (status < 500) headers['WWW-Authenticate'] = bearerChallenge(error, context);
  if (error?.retryAfter !== undefined) headers['Retry-After'] = String(error.retryAfter);
  return error ? { status, headers, body: errorResponse(error) } : { status, headers };
}
