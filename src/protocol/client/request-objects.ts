import { type SigningAlgorithm, signingAlgorithms } from '../signing-algorithm.js';
import type { JsonWebKeySet, MemberReader } from './member-reader.js';
import { checkEncryptedRequests, type EncryptedRequests, readEncryptedRequests } from './request-encryption.js';

/** What a client registers of its request objects (OIDC Registration §2, RFC 9101 §10.5). */
export interface RequestObjects extends EncryptedRequests {
  /** The one algorithm that they may be signed with. */
  readonly request_object_signing_alg?: SigningAlgorithm;
  /** Where they may be fetched from; what a fragment says of their contents is not compared. */
  readonly request_uris?: readonly string[];
  /** Absent from what was stored before there was this, as which it counts as false (RFC 9101 §10.5). */
  readonly require_signed_request_object?: boolean;
}

/** The members of {@link RequestObjects} as they arrive (OIDC Registration §2). */
export const readRequestObjects = (read: MemberReader) => ({
  request_object_signing_alg: read.oneOf('request_object_signing_alg', signingAlgorithms),
  request_uris: read.list('request_uris'),
  require_signed_request_object: read.flag('require_signed_request_object'),
  ...readEncryptedRequests(read),
});

/** Characters (RFC 9101 §5.2). */
const longestRequestUri = 512;

/** Whether an address is https is asked when it is fetched, as of all others. */
function requestUriFault(uri: string): string | undefined {
  if (!URL.canParse(uri) || !/^https?:$/.test(new URL(uri).protocol)) return 'is not an http(s) URL';
  return uri.length > longestRequestUri ? `is longer than ${longestRequestUri} characters` : undefined;
}

/** Addresses that can be fetched, and keys to verify by what is found there (OIDC Registration §2). */
export function checkRequestObjects(
  metadata: RequestObjects & { readonly jwks?: JsonWebKeySet; readonly jwks_uri?: string },
  read: MemberReader,
): void {
  checkEncryptedRequests(metadata, read);
  const { request_uris: uris = [], request_object_signing_alg: alg, jwks, jwks_uri: jwksUri } = metadata;
  for (const uri of uris) {
    const problem = requestUriFault(uri);
    if (problem) read.fault('request_uris', `${JSON.stringify(uri)} ${problem}`);
  }
  if (jwks || jwksUri) return;
  if (alg) read.fault('jwks', 'or jwks_uri is needed for request_object_signing_alg');
  if (uris.length > 0) read.fault('jwks', 'or jwks_uri is needed for request_uris');
  if (metadata.require_signed_request_object) {
    read.fault('jwks', 'or jwks_uri is needed for require_signed_request_object');
  }
}
