import type { Request, Response } from 'express';
import { hashToken } from '../../crypto/digest.js';
import type { AuthzGiven } from '../deps.js';

const prefix = 'interaction-';
const suffix = /^[A-Za-z0-9_-]{8}$/;

/** Interactions that one browser may have open; with more, the oldest are forgotten. */
const most = 20;

/** Names of our interaction cookies that a request brings, oldest first as browsers send them (RFC 6265 §5.4). */
function presentedNames({ cookies }: AuthzGiven, req: Request): readonly string[] {
  const start = cookies.name(prefix);
  return (req.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.slice(0, pair.indexOf('=')).trim())
    .filter((name) => name.startsWith(start) && suffix.test(name.slice(start.length)))
    .map((name) => prefix + name.slice(start.length));
}

/**
 * Marks the browser that asks with a cookie of its own for each interaction, so that tabs do not disturb each other: only this
 * browser will collect the answer (RFC 9700 §4.7.1).
 * @returns what storage keeps of it
 */
export function bindBrowser(authz: AuthzGiven, req: Request, res: Response): Buffer {
  const present = presentedNames(authz, req);
  for (const name of present.slice(0, Math.max(0, present.length - most + 1))) authz.cookies.clear(res, name);
  const value = authz.random.token();
  const maxAgeSeconds = Math.ceil(authz.config.lifetimes.interaction / 1000);
  authz.cookies.set(res, prefix + authz.random.token(6), value, { maxAgeSeconds, sameSite: 'Lax' });
  return hashToken(value);
}

/** Hashes of all the marks that a browser brings; bounded, as strangers can send any number. */
export const presentedBindings = (authz: AuthzGiven, req: Request): readonly Buffer[] =>
  presentedNames(authz, req)
    .slice(-2 * most)
    .flatMap((name) => {
      const value = authz.cookies.read(req, name);
      return value === undefined ? [] : [hashToken(value)];
    });
