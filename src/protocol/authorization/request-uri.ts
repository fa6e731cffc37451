import type { ClientMetadata } from '../client/client-metadata.js';
import { type Fault, faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';

/** Media types of a request object (RFC 9101 §5.2.3, RFC 7519 §10.3.1). */
export const requestObjectTypes = ['application/oauth-authz-req+jwt', 'application/jwt'] as const;

const withoutFragment = (uri: string): string => uri.replace(/#.*$/s, '');

/** A request object that cannot be fetched, or may not be (RFC 9101 §7 `invalid_request_uri`). */
export const invalidRequestUri = (fault: Fault, cause?: unknown): OAuthError =>
  new OAuthError('invalid_request_uri', { fault, cause });

/**
 * The address of a request object: one that is registered, character by character but for the fragment. That names the contents
 * which are meant, for servers that keep them (OIDC Core §6.2); they are fetched each time here.
 * @returns the address without its fragment
 * @throws OAuthError invalid_request_uri
 */
export function matchRequestUri(
  requestUri: string,
  { request_uris: registered = [] }: Pick<ClientMetadata, 'request_uris'>,
): string {
  const address = withoutFragment(requestUri);
  if (!registered.some((uri) => withoutFragment(uri) === address)) {
    throw invalidRequestUri(faults.requestUriNotRegistered);
  }
  return address;
}

/** What was found at a request_uri. */
interface FoundObject {
  readonly contentType: string | undefined;
  readonly body: string;
}

/**
 * The request object in what was found (RFC 9101 §5.2.3).
 * @throws OAuthError invalid_request_uri
 */
export function requireRequestObject({ contentType = '', body }: FoundObject): string {
  const [type = ''] = contentType.toLowerCase().split(';', 1);
  if (!requestObjectTypes.some((known) => known === type.trim())) throw invalidRequestUri(faults.requestUriType);
  return body.trim();
}
