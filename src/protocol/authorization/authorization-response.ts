import { errorResponse, OAuthError } from '../oauth-error.js';
import type { RegisteredRedirectUri } from '../redirect-uri.js';
import { UnavailableError } from '../unavailable-error.js';
import type { ResponseMode } from './response-mode.js';

/** Where an authorization response goes and what it says (RFC 6749 §4.1.2, RFC 9207 §2). */
export interface AuthorizationResponse {
  readonly redirectUri: RegisteredRedirectUri;
  readonly responseMode: ResponseMode;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The part of a request that its response needs, whether or not the request was good. */
export interface ResponseTarget {
  readonly redirectUri: RegisteredRedirectUri;
  readonly responseMode: ResponseMode;
  readonly state?: string | undefined;
}

const respond = (
  { redirectUri, responseMode, state }: ResponseTarget,
  issuer: string,
  members: Record<string, string>,
): AuthorizationResponse => ({
  redirectUri,
  responseMode,
  parameters: { ...members, ...(state === undefined ? {} : { state }), iss: issuer },
});

/** What an answer says besides that it is ours (RFC 6749 §4.1.2). */
export interface SuccessMembers {
  readonly code: string;
  /** OIDC Session Management §3.2 */
  readonly sessionState?: string | undefined;
}

/** A successful authorization response (RFC 6749 §4.1.2) with its issuer (RFC 9207 §2), and the browser's state (OIDC Session Management §3.2). */
export const successResponse = (
  target: ResponseTarget,
  issuer: string,
  { code, sessionState }: SuccessMembers,
): AuthorizationResponse =>
  respond(target, issuer, { code, ...(sessionState === undefined ? {} : { session_state: sessionState }) });

/** All that a client learns of a fault of ours (RFC 6749 §4.1.2.1 `server_error`, `temporarily_unavailable`). */
export function asAuthorizationError(fault: unknown): OAuthError {
  if (fault instanceof OAuthError) return fault;
  const code = fault instanceof UnavailableError ? 'temporarily_unavailable' : 'server_error';
  return new OAuthError(code, { cause: fault });
}

/** An error for the client (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6); its target proves that it may be redirected. */
export const authorizationErrorResponse = (
  target: ResponseTarget,
  issuer: string,
  error: OAuthError,
): AuthorizationResponse => respond(target, issuer, errorResponse(error));

/**
 * The redirect URI with the response in its query (RFC 6749 §4.1.2). What was registered stays as it is, byte for byte, its own
 * query included (RFC 6749 §3.1.2).
 */
export function responseLocation({ redirectUri, parameters }: AuthorizationResponse): string {
  const separator = !redirectUri.includes('?') ? '?' : /[?&]$/.test(redirectUri) ? '' : '&';
  return `${redirectUri}${separator}${new URLSearchParams(parameters)}`;
}
