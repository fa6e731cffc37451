import type { RequestHandler } from 'express';
import { type Asked, askedOf } from '../http/request/asked.js';
import { noteRequestedLanguages } from '../pages/error-pages.js';
import { mendedBrowserState } from './cookies/browser-state.js';
import { browserCookie, interactionCookie, presentedCookies, setCookie } from './cookies/cookies.js';
import type { Idp } from './deps.js';
import { decidedPage } from './device/decided.js';
import { type Answer, sendAnswer } from './interaction/answer.js';
import { complete, completeWithSuccess, continueCompleted } from './interaction/complete.js';
import { hubIsAsked, hubPath, openSignUp } from './interaction/paths.js';
import type { Steps } from './interaction/step.js';
import { readVisit, stepOf, type Visit } from './interaction/visit.js';
import { keepAlive } from './sign-in/session.js';

/** What the query may ask for: another account, one of the browser's or any, or a code by mail from the sign-in page. */
const wishes = { chooseAccount: 'selectAccount', otherAccount: 'login', emailCode: 'emailCode' } as const;

function wishIn({ config }: Idp, url: string): HubVisit['wish'] {
  const asked = (Object.keys(wishes) as (keyof typeof wishes)[]).find((wish) => hubIsAsked(url, wish));
  return asked === undefined || (asked === 'emailCode' && config.factors.email !== 'first') ? undefined : wishes[asked];
}

interface HubVisit {
  readonly visit: Visit;
  readonly asked: Asked;
  /** The page that whoever sits there asks for in the place of the one that is due. */
  readonly wish: (typeof wishes)[keyof typeof wishes] | undefined;
}

/** To the page on which an account is asked for; null where registration has been closed meanwhile. */
function toSignUp(idp: Idp, { interactionId }: Visit): Answer | null {
  const seeOther = openSignUp(idp);
  return seeOther === undefined ? null : { seeOther, cookies: [interactionCookie(interactionId)] };
}

/** The page of the step that is due, or the way back to authz. */
async function answerVisit(idp: Idp, steps: Steps, { visit, asked, wish }: HubVisit): Promise<Answer> {
  if (visit.outcome)
    return visit.purpose === 'device'
      ? decidedPage(visit, visit.outcome)
      : continueCompleted(idp, visit, visit.outcome);
  await keepAlive(idp, visit.session);
  if (wish !== undefined && !visit.silent) return steps[wish].page(visit);
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
    const wish = wishIn(idp, req.url);
    const answer = await answerVisit(idp, steps, { visit, asked: askedOf(req), wish });
    const live = visit.sessions.map(({ secret }) => secret);
    const mended = mendedBrowserState(idp, cookies, live);
    sendAnswer(idp, res, { ...answer, cookies: [...mended, ...(answer.cookies ?? [])] });
  };
