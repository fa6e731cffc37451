import type { ClientMetadata } from '../client/client-metadata.js';
import { type Fault, faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import type { Parameters } from '../parameters.js';
import { responseModes } from './response-mode.js';

type Rule = (parameters: Parameters, client: ClientMetadata) => void;

/** A malformed authorization request (RFC 6749 §4.1.2.1 `invalid_request`). */
export const invalidRequest = (fault: Fault): OAuthError => new OAuthError('invalid_request', { fault });

/** Characters that a parameter may have: it comes back in a Location field or is kept until the request is answered. */
export const longest = { state: 2048, nonce: 512, login_hint: 512, acr_values: 512, claims: 4096 } as const;

/** Clients register beforehand (OIDC Core §7.2.1). */
const assertNoRegistration: Rule = (parameters) => {
  if (parameters.has('registration'))
    throw new OAuthError('registration_not_supported', { fault: faults.registration });
};

/** Multiple Response Types §2.1. */
const assertKnownResponseMode: Rule = (parameters) => {
  const mode = parameters.get('response_mode');
  if (mode !== undefined && !responseModes.some((known) => known === mode)) {
    throw invalidRequest(faults.responseMode);
  }
};

const assertLengths: Rule = (parameters) => {
  const tooLong = Object.entries(longest).find(([name, limit]) => (parameters.get(name)?.length ?? 0) > limit);
  if (tooLong) throw invalidRequest(faults.parameterTooLong(tooLong[0]));
};

/** The code flow is the only one (OAuth 2.1 §4.1.1). */
const assertCodeRequested: Rule = (parameters) => {
  const responseType = parameters.get('response_type');
  if (responseType === undefined) throw invalidRequest(faults.parameterMissing('response_type'));
  if (responseType !== 'code') throw new OAuthError('unsupported_response_type', { fault: faults.responseType });
};

/** RFC 7591 §2 `grant_types`, `response_types`. */
const assertCodeFlowRegistered: Rule = (_, client) => {
  if (client.grant_types.includes('authorization_code') && client.response_types.includes('code')) return;
  throw new OAuthError('unauthorized_client', { fault: faults.codeFlowNotRegistered });
};

const rules: readonly Rule[] = [
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
