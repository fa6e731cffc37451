import type { BearerMethod } from './bearer.js';

/** The well-known path of protected resource metadata (RFC 9728 §3). */
export const protectedResourceMetadataPath = '/.well-known/oauth-protected-resource';

/**
 * Where the metadata of a resource is found: the well-known path goes between the host and the path of its identifier
 * (RFC 9728 §3.1). Undefined for an identifier that is no URL of a host, such as a URN: its metadata has no place.
 */
export function protectedResourceMetadataUrl(resource: string): URL | undefined {
  const url = new URL(resource);
  if (url.host === '') return undefined;
  const path = url.pathname === '/' ? '' : url.pathname;
  return new URL(`${protectedResourceMetadataPath}${path}${url.search}`, url.origin);
}

/** Protected resource metadata (RFC 9728 §2). */
export interface ProtectedResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly bearer_methods_supported: readonly BearerMethod[];
  readonly resource_name: string;
  readonly resource_documentation?: string;
}

/** What a resource says of itself (RFC 9728 §2). */
export interface ProtectedResourceDescription {
  readonly resource: string;
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly bearerMethods: readonly BearerMethod[];
  readonly name: string;
}

/** Builds the metadata document (RFC 9728 §2). */
export const protectedResourceMetadata = (described: ProtectedResourceDescription): ProtectedResourceMetadata => ({
  resource: described.resource,
  authorization_servers: [described.issuer],
  scopes_supported: described.scopes,
  bearer_methods_supported: described.bearerMethods,
  resource_name: described.name,
});
