import type { Fault } from './fault-sentences.js';

/** How loudly a refusal is logged: a client's mistake is routine, a sign of theft is not. */
export type RefusalLevel = 'info' | 'warn' | 'error';

interface ErrorRule {
  readonly status: number;
  readonly level: RefusalLevel;
  /** The public sentence where no {@link Fault} says more: fixed, RFC 6749 §4.1.2.1 characters only, and it lets nobody probe. */
  readonly description: string;
}

/** A value that was compared with what is registered: for pages that a person sees, never for a redirect or JSON. */
export interface Comparison {
  readonly name: string;
  /** As the request sent it. */
  readonly offered: string;
  /** Shown in the development profile only. */
  readonly registered: readonly string[];
}

const rule = (status: number, description: string, level: RefusalLevel = 'info'): ErrorRule => ({
  status,
  level,
  description,
});

/** Every error code that this product can answer with, grouped by the specification that defines it. */
const rules = {
  // RFC 6749 §4.1.2.1 and §5.2
  invalid_request: rule(400, 'The request is missing a parameter, repeats one or is otherwise malformed.'),
  invalid_client: rule(401, 'Client authentication failed.', 'warn'),
  invalid_grant: rule(400, 'The authorization code or refresh token is invalid, expired, revoked or not yours.'),
  unauthorized_client: rule(400, 'The client is not allowed to do this.'),
  unsupported_grant_type: rule(400, 'The grant type is not supported.'),
  unsupported_response_type: rule(400, 'The response type is not supported.'),
  invalid_scope: rule(400, 'The requested scope is invalid, unknown or exceeds what is allowed.'),
  access_denied: rule(403, 'The request was denied.'),
  server_error: rule(500, 'The server met an unexpected condition.', 'error'),
  temporarily_unavailable: rule(503, 'The server is temporarily unable to answer. Try again later.', 'warn'),
  // RFC 6750 §3.1
  invalid_token: rule(401, 'The access token is invalid, expired or revoked.'),
  insufficient_scope: rule(403, 'The access token does not carry the scope that this needs.'),
  // RFC 9470 §3
  insufficient_user_authentication: rule(401, 'The sign-in that the access token comes from is too old or too weak.'),
  // RFC 7009 §2.2.1
  unsupported_token_type: rule(400, 'Tokens of this type cannot be revoked.'),
  // RFC 7591 §3.2.2
  invalid_redirect_uri: rule(400, 'A redirect URI is missing or cannot be registered.'),
  invalid_client_metadata: rule(400, 'A member of the client metadata is invalid or not served here.'),
  invalid_software_statement: rule(400, 'The software statement is missing, malformed, expired or not verifiable.'),
  unapproved_software_statement: rule(400, 'The software statement is of an issuer that is not trusted here.'),
  // RFC 8628 §3.5
  authorization_pending: rule(400, 'The user has not yet decided.'),
  slow_down: rule(400, 'The user has not yet decided. Poll less often.'),
  expired_token: rule(400, 'The device code has expired.'),
  // RFC 8707 §2
  invalid_target: rule(400, 'The requested resource is invalid or unknown.'),
  // OIDC Core §3.1.2.6
  login_required: rule(400, 'The user has to sign in.'),
  consent_required: rule(400, 'The user has to consent.'),
  interaction_required: rule(400, 'The user has to interact.'),
  account_selection_required: rule(400, 'The user has to choose an account.'),
  // OIDC Core §3.1.2.6, RFC 9101 §7
  invalid_request_object: rule(400, 'The request object is invalid.'),
  invalid_request_uri: rule(400, 'The request_uri is invalid, expired, used or not yours.'),
  registration_not_supported: rule(400, 'The registration parameter is not supported.'),
  // OpenID Connect Core Error Code unmet_authentication_requirements §2
  unmet_authentication_requirements: rule(400, 'The user cannot sign in as strongly as the request requires.'),
} as const satisfies Record<string, ErrorRule>;

export type OAuthErrorCode = keyof typeof rules;

export interface OAuthErrorOptions {
  /** Which mistake it is: its sentence is the public one, and the log's where there is no detail. */
  readonly fault?: Fault;
  /** What really happened, where the public sentence may not say it: for the log, never for the caller. */
  readonly detail?: string;
  readonly compared?: Comparison;
  /** Overrides the public sentence where it has to name what is registered; must be as safe as the table's. */
  readonly description?: string;
  /** Overrides the code's status, where HTTP has a more exact one (405, 413, 415). */
  readonly status?: number;
  /** Seconds for Retry-After (RFC 9110 §10.2.3). */
  readonly retryAfter?: number;
  /** The WWW-Authenticate field that a 401 owes (RFC 9110 §11.6.1). */
  readonly challenge?: string;
  readonly cause?: unknown;
}

/**
 * The one error of the protocol (RFC 6749 §5.2), thrown once and never logged where it is thrown.
 * It has two voices: `description` is public and fixed per fault, `detail` is for the log.
 */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;
  readonly status: number;
  readonly level: RefusalLevel;
  readonly description: string;
  readonly detail: string | undefined;
  /** The rule that is broken, where the mistake is known exactly. */
  readonly section: string | undefined;
  readonly compared: Comparison | undefined;
  readonly retryAfter: number | undefined;
  readonly challenge: string | undefined;

  constructor(code: OAuthErrorCode, options: OAuthErrorOptions = {}) {
    super(
      options.detail ?? options.fault?.sentence ?? rules[code].description,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.status = options.status ?? rules[code].status;
    this.level = rules[code].level;
    this.description = options.description ?? options.fault?.sentence ?? rules[code].description;
    this.detail = options.detail ?? options.fault?.sentence;
    this.section = options.fault?.section;
    this.compared = options.compared;
    this.retryAfter = options.retryAfter;
    this.challenge = options.challenge;
  }
}

/** The JSON body of an error response (RFC 6749 §5.2). */
export const errorResponse = (error: OAuthError): { error: OAuthErrorCode; error_description: string } => ({
  error: error.code,
  error_description: error.description,
});
