import type { ClientMetadata } from '../client/client-metadata.js';
import { OAuthError } from '../oauth-error.js';
import type { Parameters } from '../parameters.js';
import { responseModes } from './response-mode.js';

type Rule = (parameters: Parameters, client: ClientMetadata) => void;

/** A malformed authorization request; the detail is for the log (RFC 6749 §4.1.2.1 `invalid_request`). */
export const invalidRequest = (detail: string): OAuthError => new OAuthError('invalid_request', { detail });

/** Characters that a parameter may have: it comes back in a Location field or is kept until the request is answered. */
export const longest = { state: 4096, nonce: 4096, login_hint: 1024, acr_values: 1024 } as const;

/** Request objects are taken neither by value nor by reference (OIDC Core §6.1, §6.2). */
const assertNoRequestObject: Rule = (parameters) => {
  if (parameters.has('request')) throw new OAuthError('request_not_supported');
  if (parameters.has('request_uri')) throw new OAuthError('request_uri_not_supported');
};

/** Clients register beforehand (OIDC Core §7.2.1). */
const assertNoRegistration: Rule = (parameters) => {
  if (parameters.has('registration')) throw new OAuthError('registration_not_supported');
};

/** Multiple Response Types §2.1. */
const assertKnownResponseMode: Rule = (parameters) => {
  const mode = parameters.get('response_mode');
  if (mode !== undefined && !responseModes.some((known) => known === mode)) {
    throw invalidRequest('response_mode is unknown');
  }
};

const assertLengths: Rule = (parameters) => {
  const tooLong = Object.entries(longest).find(([name, limit]) => (parameters.get(name)?.length ?? 0) > limit);
  if (tooLong) throw invalidRequest(`${tooLong[0]} is too long`);
};

/** The code flow is the only one (OAuth 2.1 §4.1.1). */
const assertCodeRequested: Rule = (parameters) => {
  const responseType = parameters.get('response_type');
  if (responseType === undefined) throw invalidRequest('response_type is missing');
  if (responseType !== 'code') throw new OAuthError('unsupported_response_type');
};

/** RFC 7591 §2 `grant_types`, `response_types`. */
const assertCodeFlowRegistered: Rule = (_, client) => {
  if (client.grant_types.includes('authorization_code') && client.response_types.includes('code')) return;
  throw new OAuthError('unauthorized_client', { detail: 'the client is not registered for the code flow' });
};

const rules: readonly Rule[] = [
  assertNoRequestObject,
  assertNoRegistration,
  assertKnownResponseMode,
  assertLengths,
  assertCodeRequested,
  assertCodeFlowRegistered,
];

/**
 * What has to hold of an authorization request before its values are looked at (RFC 6749 §4.1.1, §4.1.2.1): rule by rule, in
 * this order.
 * @throws OAuthError the first rule that is broken
 */
export function assertAuthorizationRequest(parameters: Parameters, client: ClientMetadata): void {
  for (const rule of rules) rule(parameters, client);
}
