import type { RequestHandler } from 'express';
import type { InteractionOutcome } from '../storage/interactions.js';
import { complete, continueCompleted } from './complete.js';
import { sendConsentPage } from './consent.js';
import type { Idp } from './deps.js';
import { sendLoginPage } from './login.js';
import { keepAlive } from './session.js';
import { stepOf, type Visit, visit } from './visit.js';

/** The query that asks for the login page although somebody is signed in. */
const wantsOtherAccount = (url: string): boolean => url.endsWith('?account=other');

function successOf({ session, request }: Visit): InteractionOutcome {
  if (!session) throw new Error('an interaction is done without a session');
  const { id, userId, authTime, amr, acr } = session;
  return { sessionId: id, userId, authTime: authTime.getTime(), amr, acr, scopes: request.scopes };
}

/**
 * The hub (OIDC Core §3.1.2.3, §3.1.2.4): every step returns here and none knows the next. One statement reads the facts,
 * `nextStep` decides, and the browser is shown a page or sent back to authz. With prompt=none it is always sent back.
 */
export const interaction =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const here = await visit(idp, req, res);
    if (here.outcome) return continueCompleted(idp, res, here, here.outcome);
    await keepAlive(idp, here.session);
    if (wantsOtherAccount(req.url) && !here.silent) return sendLoginPage(idp, res, here);
    const step = stepOf(idp, here);
    switch (step.kind) {
      case 'login':
        return sendLoginPage(idp, res, here, { again: step.again });
      case 'consent':
        return sendConsentPage(idp, res, here, step.newScopes);
      case 'refused':
        return complete(idp, res, here, { error: step.error });
      case 'done':
        return complete(idp, res, here, successOf(here));
    }
  };
