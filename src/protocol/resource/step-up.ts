import { isBelowDemand } from '../sign-in/assurance.js';
import type { AuthenticationContextClass } from '../sign-in/authentication-context.js';

/** What the sign-in that a token comes from has to be like (RFC 9470 §3). */
export interface RequiredAuthentication {
  /** Seconds since it. */
  readonly maxAge: number;
  /** Each of them has to be reached, the strongest of which is the last; none where one factor will do. */
  readonly demanded: readonly AuthenticationContextClass[];
}

/** What a client has to ask for, so that the sign-in will do (RFC 9470 §3, §4). */
export interface AuthenticationChallenge {
  /** In order of preference; none where any will do. */
  readonly acrValues: readonly string[];
  /** Seconds. */
  readonly maxAge?: number | undefined;
}

/** How that is asked for (RFC 9470 §3): the strongest does for all. */
export const challengeFor = ({ maxAge, demanded }: RequiredAuthentication): AuthenticationChallenge => ({
  acrValues: demanded.slice(-1),
  maxAge,
});

/**
 * Whether a token says of its sign-in what a resource wants to hear (RFC 9470 §3, RFC 9068 §2.2.1): by the letter, for a resource that
 * knows nothing of how the issuer's classes compare.
 */
export const saysEnough = (
  { acr, auth_time: authTime }: Readonly<Record<string, unknown>>,
  { acrValues, maxAge }: AuthenticationChallenge,
  now: Date,
): boolean =>
  (acrValues.length === 0 || acrValues.some((wanted) => wanted === acr)) &&
  (maxAge === undefined || (typeof authTime === 'number' && now.getTime() / 1000 - authTime <= maxAge));

/** How and when somebody signed in. */
export interface SignInFacts {
  readonly authTime: Date;
  readonly amr: readonly string[];
}

/** Whether a sign-in is late and strong enough (RFC 9470 §4). */
export const isAuthenticationEnough = (
  { authTime, amr }: SignInFacts,
  { maxAge, demanded }: RequiredAuthentication,
  now: Date,
): boolean => now.getTime() - authTime.getTime() <= maxAge * 1000 && !isBelowDemand({ acrValues: [], demanded }, amr);
