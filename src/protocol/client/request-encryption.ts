import { type ContentEncryption, contentEncryptions } from './encrypted-answers.js';
import type { MemberReader } from './member-reader.js';

/** How the key of an encrypted request object comes to us (RFC 7518 §4.1): for each there is a key pair of ours. */
export const requestEncryptions = ['RSA-OAEP-256', 'ECDH-ES'] as const;
export type RequestEncryption = (typeof requestEncryptions)[number];

/** How a client says that it may encrypt request objects (OIDC Registration §2). */
export interface EncryptedRequests {
  readonly request_object_encryption_alg?: RequestEncryption;
  readonly request_object_encryption_enc?: ContentEncryption;
}

/** The members of {@link EncryptedRequests} as they arrive (OIDC Registration §2). */
export const readEncryptedRequests = (read: MemberReader) => ({
  request_object_encryption_alg: read.oneOf('request_object_encryption_alg', requestEncryptions),
  request_object_encryption_enc: read.oneOf('request_object_encryption_enc', contentEncryptions),
});

/** A content encryption needs a way for its key (OIDC Registration §2). */
export function checkEncryptedRequests(metadata: EncryptedRequests, { fault }: MemberReader): void {
  if (metadata.request_object_encryption_enc && !metadata.request_object_encryption_alg) {
    fault('request_object_encryption_enc', 'needs request_object_encryption_alg');
  }
}

/** What may stand in the header of an encrypted request object. */
export interface AllowedEncryptions {
  readonly alg: readonly RequestEncryption[];
  readonly enc: readonly ContentEncryption[];
}

/** What is registered, or any; one that is only signed is as good (OIDC Registration §2: a client *may* encrypt them). */
export function allowedRequestEncryptions(client: EncryptedRequests): AllowedEncryptions {
  const { request_object_encryption_alg: alg, request_object_encryption_enc: enc = 'A128CBC-HS256' } = client;
  return alg ? { alg: [alg], enc: [enc] } : { alg: requestEncryptions, enc: contentEncryptions };
}
