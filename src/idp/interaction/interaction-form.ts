import type { RequestHandler } from 'express';
import { assertCsrfToken, csrfToken } from '../../http/browser/csrf.js';
import { askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { noteRequestedLanguages } from '../../pages/error-pages.js';
import { presentedCookies } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { sendAnswer } from './answer.js';
import { hubPath, stepPath } from './paths.js';
import { assertOwnForm } from './same-origin.js';
import type { GuardedForm, StepForm } from './step.js';
import { readVisit, type Visit } from './visit.js';

const purposeOf = ({ interactionId, session }: Visit, { kind, boundToUser }: StepForm): string =>
  boundToUser ? `${kind} ${interactionId} ${session?.userId ?? ''}` : `${kind} ${interactionId}`;

/** Where a step's form goes and the token that it carries: it fits this browser, this interaction and this step only. */
export const formOf = (idp: Idp, visit: Visit, form: StepForm): { readonly action: string; readonly csrf: string } => ({
  action: stepPath(idp, form.kind, visit),
  csrf: csrfToken(idp.csrfKey, visit.browser, purposeOf(visit, form)),
});

/**
 * The guard before every form of an interaction: a step sees only what was sent from a page of ours, in the browser to which
 * the interaction is bound, while it is not completed. Anything else leads to the hub or is refused.
 */
export const interactionForm =
  (idp: Idp, step: GuardedForm): RequestHandler =>
  async (req, res) => {
    assertOwnForm(idp, req);
    const form = await readForm(req);
    const visit = await readVisit(idp, String(req.params.interaction), presentedCookies(idp, req));
    noteRequestedLanguages(res, visit.request.uiLocales);
    if (visit.silent || visit.outcome) return sendAnswer(idp, res, { seeOther: hubPath(idp, visit) });
    assertCsrfToken(idp.csrfKey, visit.browser, purposeOf(visit, step), form.get('csrf'));
    sendAnswer(idp, res, await step.submit({ visit, form, asked: askedOf(req) }));
  };
