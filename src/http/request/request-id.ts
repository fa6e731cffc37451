import type { IncomingMessage } from 'node:http';

const safe = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's `X-Request-Id` where it is short and safe: for the log, beside an id of our own that nobody else chose. */
export function callerRequestIdOf(req: IncomingMessage): string | undefined {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && safe.test(given) ? given : undefined;
}
