import { clientMetadataMembers } from './client-metadata.js';
import type { Document } from './member-reader.js';

const plainAnswers = 'is not supported: authorization responses are plain parameters';
const noCertificate = 'is not supported: clients authenticate by a secret or private_key_jwt, not by a certificate';
const noCiba = 'is not supported: there is no backchannel authentication';
const answersOnly = 'is what a server answers, not what is registered';
/** Registered members of client metadata (RFC 7591 §4.1) that promise what is not done here, and what holds instead. */
const unserved: Readonly<Record<string, string>> = {
  // JARM §3
  authorization_signed_response_alg: plainAnswers,
  authorization_encrypted_response_alg: plainAnswers,
  authorization_encrypted_response_enc: plainAnswers,
  // RFC 8705 §2.1.2, §3.4, RFC 9449 §5.2
  tls_client_auth_subject_dn: noCertificate,
  tls_client_auth_san_dns: noCertificate,
  tls_client_auth_san_uri: noCertificate,
  tls_client_auth_san_ip: noCertificate,
  tls_client_auth_san_email: noCertificate,
  tls_client_certificate_bound_access_tokens: 'is not supported: access tokens are bound to no certificate',
  dpop_bound_access_tokens: 'is not supported: access tokens are bound to no key',
  // CIBA §4
  backchannel_token_delivery_mode: noCiba,
  backchannel_client_notification_endpoint: noCiba,
  backchannel_authentication_request_signing_alg: noCiba,
  backchannel_user_code_parameter: noCiba,
  // RFC 7591 §2, §2.3, §3.2.1, RFC 7592 §3
  software_statement: 'is not supported: write its members themselves',
  software_id: 'is not kept',
  software_version: 'is not kept',
  client_id: 'is no member of the metadata: it is given beside it',
  client_secret: 'is no member of the metadata: it is made here and told once',
  client_id_issued_at: answersOnly,
  client_secret_expires_at: answersOnly,
  registration_access_token: answersOnly,
  registration_client_uri: answersOnly,
};

/** What holds in the place of a member that is not served here; undefined for one of no specification (RFC 7591 §4.1). */
export const reasonUnserved = (member: string): string | undefined =>
  Object.hasOwn(unserved, member) ? unserved[member] : undefined;

/** Members that have a value and are not read. A server may ignore them (RFC 7591 §2); the operator who wrote one is told. */
export const unreadMembers = (document: Document): readonly string[] =>
  Object.keys(document).filter(
    (member) => document[member] !== undefined && document[member] !== null && !clientMetadataMembers.has(member),
  );
