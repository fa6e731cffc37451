import type { OAuthError } from '../protocol/oauth-error.js';
import { AccessTokenError } from '../protocol/token/access-token.js';
import type { RefusalReason } from '../resource/refusal-reason.js';

interface Explanation {
  readonly cause: string;
  readonly remedy: string;
}

const newToken = 'the client has to get a new token';

const explanations: Readonly<Record<RefusalReason, Explanation>> = {
  expired: {
    cause: 'the token has expired',
    remedy: `${newToken}; if new ones are refused as well, compare the clocks of rs and authz`,
  },
  not_yet_valid: { cause: 'the token is not valid yet', remedy: 'compare the clocks of rs and authz' },
  issuer: {
    cause: 'the token was issued by somebody else',
    remedy: 'send the client to the expected issuer, or make issuer the same text in the configuration of rs and authz',
  },
  audience: {
    cause: 'the token is for another resource',
    remedy: 'the client has to ask with resource=<expected audience>, or correct rs.resource',
  },
  shared_audience: {
    cause: 'the token is good at another resource as well',
    remedy: 'the client has to ask with resource=<expected audience> alone',
  },
  unknown_key: {
    cause: 'the issuer publishes no key with the kid of the token',
    remedy:
      'is the token of another issuer or environment? compare kid with the key set of the expected issuer, and see that issuer and internal_urls.authz of rs lead there',
  },
  signature: {
    cause: 'the signature does not match the key that the token names',
    remedy: `the token was altered or forged: ${newToken}; if new ones are refused as well, see that issuer and internal_urls.authz of rs lead to the authz that signs`,
  },
  algorithm: {
    cause: 'the token is signed with an algorithm that is not accepted',
    remedy: 'it is forged or of another issuer: see where the client gets it',
  },
  type: {
    cause: 'the token is no access token (typ at+jwt, or JWT where the resource is configured so)',
    remedy: 'the client has to send the access token, not the ID token or another one',
  },
  malformed: { cause: 'the token cannot be read', remedy: 'see what the client sends after "Bearer "' },
  claims: {
    cause: 'the token lacks a claim of RFC 9068, or has it in another form',
    remedy: 'it is of another issuer or of another kind: see where the client gets it',
  },
  sender_constrained: {
    cause: 'the token is bound to a key and came without proof of it',
    remedy: 'it may be stolen: the client has to use DPoP or mutual TLS where that is offered, or a bearer token',
  },
  inactive: {
    cause: 'the issuer says that the token is not active: expired, revoked, unknown, or not for this resource',
    remedy: `${newToken}; if new ones are refused as well, see that rs.introspection.client_id is registered with protected_resources of this audience`,
  },
  scope: { cause: 'the token lacks a scope', remedy: 'the client has to ask for it, and the user to consent' },
  authentication: {
    cause: 'the sign-in that the token comes from is over, too old or too weak',
    remedy: 'the client has to send the person to sign in once more, as the challenge says',
  },
  presentation: {
    cause: 'the token is not presented as "Authorization: Bearer"',
    remedy: 'the client has to send it in that header, once, and nowhere else',
  },
  unavailable: {
    cause: 'the issuer could not be asked',
    remedy: 'see that authz runs and that rs reaches it (issuer, internal_urls.authz)',
  },
};

const isDate = (seconds: unknown): seconds is number => Number.isFinite(seconds) && Math.abs(Number(seconds)) < 8.64e12;

/** What a stranger's token says is kept short, and its times are made readable. */
function shown(name: string, value: unknown): unknown {
  if ((name === 'exp' || name === 'nbf') && isDate(value)) return new Date(value * 1000).toISOString();
  if (Array.isArray(value)) return value.slice(0, 5).map((item) => shown('', item));
  if (typeof value === 'string') return value.slice(0, 200);
  return typeof value === 'number' || value === undefined ? value : typeof value;
}

const foundBy = (error: OAuthError): Record<string, unknown> =>
  error instanceof AccessTokenError
    ? Object.fromEntries(Object.entries(error.found).map(([name, value]) => [name, shown(name, value)]))
    : { detail: error.detail };

/** For the operator, who may know what its bearer is not told (RFC 6750 §3.1): what was found, against what, and what to do. */
export function explainRefusal(
  error: OAuthError,
  reason: RefusalReason,
  expected: { readonly issuer: string; readonly audience: string },
): Record<string, unknown> {
  const { cause, remedy } = explanations[reason];
  return { reason, cause, found: foundBy(error), expected, remedy, ...(error.status >= 500 && { error }) };
}
