import { type BoundedCache, createBoundedCache } from '../cache/bounded-cache.js';
import type { Clock } from '../clock.js';
import { hashToken } from '../crypto/digest.js';
import {
  AccessTokenError,
  type AccessTokenFault,
  AccessTokenUnverifiableError,
  type VerifiedAccessToken,
  validateAccessTokenClaims,
} from '../protocol/token/access-token.js';
import { introspectedClaims, parseIntrospectionResponse } from '../protocol/token/introspection.js';
import type { VerifyAccessToken } from '../resource/authenticate.js';

/** How this resource server proves to the issuer who it is, by `client_secret_post` (RFC 7662 §2.1, RFC 6749 §2.3.1). */
export interface IntrospectionCredentials {
  readonly clientId: string;
  /** A function, so that the secret itself stands in no record that could be printed. */
  readonly clientSecret: () => string;
}

/** How long and how many of the issuer's answers are remembered. */
export interface IntrospectionLimits {
  /** Milliseconds that "active" is believed, and never beyond `exp`: how late a revocation is noticed (RFC 7662 §4). */
  readonly activeFor: number;
  /** Milliseconds that "not active" is believed. */
  readonly inactiveFor: number;
  /** Answers remembered of either kind. */
  readonly entries: number;
  /** Questions under way at once; more are answered 503, so that a slow issuer does not fill our memory. */
  readonly concurrency: number;
}

export const defaultIntrospectionLimits: IntrospectionLimits = {
  activeFor: 10_000,
  inactiveFor: 10_000,
  entries: 5000,
  concurrency: 64,
};

export interface Introspection {
  readonly issuer: string;
  readonly audience: string;
  readonly clockSkew: number;
  readonly clock: Clock;
  readonly credentials: IntrospectionCredentials;
  readonly limits: IntrospectionLimits;
  /** Sends the form to the introspection endpoint and brings its JSON answer. */
  readonly ask: (form: URLSearchParams) => Promise<unknown>;
}

const unverifiable = (detail: string, cause?: unknown): AccessTokenUnverifiableError =>
  new AccessTokenUnverifiableError(detail, 2, cause);

/** Asks once; an answer that is none, or no answer in time, is the issuer's fault and not the token's. */
async function ask({ credentials, ...introspection }: Introspection, token: string): Promise<VerifiedAccessToken> {
  const form = new URLSearchParams({
    token,
    token_type_hint: 'access_token',
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret(),
  });
  const document = await introspection.ask(form).catch((cause) => {
    throw unverifiable('introspection failed', cause);
  });
  const response = parseIntrospectionResponse(document);
  if (!response) throw unverifiable('the answer is no introspection response');
  const claims = introspectedClaims(response, introspection.issuer);
  return validateAccessTokenClaims(claims, { ...introspection, now: introspection.clock.now() });
}

interface Remembered<Value> {
  readonly since: number;
  readonly until: number;
  readonly value: Value;
}

const recall = <Value>(cache: BoundedCache<Remembered<Value>>, key: string, now: number): Value | undefined => {
  const answer = cache.get(key);
  // Not before it was given, either: a clock that is set back must not make answers last.
  if (answer && answer.since <= now && now < answer.until) return answer.value;
  if (answer) cache.delete(key);
  return undefined;
};

/**
 * Verifies opaque tokens by introspection (RFC 7662). Answers are remembered under the token's hash, good and bad apart, so
 * that a flood of invented tokens drives no good one out; callers with the same token wait for one question.
 */
export function createIntrospect(introspection: Introspection): VerifyAccessToken {
  const { clock, limits } = introspection;
  const active = createBoundedCache<Remembered<VerifiedAccessToken>>(limits.entries);
  const refused = createBoundedCache<Remembered<AccessTokenFault>>(limits.entries);
  const underWay = new Map<string, Promise<VerifiedAccessToken>>();
  const now = (): number => clock.now().getTime();

  async function askAndRemember(token: string, key: string): Promise<VerifiedAccessToken> {
    try {
      const value = await ask(introspection, token);
      const since = now();
      active.set(key, { value, since, until: Math.min(since + limits.activeFor, value.expiresAt.getTime()) });
      return value;
    } catch (error) {
      const since = now();
      if (error instanceof AccessTokenError) {
        refused.set(key, { value: error.fault, since, until: since + limits.inactiveFor });
      }
      throw error;
    } finally {
      underWay.delete(key);
    }
  }

  return async (token) => {
    const key = hashToken(token).toString('base64url');
    const remembered = recall(active, key, now());
    if (remembered) return remembered;
    const fault = recall(refused, key, now());
    if (fault) throw new AccessTokenError(fault);
    const pending = underWay.get(key);
    if (pending !== undefined) return pending;
    if (underWay.size >= limits.concurrency) throw unverifiable('too many introspections are under way');
    const question = askAndRemember(token, key);
    underWay.set(key, question);
    return question;
  };
}
