import type { IdentityProvider } from '../../config/identity-providers.js';
import type { UpstreamClaims } from '../../protocol/sign-in/federation.js';
import type { UpstreamSession } from '../../storage/federation/upstream-sessions.js';

/** What goes to a provider with a browser, and has to fit when it comes back. */
export interface UpstreamRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface AskedOfUpstream extends UpstreamRequest {
  /** Whether it shall ask who somebody is although it knows. */
  readonly again: boolean;
  readonly loginHint?: string | undefined;
}

/** Somebody as a provider knows them. */
export interface UpstreamIdentity {
  /** Stable, and never another's at this provider. */
  readonly subject: string;
  readonly claims: UpstreamClaims;
  /** Where a sign-out here is to end the session over there as well. */
  readonly session?: UpstreamSession;
}

/** Another provider, to which browsers are sent and which vouches for people. */
export interface Upstream {
  readonly provider: IdentityProvider;
  /** @throws when it cannot be reached */
  authorizationUrl(request: AskedOfUpstream): Promise<URL>;
  /**
   * Who has come back: takes the code to the provider and forgets the tokens that it gets for it.
   * @param answer the redirect URI with everything that came with it
   * @throws UpstreamError when the person said no; anything else when the provider did not answer as it should
   */
  identify(answer: URL, request: UpstreamRequest): Promise<UpstreamIdentity>;
}

/** The person said no over there. */
export class UpstreamDenialError extends Error {
  override readonly name = 'UpstreamDenialError';
}

interface Failure {
  readonly message?: unknown;
  readonly error?: unknown;
  readonly cause?: unknown;
}

/** What went wrong, for the log: words of ours, of the library and the provider's `error`, never its description or a token. */
export function reasonOf(failure: unknown): string {
  const { message, error, cause } = (failure ?? {}) as Failure;
  const own = typeof error === 'string' ? error : message;
  const inner = typeof cause === 'object' && cause !== null && 'message' in cause ? [reasonOf(cause)] : [];
  return [...(typeof own === 'string' ? [own] : []), ...inner].join(': ').slice(0, 300);
}
