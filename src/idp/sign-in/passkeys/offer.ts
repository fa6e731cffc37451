import { passkeyOfferCookie } from '../../cookies/cookies.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { formOf } from '../../interaction/interaction-form.js';
import { personOnPage } from '../../interaction/parts.js';
import { hubPath } from '../../interaction/paths.js';
import { unknownDecision } from '../../interaction/refusal.js';
import type { InteractionStep, SentForm, StepForm } from '../../interaction/step.js';
import { stepOf, type Visit } from '../../interaction/visit.js';
import { creationFor, keptAnswer, takeCreation } from './creation.js';
import { renderOfferPage } from './offer-page.js';

const offerForm: StepForm<'offerPasskey'> = { kind: 'offerPasskey', boundToUser: true };

async function offerPage(idp: Idp, visit: Visit, failed = false): Promise<Answer> {
  const { session, view } = visit;
  if (!session) throw new Error('a passkey is offered to nobody');
  const page = renderOfferPage(view, {
    person: personOnPage(session),
    ...formOf(idp, visit, offerForm),
    ...(await creationFor(idp, visit, session)),
    script: idp.script,
    failed,
  });
  return { page, ...(failed ? { status: 422 } : {}) };
}

/** Where an offer is no longer due, the hub knows what comes next. */
async function add(idp: Idp, sent: SentForm): Promise<Answer> {
  const { visit, form } = sent;
  const { session } = visit;
  const onward = { seeOther: hubPath(idp, visit) };
  if (!session || stepOf(idp, visit).kind !== 'offerPasskey') return onward;
  switch (await takeCreation(idp, sent, session, form.get('automatic') === 'yes')) {
    case 'kept':
      return keptAnswer(idp, visit, session);
    case 'failed':
      return offerPage(idp, visit, true);
    case 'stale':
      return onward;
  }
}

/** Offers a passkey to whoever just signed in and has none here (WebAuthn Level 3 §7.1). */
export const offerPasskeyStep = (idp: Idp): InteractionStep<'offerPasskey'> => ({
  ...offerForm,
  page: (visit) => offerPage(idp, visit),
  async submit(sent) {
    if (sent.form.has('passkey')) return add(idp, sent);
    if (sent.form.get('decision') !== 'later') throw unknownDecision();
    return { seeOther: hubPath(idp, sent.visit), cookies: [passkeyOfferCookie('declined')] };
  },
});
