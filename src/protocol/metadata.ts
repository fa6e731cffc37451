import { displays } from './authorization/display.js';
import { codeChallengeMethods } from './authorization/pkce.js';
import type { ProtectedResource } from './authorization/resource-indicators.js';
import { responseModes } from './authorization/response-mode.js';
import { authenticationMethodsAt } from './client/client-authentication.js';
import { grantTypes } from './client/client-metadata.js';
import { contentEncryptions, keyEncryptions } from './client/encrypted-answers.js';
import { requestEncryptions } from './client/request-encryption.js';
import { subjectTypes } from './client/subject-type.js';
import {
  type Endpoint,
  type EndpointName,
  endpoints,
  endpointUrl,
  type OptionalFeature,
  type RoleName,
} from './endpoints.js';
import { languages } from './language.js';
import { assertionSigningAlgorithms, type SigningAlgorithm, signingAlgorithms } from './signing-algorithm.js';

export interface MetadataFacts {
  readonly issuer: string;
  /** The public URL below which each role that announces endpoints is reached. */
  readonly publicUrls: Readonly<Partial<Record<RoleName, string>>>;
  readonly resources: readonly ProtectedResource[];
  /** Algorithms for which a signing key exists. */
  readonly signingAlgorithms: readonly SigningAlgorithm[];
  /** Scopes about the user, and what can be told of one. */
  readonly userScopes: readonly string[];
  readonly claims: readonly string[];
  readonly acrValues: readonly string[];
  /** Of every client (RFC 9126 §5). */
  readonly requiresPushedRequests: boolean;
  /** Of every client (RFC 9101 §10.5). */
  readonly requiresSignedRequests: boolean;
  /** What `prompt` may hold. */
  readonly prompts: readonly string[];
  /** What of that which may be switched off is on. */
  readonly offers: Readonly<Record<OptionalFeature, boolean>>;
}

/** Each endpoint that names a metadata member, at its role's public URL (RFC 8414 §2). */
function endpointMembers({ publicUrls, offers }: Pick<MetadataFacts, 'publicUrls' | 'offers'>): Record<string, string> {
  const members: Record<string, string> = {};
  for (const [name, { role, metadata, optional }] of Object.entries(endpoints) as [EndpointName, Endpoint][]) {
    if (optional && !offers[optional]) continue;
    const publicUrl = publicUrls[role];
    if (metadata && publicUrl !== undefined) members[metadata] = endpointUrl(publicUrl, name);
  }
  return members;
}

const authenticationMembers = (): Record<string, unknown> => ({
  token_endpoint_auth_methods_supported: authenticationMethodsAt.token,
  token_endpoint_auth_signing_alg_values_supported: assertionSigningAlgorithms,
  introspection_endpoint_auth_methods_supported: authenticationMethodsAt.introspect,
  introspection_endpoint_auth_signing_alg_values_supported: assertionSigningAlgorithms,
  revocation_endpoint_auth_methods_supported: authenticationMethodsAt.revoke,
  revocation_endpoint_auth_signing_alg_values_supported: assertionSigningAlgorithms,
});

/** How what is told may be signed and encrypted (OIDC Discovery §3, RFC 9701 §7). */
const answerMembers = ({ signingAlgorithms: signing }: MetadataFacts): Record<string, unknown> => ({
  id_token_signing_alg_values_supported: signing,
  id_token_encryption_alg_values_supported: keyEncryptions,
  id_token_encryption_enc_values_supported: contentEncryptions,
  userinfo_signing_alg_values_supported: signing,
  userinfo_encryption_alg_values_supported: keyEncryptions,
  userinfo_encryption_enc_values_supported: contentEncryptions,
  introspection_signing_alg_values_supported: signing,
  introspection_encryption_alg_values_supported: keyEncryptions,
  introspection_encryption_enc_values_supported: contentEncryptions,
});

/**
 * The discovery document, in both its forms (RFC 8414 §2, OIDC Discovery §3, OIDC Prompt Create §4.2): only what is there, from the tables that the
 * routes and rules themselves are made of.
 */
export const authorizationServerMetadata = (facts: MetadataFacts): Readonly<Record<string, unknown>> => ({
  issuer: facts.issuer,
  ...endpointMembers(facts),
  scopes_supported: [...new Set([...facts.userScopes, ...facts.resources.flatMap(({ scopes }) => scopes)])],
  response_types_supported: ['code'],
  response_modes_supported: responseModes,
  grant_types_supported: grantTypes,
  code_challenge_methods_supported: codeChallengeMethods,
  subject_types_supported: subjectTypes,
  ...answerMembers(facts),
  ...authenticationMembers(),
  ...(facts.acrValues.length > 0 ? { acr_values_supported: facts.acrValues } : {}),
  claims_supported: facts.claims,
  ui_locales_supported: languages,
  prompt_values_supported: facts.prompts,
  display_values_supported: displays,
  claims_parameter_supported: true,
  request_parameter_supported: true,
  request_object_signing_alg_values_supported: signingAlgorithms,
  request_object_encryption_alg_values_supported: requestEncryptions,
  request_object_encryption_enc_values_supported: contentEncryptions,
  request_uri_parameter_supported: true,
  // Nothing is fetched from an address that the client has not named before (OIDC Core §6.2).
  require_request_uri_registration: true,
  require_pushed_authorization_requests: facts.requiresPushedRequests,
  require_signed_request_object: facts.requiresSignedRequests,
  authorization_response_iss_parameter_supported: true,
  // OIDC Back-Channel Logout §2.1
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
  // OIDC Front-Channel Logout §3
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
  // An empty list is left out (RFC 8414 §3.2).
  ...(facts.resources.length > 0 ? { protected_resources: facts.resources.map(({ identifier }) => identifier) } : {}),
});
