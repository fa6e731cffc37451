import type { Request, RequestHandler, Response } from 'express';
import { sendConsentPage } from './consent/consent.js';
import type { Idp } from './deps.js';
import { complete, completeWithSuccess, continueCompleted } from './interaction/complete.js';
import { newBrowser, readBrowser, setBrowser } from './interaction/cookies.js';
import { hubPath } from './interaction/paths.js';
import { seeOther } from './interaction/see-other.js';
import { stepOf, visit } from './interaction/visit.js';
import { keepAlive } from './sign-in/session.js';
import { sendLoginPage } from './sign-in/sign-in.js';

/** In the hub's query: `account=other` asks for the login page although somebody is signed in, `cookie=set` for no second cookie. */
const otherAccount = 'account=other';
const cookieWasSet = 'cookie=set';

const asks = (req: Request, query: string): boolean => req.url.split('?')[1] === query;

/**
 * A browser without a cookie is given one and comes back with it before anything is bound: an answer that got lost binds
 * nothing, and who keeps no cookies learns so before a password is typed.
 * @returns whether the browser was sent to come back
 */
function giveCookie(idp: Idp, req: Request, res: Response): boolean {
  if (readBrowser(idp, req) !== undefined) return false;
  setBrowser(idp, res, newBrowser(idp));
  if (asks(req, cookieWasSet)) return false;
  seeOther(res, `${hubPath(idp, { interactionId: String(req.params.interaction) })}?${cookieWasSet}`);
  return true;
}

/**
 * The hub (OIDC Core §3.1.2.3, §3.1.2.4): every step returns here and none knows the next. One statement reads the facts,
 * `nextStep` decides, and the browser is shown a page or sent back to authz. With prompt=none it is always sent back.
 */
export const interaction =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    if (giveCookie(idp, req, res)) return;
    const here = await visit(idp, req);
    if (here.outcome) return continueCompleted(idp, res, here, here.outcome);
    await keepAlive(idp, here.session);
    if (asks(req, otherAccount) && !here.silent) return sendLoginPage(idp, res, here);
    const step = stepOf(idp, here);
    switch (step.kind) {
      case 'login':
        return sendLoginPage(idp, res, here, { again: step.again });
      case 'consent':
        return sendConsentPage(idp, res, here, step.newScopes);
      case 'refused':
        await complete(idp, res, here, { error: step.error });
        return;
      case 'done':
        await completeWithSuccess(idp, res, here);
    }
  };
