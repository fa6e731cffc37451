import { hashToken } from '../../crypto/digest.js';
import type { Asked } from '../../http/request/asked.js';
import { signedInOutcome } from '../../protocol/authorization/due-step.js';
import { denyDevice } from '../../storage/grants/device-authorizations.js';
import { completeInteraction } from '../../storage/interactions/interactions.js';
import type { InteractionOutcome } from '../../storage/schema/interactions.js';
import type { Idp } from '../deps.js';
import type { Answer } from './answer.js';
import { accountReturn, handleOf, hubPath, resumeUrl } from './paths.js';
import { interactionFinished } from './refusal.js';
import { impliedSoFar, type Visit } from './visit.js';

export interface Completion {
  /** Whether this outcome counts: the first one does. */
  readonly stands: boolean;
  readonly answer: Answer;
}

/** Where a completed interaction leads: to authz, to the account page that the person wanted, or to a page that says it is over. */
function wayBack(idp: Idp, visit: Visit): string {
  switch (visit.purpose) {
    case 'authorize':
      return resumeUrl(idp, visit);
    case 'account':
      return accountReturn(idp, visit.request);
    case 'device':
      return hubPath(idp, visit);
  }
}

/**
 * Completes the interaction and sends the browser on. A request that comes second is sent to the hub, which reads
 * the outcome of the first. About a device only a refusal is told here: what allows it makes its authorization grant as well.
 */
export async function complete(idp: Idp, visit: Visit, outcome: InteractionOutcome): Promise<Completion> {
  const completion = { idHash: hashToken(visit.interactionId), outcome, now: idp.clock.now() };
  const stands =
    visit.purpose === 'device'
      ? await denyDevice(idp.sql, completion)
      : await completeInteraction(idp.sql, { ...completion, handleHash: hashToken(handleOf(idp, visit)) });
  return { stands, answer: { seeOther: stands ? wayBack(idp, visit) : hubPath(idp, visit) } };
}

/** Completes it with what the session proves, and the user or else the client's operator allowed. */
export async function completeWithSuccess(idp: Idp, asked: Asked, visit: Visit): Promise<Answer> {
  if (!visit.session) throw new Error('an interaction is done without a session');
  const isKept = visit.session.secret !== visit.cookies.session;
  const outcome = { ...signedInOutcome(visit.request, visit.session), ...(isKept && { isKept }) };
  const { stands, answer } = await complete(idp, visit, outcome);
  const permissions = impliedSoFar(idp, visit);
  const { clientId } = visit;
  if (stands && clientId !== undefined && permissions.length > 0) {
    const { userId, sessionId } = outcome;
    idp.events.record(asked, { type: 'consent_implied', clientId, userId, sessionId, detail: { permissions } });
  }
  return answer;
}

/**
 * A completed interaction leads on as before, so that a double click or the back button does no harm, but a success only
 * for the session that it is about. With prompt=none no browser is bound: whoever started the interaction could otherwise
 * lure a signed-in victim to it and fetch the handle to the victim's code afterwards.
 */
export function continueCompleted(idp: Idp, visit: Visit, outcome: InteractionOutcome): Answer {
  if (!('error' in outcome) && outcome.sessionId !== visit.session?.id) throw interactionFinished(visit.request);
  return { seeOther: wayBack(idp, visit) };
}
