import { type SigningAlgorithm, signingAlgorithms } from '../signing-algorithm.js';
import { invalidClient } from './client-authentication.js';
import type { ClientMetadata } from './client-metadata.js';

const refuse = (detail: string): never => {
  throw invalidClient(detail);
};

/** What a client assertion has to fit (RFC 7523 §3). */
export interface AssertionRules {
  readonly clientId: string;
  readonly issuer: string;
  /** Endpoint URLs that may stand for the issuer: the token endpoint and the one that was called. */
  readonly endpoints: readonly string[];
  readonly now: Date;
}

/** What has to be remembered so that an assertion works once (RFC 7523 §3 item 7). */
export interface AssertionUse {
  readonly jti: string;
  readonly expiresAt: Date;
}

/** Clocks differ: FAPI 2.0 §5.3.2.1 wants 10 s ahead accepted and 60 s refused. */
const clockSkewSeconds = 30;
const longestLifeSeconds = 3600;

/** The issuer, or an endpoint in its place; alone or among others (RFC 7523 §3 item 3, OIDC Core §9). */
function isAudience(aud: unknown, { issuer, endpoints }: AssertionRules): boolean {
  const accepted = [issuer, ...endpoints];
  return (Array.isArray(aud) ? aud : [aud]).some((item: unknown) => accepted.includes(item as string));
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/**
 * The claims of an assertion whose signature has been verified (RFC 7523 §3, OIDC Core §9).
 * @throws OAuthError invalid_client
 */
export function validateAssertionClaims(
  claims: Readonly<Record<string, unknown>>,
  rules: AssertionRules,
): AssertionUse {
  const now = rules.now.getTime() / 1000;
  const { iss, sub, aud, exp, nbf, iat, jti } = claims;
  if (iss !== rules.clientId || sub !== rules.clientId) refuse('iss or sub of the assertion is not the client');
  if (!isAudience(aud, rules)) refuse('aud of the assertion is not this server');
  if (!isTime(exp) || exp <= now - clockSkewSeconds) return refuse('the assertion has expired');
  if (exp > now + longestLifeSeconds + clockSkewSeconds) refuse('the assertion lives too long');
  for (const start of [nbf, iat]) {
    if (start !== undefined && (!isTime(start) || start > now + clockSkewSeconds))
      refuse('the assertion is not valid yet');
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > 512) return refuse('jti of the assertion is missing');
  return { jti, expiresAt: new Date((exp + clockSkewSeconds) * 1000) };
}

/** Algorithms a client's assertion may be signed with: the registered one, or any (OIDC Registration §2). */
export const assertionAlgorithms = ({
  token_endpoint_auth_signing_alg: registered,
}: Pick<ClientMetadata, 'token_endpoint_auth_signing_alg'>): readonly SigningAlgorithm[] =>
  registered ? [registered] : signingAlgorithms;

/** `typ` values of a client assertion; any other says that the JWT was made for something else (RFC 8725 §3.11). */
export const assertionTypes: readonly (string | undefined)[] = [undefined, 'jwt', 'client-authentication+jwt'];
