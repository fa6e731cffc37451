import { verifyCodeVerifier } from '../authorization/pkce.js';
import { type ClientMetadata, type GrantType, grantTypes } from '../client/client-metadata.js';
import { type Fault, faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import { type Parameters, requireParameter } from '../parameters.js';

/** A token request by its grant type (RFC 6749 §4.1.3, §6, §4.4.2, RFC 8628 §3.4), with the resources it is for (RFC 8707 §2.2). */
export type TokenRequest =
  | AuthorizationCodeRequest
  | RefreshTokenRequest
  | ClientCredentialsRequest
  | DeviceCodeRequest;

/** RFC 6749 §4.1.3 with RFC 7636 §4.5. */
export interface AuthorizationCodeRequest {
  readonly grant_type: 'authorization_code';
  readonly code: string;
  readonly redirect_uri: string | undefined;
  readonly code_verifier: string | undefined;
  readonly resource: readonly string[];
}

/** RFC 6749 §6. */
export interface RefreshTokenRequest {
  readonly grant_type: 'refresh_token';
  readonly refresh_token: string;
  readonly scope: string | undefined;
  readonly resource: readonly string[];
}

/** RFC 6749 §4.4.2. */
export interface ClientCredentialsRequest {
  readonly grant_type: 'client_credentials';
  readonly scope: string | undefined;
  readonly resource: readonly string[];
}

/** RFC 8628 §3.4. */
export interface DeviceCodeRequest {
  readonly grant_type: 'urn:ietf:params:oauth:grant-type:device_code';
  readonly device_code: string;
  readonly resource: readonly string[];
}

/** A code or refresh token that is not taken (RFC 6749 §5.2 `invalid_grant`); the detail says why, for the log only. */
export const invalidGrant = (fault: Fault, detail: string = fault.sentence): OAuthError =>
  new OAuthError('invalid_grant', { fault, detail });

const isGrantType = (value: string): value is GrantType => (grantTypes as readonly string[]).includes(value);

/**
 * The shape of a token request (RFC 6749 §4.1.3, §4.4.2, §6, RFC 8628 §3.4).
 * @throws OAuthError invalid_request, unsupported_grant_type
 */
export function parseTokenRequest(parameters: Parameters): TokenRequest {
  const grantType = requireParameter(parameters, 'grant_type');
  if (!isGrantType(grantType)) throw new OAuthError('unsupported_grant_type', { fault: faults.grantTypeUnknown });
  const resource = parameters.all('resource');
  switch (grantType) {
    case 'authorization_code':
      return {
        grant_type: grantType,
        code: requireParameter(parameters, 'code'),
        redirect_uri: parameters.get('redirect_uri'),
        code_verifier: parameters.get('code_verifier'),
        resource,
      };
    case 'refresh_token':
      return {
        grant_type: grantType,
        refresh_token: requireParameter(parameters, 'refresh_token'),
        scope: parameters.get('scope'),
        resource,
      };
    case 'client_credentials':
      return { grant_type: grantType, scope: parameters.get('scope'), resource };
    case 'urn:ietf:params:oauth:grant-type:device_code':
      return { grant_type: grantType, device_code: requireParameter(parameters, 'device_code'), resource };
  }
}

/**
 * A client uses the grant types that it registered, no others (RFC 6749 §5.2, RFC 7591 §2).
 * @throws OAuthError unauthorized_client
 */
export function assertGrantTypeAllowed(metadata: Pick<ClientMetadata, 'grant_types'>, grantType: GrantType): void {
  if (!metadata.grant_types.includes(grantType)) {
    const detail = `the client is not registered for ${grantType}`;
    throw new OAuthError('unauthorized_client', { fault: faults.grantTypeNotRegistered, detail });
  }
}

/** What a code was bound to when it was issued (RFC 6749 §4.1.2, RFC 7636 §4.4). */
export interface CodeBinding {
  readonly redirectUri: string;
  readonly redirectUriNamed: boolean;
  readonly codeChallenge?: string | undefined;
}

/**
 * The token request has to come from whoever made the authorization request (RFC 6749 §4.1.3, RFC 7636 §4.6). That the code is
 * this client's own is part of the statement that redeems it.
 * @throws OAuthError invalid_grant
 */
export function assertCodeBinding(binding: CodeBinding, request: AuthorizationCodeRequest): void {
  if (request.redirect_uri === undefined ? binding.redirectUriNamed : request.redirect_uri !== binding.redirectUri) {
    throw invalidGrant(faults.codeOfAnotherRedirectUri);
  }
  verifyCodeVerifier(binding.codeChallenge, request.code_verifier);
}

/** What is remembered of a code that is presented (RFC 6749 §4.1.2). */
export interface CodeFacts {
  readonly clientId: string;
  readonly expiresAt: Date;
  readonly consumedAt: Date | null;
  /** Its authorization grant is not revoked, its user and client are enabled. */
  readonly alive: boolean;
}

/** How a presented code is answered (RFC 6749 §4.1.2, §5.2). */
export type CodeDecision =
  /** Unused and this client's: its tokens are issued. */
  | { readonly kind: 'redeem' }
  /** Redeemed before: what it issued has to end. */
  | { readonly kind: 'reuse' }
  | { readonly kind: 'refuse'; readonly detail: string };

const refuse = (detail: string): CodeDecision => ({ kind: 'refuse', detail });

/**
 * Whether a code can be redeemed, or was before (RFC 6749 §4.1.2). Another client's attempt says nothing about the owner and
 * ends nothing.
 */
export function decideCode(
  code: CodeFacts,
  { clientId, now }: { readonly clientId: string; readonly now: Date },
): CodeDecision {
  if (code.clientId !== clientId) return refuse('the code was issued to another client');
  if (code.consumedAt !== null) return { kind: 'reuse' };
  if (!code.alive) return refuse('the authorization grant of the code has ended');
  if (code.expiresAt <= now) return refuse('the code has expired');
  return { kind: 'redeem' };
}
