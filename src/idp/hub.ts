import type { RequestHandler } from 'express';
import { type Asked, askedOf } from '../http/request/asked.js';
import { noteRequestedLanguages } from '../pages/error-pages.js';
import type { Idp } from './deps.js';
import { decidedPage } from './device/decided.js';
import { type Answer, sendAnswer } from './interaction/answer.js';
import { mendedBrowserState } from './interaction/browser-state.js';
import { complete, completeWithSuccess, continueCompleted } from './interaction/complete.js';
import { browserCookie, interactionCookie, presentedCookies, setCookie } from './interaction/cookies.js';
import { hubIsAsked, hubPath, openSignUp } from './interaction/paths.js';
import type { Steps } from './interaction/step.js';
import { readVisit, stepOf, type Visit } from './interaction/visit.js';
import { keepAlive } from './sign-in/session.js';

interface HubVisit {
  readonly visit: Visit;
  readonly asked: Asked;
  /** The browser wants to be another user than the one who is signed in. */
  readonly otherAccount: boolean;
  /** It comes from the sign-in page, where a code was asked for. */
  readonly emailCode: boolean;
}

/** To the page on which an account is asked for; null where registration has been closed meanwhile. */
function toSignUp(idp: Idp, { interactionId }: Visit): Answer | null {
  const seeOther = openSignUp(idp);
  return seeOther === undefined ? null : { seeOther, cookies: [interactionCookie(interactionId)] };
}

/** The page of the step that is due, or the way back to authz. */
async function answerVisit(
  idp: Idp,
  steps: Steps,
  { visit, asked, otherAccount, emailCode }: HubVisit,
): Promise<Answer> {
  if (visit.outcome)
    return visit.purpose === 'device'
      ? decidedPage(visit, visit.outcome)
      : continueCompleted(idp, visit, visit.outcome);
  await keepAlive(idp, visit.session);
  if (otherAccount && !visit.silent) return steps.login.page(visit);
  if (emailCode && !visit.silent) return steps.emailCode.page(visit);
  const step = stepOf(idp, visit);
  switch (step.kind) {
    case 'done':
      return completeWithSuccess(idp, asked, visit);
    case 'refused':
      return (await complete(idp, visit, { error: step.error })).answer;
    case 'signUp':
      return toSignUp(idp, visit) ?? steps.login.page(visit);
    default:
      return steps[step.kind].page(visit);
  }
}

/**
 * The hub (OIDC Core §3.1.2.3, §3.1.2.4): every step returns here and none knows the next. One statement reads the facts,
 * `nextStep` decides, and the browser is shown a page or sent back to authz. With prompt=none it is always sent back.
 *
 * A browser without a cookie is given one and comes back with it before anything is bound: an answer that got lost binds
 * nothing, and somebody whose browser keeps no cookies learns so before a password is typed.
 */
export const hub =
  (idp: Idp, steps: Steps): RequestHandler =>
  async (req, res) => {
    const interactionId = String(req.params.interaction);
    const cookies = presentedCookies(idp, req);
    if (cookies.browser === undefined) {
      setCookie(idp, res, browserCookie(idp, idp.random.token(16)));
      const tryCookie = hubPath(idp, { interactionId }, 'cookieWasSet');
      if (!hubIsAsked(req.url, 'cookieWasSet')) return sendAnswer(idp, res, { seeOther: tryCookie });
    }
    const visit = await readVisit(idp, interactionId, cookies);
    noteRequestedLanguages(res, visit.request.uiLocales);
    const otherAccount = hubIsAsked(req.url, 'otherAccount');
    const emailCode = idp.config.factors.email === 'first' && hubIsAsked(req.url, 'emailCode');
    const answer = await answerVisit(idp, steps, { visit, asked: askedOf(req), otherAccount, emailCode });
    const mended = mendedBrowserState(idp, cookies, visit.session !== null);
    sendAnswer(idp, res, { ...answer, cookies: [...mended, ...(answer.cookies ?? [])] });
  };
