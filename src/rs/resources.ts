import type { RequestHandler } from 'express';
import type { Authentication } from '../resource/authenticate.js';

/** What each method of the resource needs, and says that it did. */
export const methods = {
  GET: { scope: 'read:resource', did: 'read' },
  POST: { scope: 'write:resource', did: 'written' },
  DELETE: { scope: 'delete:resource', did: 'deleted' },
} as const;

/** The protected resource: holds nothing, and tells the caller whom it was called for. */
export const resource =
  (method: keyof typeof methods, { accessTokenOf }: Pick<Authentication, 'accessTokenOf'>): RequestHandler =>
  (_req, res) => {
    const { subject, clientId, scopes, expiresAt } = accessTokenOf(res);
    res.set('Cache-Control', 'no-store').json({
      resource: methods[method].did,
      sub: subject,
      client_id: clientId,
      scope: scopes.join(' '),
      exp: expiresAt.getTime() / 1000,
    });
  };
