import type { IncomingMessage } from 'node:http';
import type { Random } from '../../crypto/random.js';

const safe = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's `X-Request-Id` where it is short and safe, else a new one: it ends up in logs, headers and pages. */
export function requestIdOf(req: IncomingMessage, random: Random): string {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && safe.test(given) ? given : random.uuid();
}
