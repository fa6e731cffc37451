import type { RequestHandler } from 'express';
import { sendOAuthError } from '../http/request/error-handler.js';
import { OAuthError } from '../protocol/oauth-error.js';

/** Keeps requests away from the roles on the database until that is migrated and provisioned. */
export interface Gate {
  /** Stands before a role's routes: until the gate is open, whoever comes is asked to come again. */
  readonly handler: RequestHandler;
  /** For readiness. Rejects with what is waited for. */
  check(): Promise<void>;
  /** Says from now on what is waited for. */
  waitFor(describe: () => string): void;
  open(): void;
}

export function createGate(): Gate {
  let isOpen = false;
  let waitingFor = () => 'its parts to be there';
  return {
    handler(req, res, next) {
      if (isOpen) return next();
      if (!req.path.endsWith('/health'))
        return sendOAuthError(res, new OAuthError('temporarily_unavailable', { retryAfter: 1 }));
      res.status(503).set('Cache-Control', 'no-store').json({ status: 'starting' });
    },
    async check() {
      if (!isOpen) throw new Error(`waiting for ${waitingFor()}`);
    },
    waitFor(describe) {
      waitingFor = describe;
    },
    open() {
      isOpen = true;
    },
  };
}
