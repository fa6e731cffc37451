import { isBelowDemand } from '../sign-in/assurance.js';
import type { AuthenticationContextClass } from '../sign-in/authentication-context.js';

/** What the sign-in that a token comes from has to be like (RFC 9470 §3). */
export interface RequiredAuthentication {
  /** Seconds since it. */
  readonly maxAge: number;
  /** Each of them has to be reached, the strongest of which is the last; none where one factor will do. */
  readonly demanded: readonly AuthenticationContextClass[];
}

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
