import type { Request } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { nextStep, type Step } from '../../protocol/sign-in/next-step.js';
import { type VisitedInteraction, visitInteraction } from '../../storage/interactions.js';
import { linkTrace } from '../../telemetry/tracing/tracing.js';
import type { Idp } from '../deps.js';
import { readBrowser, readSession } from './cookies.js';
import { clientDisabled, cookiesMissing, foreignBrowser, interactionGone } from './refusal.js';

/** A browser at an interaction: all the facts from which the next step follows. */
export interface Visit extends VisitedInteraction {
  /** The secret in the URL. */
  readonly interactionId: string;
  /** The cookie's value, to which forms are bound; empty where nothing is shown. */
  readonly browser: string;
  /** prompt=none: nothing may be shown (OIDC Core §3.1.2.1). */
  readonly silent: boolean;
}

/**
 * Reads the interaction that the URL names and binds it to this browser on the first visit, in one statement.
 * @throws PageRefusal when it is gone or another browser's, or there is no cookie to bind it to
 */
export async function visit(idp: Idp, req: Request): Promise<Visit> {
  const interactionId = String(req.params.interaction);
  const browser = readBrowser(idp, req);
  const session = readSession(idp, req);
  const found = await visitInteraction(idp.sql, {
    idHash: hashToken(interactionId),
    idpBrowserHash: browser === undefined ? null : hashToken(browser),
    sessionSecretHash: session === undefined ? null : hashToken(session),
    now: idp.clock.now(),
  });
  if (!found) throw interactionGone();
  linkTrace(found.traceparent);
  if (!found.ours) throw foreignBrowser();
  if (found.clientDisabledAt) throw clientDisabled();
  const silent = found.request.prompts.includes('none');
  if (browser === undefined && !silent) throw cookiesMissing();
  return { ...found, interactionId, browser: browser ?? '', silent };
}

/** What this visit has to answer next. */
export const stepOf = (idp: Idp, { request, createdAt, session, consent }: Visit): Step =>
  nextStep(
    { ...request, startedAt: createdAt },
    session ? { subject: session.userId, authTime: session.authTime } : undefined,
    consent ?? undefined,
    idp.clock.now(),
  );
