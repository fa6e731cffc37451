import { retryAfterSeconds } from '../../../protocol/sign-in/sign-in-delay.js';
import { consentForm } from '../../consent/consent.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { formOf } from '../../interaction/interaction-form.js';
import { clientOnPage, personOnPage } from '../../interaction/parts.js';
import { hubPath } from '../../interaction/paths.js';
import type { InteractionStep, SentForm, StepForm } from '../../interaction/step.js';
import { stepOf, type Visit } from '../../interaction/visit.js';
import { mailCodeToUser } from './ask.js';
import { type EmailCodeProblem, renderEmailCodePage } from './page.js';
import { askedEmailCode, signInByEmailCode } from './sign-in.js';

const emailCodeForm: StepForm<'emailCode'> = { kind: 'emailCode', boundToUser: false };

/** Whose password is proven; undefined where a code is taken in its place, from whoever was mailed one. */
const ownerOf = (idp: Idp, visit: Visit): string | undefined => {
  const step = stepOf(idp, visit);
  return step.kind === 'emailCode' ? step.subject : undefined;
};

interface Shown {
  readonly owner: string | undefined;
  readonly isSent: boolean;
  readonly problem?: EmailCodeProblem;
}

function render(idp: Idp, visit: Visit, { owner, isSent, problem }: Shown) {
  const { view, candidate } = visit;
  const otherWay = hubPath(idp, visit, 'otherAccount');
  const here = hubPath(idp, visit, owner === undefined ? 'emailCode' : undefined);
  return renderEmailCodePage(
    { ...view, here },
    {
      client: clientOnPage(visit),
      person: owner === undefined || !candidate ? undefined : personOnPage({ username: candidate.username }),
      ...formOf(idp, visit, emailCodeForm),
      otherWay,
      cancel: visit.purpose === 'account' ? undefined : formOf(idp, visit, consentForm),
      isSent,
      problem,
    },
  );
}

async function send(idp: Idp, { visit, asked }: SentForm, owner: string): Promise<Answer> {
  const { emailCode: text, challenge } = visit.view.texts;
  if (await mailCodeToUser(idp, asked, visit, owner)) return { seeOther: hubPath(idp, visit) };
  const problem = { title: challenge.problem, message: text.enough };
  const isSent = (await askedEmailCode(idp, visit))?.isOpen ?? false;
  return { page: render(idp, visit, { owner, isSent, problem }), status: 429 };
}

async function enter(idp: Idp, sent: SentForm, owner: string | undefined): Promise<Answer> {
  const { visit } = sent;
  const { emailCode: text, challenge, login } = visit.view.texts;
  const ask = (problem: EmailCodeProblem) => render(idp, visit, { owner, isSent: true, problem });
  const result = await signInByEmailCode(idp, sent, owner);
  switch (result.kind) {
    case 'proven':
      return { seeOther: hubPath(idp, visit), cookies: result.cookies };
    case 'refused':
      return { page: ask({ title: challenge.problem, message: text.refused }), status: 422 };
    case 'delayed': {
      const retryAfter = retryAfterSeconds(result.until, idp.clock.now());
      return { page: ask({ title: login.delayedTitle, message: login.delayed(retryAfter) }), status: 429, retryAfter };
    }
  }
}

/**
 * Asks for a code by mail: after the password of who has nothing better, or in its place once somebody has asked for one on the sign-in
 * page, whose answer is the same for everybody.
 */
export const emailCodeStep = (idp: Idp): InteractionStep<'emailCode'> => ({
  ...emailCodeForm,
  async page(visit) {
    const owner = ownerOf(idp, visit);
    if (owner === undefined) return { page: render(idp, visit, { owner, isSent: true }) };
    const asked = await askedEmailCode(idp, visit);
    return { page: render(idp, visit, { owner, isSent: asked?.userId === owner && asked.isOpen }) };
  },
  async submit(sent) {
    const { visit, form } = sent;
    const owner = ownerOf(idp, visit);
    if (owner === undefined && idp.config.factors.email !== 'first') return { seeOther: hubPath(idp, visit) };
    return form.has('send') && owner !== undefined ? send(idp, sent, owner) : enter(idp, sent, owner);
  },
});
