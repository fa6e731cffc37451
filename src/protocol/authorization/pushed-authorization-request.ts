import { type ClientMetadata, isPublicClient } from '../client/client-metadata.js';
import { faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import type { Parameters } from '../parameters.js';
import { invalidRequest } from './request-rules.js';

const prefix = 'urn:ietf:params:oauth:request_uri:';

/** The `request_uri` that a pushed request is answered with (RFC 9126 §2.2): a value that nobody can guess, behind the registered prefix. */
export const requestUriOf = (value: string): string => prefix + value;

/** Whether a `request_uri` is of a pushed request, and not an address to fetch one from (RFC 9126 §2.2). */
export const isPushedRequestUri = (requestUri: string | undefined): requestUri is string =>
  requestUri?.startsWith(prefix) ?? false;

/**
 * What is pushed is the request itself, never a reference to another (RFC 9126 §2.1).
 * @throws OAuthError invalid_request
 */
export function assertNoReferencePushed(parameters: Parameters): void {
  if (parameters.has('request_uri')) throw invalidRequest(faults.requestUriPushed);
}

/**
 * Unknown, expired, used and another client's look alike (RFC 9126 §4, §7.3): nobody learns what was pushed.
 * @throws OAuthError invalid_request_uri, for a page
 */
export function requirePushedRequest<T>(found: T | null): T {
  if (!found) throw new OAuthError('invalid_request_uri', { fault: faults.pushedRequestNotUsable });
  return found;
}

/**
 * Whether a request has to be pushed: where its client is registered so, or every client has to (RFC 9126 §5, §6).
 * @throws OAuthError invalid_request
 */
export function assertMayComeByBrowser(
  { require_pushed_authorization_requests: required }: Pick<ClientMetadata, 'require_pushed_authorization_requests'>,
  requiredOfAll: boolean,
): void {
  if (required || requiredOfAll) throw invalidRequest(faults.requestNotPushed);
}

/** Who pays for what a pushed request stores (RFC 9126 §2.3): the client that proved who it is, and for a public one whoever asks. */
export const paysForPushing = (client: Pick<ClientMetadata, 'token_endpoint_auth_method'>): 'client' | 'address' =>
  isPublicClient(client) ? 'address' : 'client';

/**
 * The answer to a pushed request (RFC 9126 §2.2).
 * @param lifetime in milliseconds
 */
export const pushedRequestResponse = (requestUri: string, lifetime: number) => ({
  request_uri: requestUri,
  expires_in: Math.floor(lifetime / 1000),
});
