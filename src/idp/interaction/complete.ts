import type { Response } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { completeInteraction, type InteractionOutcome } from '../../storage/interactions.js';
import type { Idp } from '../deps.js';
import { handleOf, hubPath, resumeUrl } from './paths.js';
import { interactionFinished } from './refusal.js';
import { seeOther } from './see-other.js';
import type { Visit } from './visit.js';

/**
 * Closes the conversation and sends the browser back to authz. Who comes second goes to the hub again, which looks at what
 * the first one left.
 * @returns whether this outcome is the one that stands
 */
export async function complete(idp: Idp, res: Response, visit: Visit, outcome: InteractionOutcome): Promise<boolean> {
  const completion = {
    idHash: hashToken(visit.interactionId),
    outcome,
    handleHash: hashToken(handleOf(idp, visit)),
    now: idp.clock.now(),
  };
  const first = await completeInteraction(idp.sql, completion);
  seeOther(res, first ? resumeUrl(idp, visit) : hubPath(idp, visit));
  return first;
}

/** Closes it with what the session proves and the user allowed. */
export function completeWithSuccess(idp: Idp, res: Response, visit: Visit): Promise<boolean> {
  if (!visit.session) throw new Error('an interaction is done without a session');
  const { id, userId, authTime, amr, acr } = visit.session;
  const { scopes } = visit.request;
  return complete(idp, res, visit, { sessionId: id, userId, authTime: authTime.getTime(), amr, acr, scopes });
}

/**
 * A completed interaction leads on as before, so that a double click or the back button does no harm; but its success only
 * to the session that it is about. With prompt=none no browser is bound: whoever started the interaction could otherwise
 * lure a signed-in victim here and fetch the handle to the victim's code afterwards.
 */
export function continueCompleted(idp: Idp, res: Response, visit: Visit, outcome: InteractionOutcome): void {
  if (!('error' in outcome) && outcome.sessionId !== visit.session?.id) throw interactionFinished();
  seeOther(res, resumeUrl(idp, visit));
}
