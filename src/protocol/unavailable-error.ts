/**
 * Something that is needed is away or busy, and asking again will help (RFC 9110 §15.6.4): answered with 503 and Retry-After by
 * every endpoint in its own form.
 */
export abstract class UnavailableError extends Error {
  readonly status = 503;
  /** Seconds (RFC 9110 §10.2.3). */
  abstract readonly retryAfter: number;
}
