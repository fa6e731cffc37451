/** How failures slow further attempts down (NIST SP 800-63B §5.2.2, OWASP ASVS §2.2.1). Durations in milliseconds. */
export interface SignInDelayRule {
  /** Failures that cost nothing: people mistype. */
  readonly freeFailures: number;
  /** The delay after the first failure beyond those; each further one doubles it. */
  readonly firstDelay: number;
  readonly longestDelay: number;
}

/** How long the next attempt has to wait after so many failures: growing, bounded, never for good (NIST SP 800-63B §5.2.2). */
export function signInDelay(failures: number, rule: SignInDelayRule): number {
  const beyond = failures - rule.freeFailures;
  return beyond <= 0 ? 0 : Math.min(rule.longestDelay, rule.firstDelay * 2 ** (beyond - 1));
}

/** The delay after the first, second … failure, up to the one from which all are the longest (NIST SP 800-63B §5.2.2). */
export function signInDelays(rule: SignInDelayRule): readonly number[] {
  const delays: number[] = [];
  do delays.push(signInDelay(delays.length + 1, rule));
  while (delays.at(-1) !== rule.longestDelay);
  return delays;
}

/** Whole seconds for Retry-After (RFC 9110 §10.2.3): rounded up, so that a caller who waits that long is not refused again. */
export const retryAfterSeconds = (waitUntil: Date, now: Date): number =>
  Math.max(1, Math.ceil((waitUntil.getTime() - now.getTime()) / 1000));
