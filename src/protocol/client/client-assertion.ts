import { faults } from '../fault-sentences.js';
import { type SigningAlgorithm, signingAlgorithms } from '../signing-algorithm.js';
import { faultyClient } from './client-authentication.js';
import type { ClientMetadata } from './client-metadata.js';

type Claims = Readonly<Record<string, unknown>>;

/** What a client assertion has to fit (RFC 7523 §3). */
export interface AssertionRules {
  readonly clientId: string;
  readonly issuer: string;
  /** Endpoint URLs that may stand for the issuer: the token endpoint and the one that was called. */
  readonly endpoints: readonly string[];
  readonly now: Date;
  /** Milliseconds that the client's clock may differ, either way. FAPI 2.0 §5.3.2.1 wants 10 s accepted, and no more than 60 s. */
  readonly clockSkew: number;
}

/** What has to be remembered so that an assertion works once (RFC 7523 §3 item 7). */
export interface AssertionUse {
  readonly jti: string;
  readonly expiresAt: Date;
}

/** Seconds. */
const longestLifeSeconds = 3600;

/** The issuer, or an endpoint in its place; alone or among others (RFC 7523 §3 item 3, OIDC Core §9). */
function isAudience(aud: unknown, { issuer, endpoints }: AssertionRules): boolean {
  const accepted = [issuer, ...endpoints];
  return (Array.isArray(aud) ? aud : [aud]).some((item: unknown) => accepted.includes(item as string));
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** nbf and iat say from when on an assertion holds, where it says so (RFC 7519 §4.1.5, §4.1.6). */
function assertHasBegun({ nbf, iat }: Claims, latest: number, skew: string): void {
  for (const [claim, start] of Object.entries({ nbf, iat })) {
    if (start === undefined) continue;
    if (!isTime(start)) throw faultyClient(faults.assertionTimeMalformed(claim));
    if (start > latest) throw faultyClient(faults.assertionNotYetValid(claim, skew));
  }
}

/**
 * The claims of an assertion whose signature has been verified (RFC 7523 §3, OIDC Core §9): whoever is told what is wrong with them
 * holds the client's key.
 * @throws OAuthError invalid_client
 */
export function validateAssertionClaims(claims: Claims, rules: AssertionRules): AssertionUse {
  const now = rules.now.getTime() / 1000;
  const skew = rules.clockSkew / 1000;
  const { iss, sub, aud, exp, jti } = claims;
  if (iss !== rules.clientId || sub !== rules.clientId) throw faultyClient(faults.assertionIssuer);
  if (!isAudience(aud, rules)) throw faultyClient(faults.assertionAudience(rules.issuer));
  if (!isTime(exp)) throw faultyClient(faults.assertionExpiryMissing);
  if (exp <= now - skew) throw faultyClient(faults.assertionExpired(`${skew} s`));
  if (exp > now + longestLifeSeconds + skew) throw faultyClient(faults.assertionLivesTooLong);
  assertHasBegun(claims, now + skew, `${skew} s`);
  if (typeof jti !== 'string' || jti === '') throw faultyClient(faults.assertionIdMissing);
  if (jti.length > 512) throw faultyClient(faults.assertionIdTooLong);
  return { jti, expiresAt: new Date((exp + skew) * 1000) };
}

/** Algorithms that an assertion by a key of the client may be signed with: the registered one, or any (OIDC Registration §2). */
export const assertionAlgorithms = ({
  token_endpoint_auth_signing_alg: registered,
}: Pick<ClientMetadata, 'token_endpoint_auth_signing_alg'>): readonly SigningAlgorithm[] =>
  registered ? signingAlgorithms.filter((alg) => alg === registered) : signingAlgorithms;

/** `typ` values of a client assertion; any other says that the JWT was made for something else (RFC 8725 §3.11). */
export const assertionTypes: readonly (string | undefined)[] = [undefined, 'jwt', 'client-authentication+jwt'];
