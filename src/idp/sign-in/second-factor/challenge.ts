import type { Page } from '../../../http/browser/headers.js';
import { retryAfterSeconds } from '../../../protocol/sign-in/sign-in-delay.js';
import { consentForm } from '../../consent/consent.js';
import type { Idp } from '../../deps.js';
import { formOf } from '../../interaction/interaction-form.js';
import { clientOnPage, personOnPage } from '../../interaction/parts.js';
import { hubPath } from '../../interaction/paths.js';
import { switchAccountPath } from '../../interaction/remembered-accounts.js';
import type { InteractionStep, StepForm } from '../../interaction/step.js';
import { stepOf, type Visit } from '../../interaction/visit.js';
import { trustLifetime } from '../trusted-browser.js';
import { type ChallengeProblem, renderChallengePage } from './challenge-page.js';
import { signInByCode } from './sign-in.js';

const challengeForm: StepForm<'challenge'> = { kind: 'challenge', boundToUser: false };

/** Who is asked: somebody signed in, or whose password has just been proven. The latter are called as they signed in, no more. */
function personOf({ session, candidate }: Visit, subject: string) {
  if (session?.userId === subject) return personOnPage(session);
  return candidate?.userId === subject ? personOnPage({ username: candidate.username }) : undefined;
}

function render(idp: Idp, visit: Visit, subject: string, problem?: ChallengeProblem): Page {
  return renderChallengePage(visit.view, {
    client: clientOnPage(visit),
    person: personOf(visit, subject),
    ...formOf(idp, visit, challengeForm),
    switchAccount: switchAccountPath(idp, visit),
    cancel: formOf(idp, visit, consentForm),
    trustFor: trustLifetime(idp),
    problem,
  });
}

/** Asks for a code of the authenticator app, or for one of the recovery codes. */
export const challengeStep = (idp: Idp): InteractionStep<'challenge'> => ({
  ...challengeForm,
  page(visit) {
    const step = stepOf(idp, visit);
    if (step.kind !== 'challenge') throw new Error('a code is asked of nobody');
    return { page: render(idp, visit, step.subject) };
  },
  async submit(sent) {
    const { visit, form } = sent;
    const step = stepOf(idp, visit);
    if (step.kind !== 'challenge') return { seeOther: hubPath(idp, visit) };
    const text = visit.view.texts.challenge;
    const field = form.has('recovery_code') ? 'recovery' : 'code';
    const ask = (problem: Omit<ChallengeProblem, 'field'>) => render(idp, visit, step.subject, { field, ...problem });
    const result = await signInByCode(idp, step.subject, sent);
    switch (result.kind) {
      case 'proven':
        return { seeOther: hubPath(idp, visit), cookies: result.cookies };
      case 'refused':
        return { page: ask({ title: text.problem, message: text.refused[field] }), status: 422 };
      case 'delayed': {
        const retryAfter = retryAfterSeconds(result.until, idp.clock.now());
        const { delayedTitle: title, delayed } = visit.view.texts.login;
        return { page: ask({ title, message: delayed(retryAfter) }), status: 429, retryAfter };
      }
    }
  },
});
