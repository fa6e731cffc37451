import { hashToken } from '../../crypto/digest.js';
import { type View, viewFor } from '../../pages/view.js';
import {
  allowedPermissions,
  askedPermissions,
  dueStep,
  impliedFor,
  provenFor,
} from '../../protocol/authorization/due-step.js';
import type { Permission } from '../../protocol/permission.js';
import type { Step } from '../../protocol/sign-in/next-step.js';
import { type VisitedInteraction, visitInteraction } from '../../storage/interactions/interaction-visit.js';
import { linkTrace } from '../../telemetry/tracing/tracing.js';
import { answeringSession, type PresentSession, presentSecrets, presentSessions } from '../cookies/browser-sessions.js';
import type { PresentedCookies } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { ownLanguage } from './parts.js';
import { pageContext } from './paths.js';
import { clientDisabled, cookiesMissing, foreignBrowser, interactionGone } from './refusal.js';

/** A browser at an interaction: all the facts from which the next step follows. */
export interface Visit extends Omit<VisitedInteraction, 'clientId' | 'sessions'> {
  /** Undefined where somebody comes to their own account. */
  readonly clientId: string | undefined;
  /** The secret in the URL. */
  readonly interactionId: string;
  readonly cookies: PresentedCookies;
  /** Every live session of the browser, the current one first. */
  readonly sessions: readonly PresentSession[];
  /** The one that answers: the current one, or another that the request names. */
  readonly session: PresentSession | null;
  /** What its user allowed this client before. */
  readonly consent: PresentSession['consent'];
  /** The browser's cookie, to which forms are bound; empty where nothing is shown. */
  readonly browser: string;
  /** In this interaction, among those of the browser. */
  readonly accountIsChosen: boolean;
  /** Where nobody answers: others are signed in and can be chosen. */
  readonly othersAreSignedIn: boolean;
  /** prompt=none: nothing may be shown (OIDC Core §3.1.2.1). */
  readonly silent: boolean;
  /** How its pages are shown. */
  readonly view: View;
}

const hashOf = (value: string | undefined): Buffer | null => (value === undefined ? null : hashToken(value));

/**
 * Reads the interaction that the URL names and binds it to this browser on the first visit, in one statement.
 * @throws PageRefusal when it is gone or another browser's, or there is no cookie to bind it to
 */
export async function readVisit(idp: Idp, interactionId: string, cookies: PresentedCookies): Promise<Visit> {
  const found = await visitInteraction(idp.sql, {
    idHash: hashToken(interactionId),
    idpBrowserHash: hashOf(cookies.browser),
    sessionSecretHashes: presentSecrets(cookies).map(hashToken),
    now: idp.clock.now(),
  });
  if (!found) throw interactionGone();
  linkTrace(found.traceparent);
  if (!found.ours) throw foreignBrowser(found.request);
  if (found.clientDisabledAt) throw clientDisabled(found.request);
  const silent = found.request.prompts.includes('none');
  if (cookies.browser === undefined && !silent) throw cookiesMissing(found.request);
  const sessions = presentSessions(found, cookies);
  const session = answeringSession(found, sessions, cookies);
  const context = {
    ...pageContext(idp, { interactionId }),
    requested: found.request.uiLocales,
    own: ownLanguage(session),
  };
  const compact = found.request.display === 'popup';
  const view = { ...viewFor(idp.brand, cookies.reader, context), compact };
  const clientId = found.clientId ?? undefined;
  return {
    ...found,
    clientId,
    interactionId,
    cookies,
    browser: cookies.browser ?? '',
    sessions,
    session,
    consent: session?.consent ?? null,
    accountIsChosen: session !== null && session.id === found.chosenSessionId,
    othersAreSignedIn: sessions.length > 0,
    silent,
    view,
  };
}

/** What the client asks to be allowed. */
export const permissionsAsked = ({ config }: Idp, { request }: Visit): readonly Permission[] =>
  askedPermissions(request, config);

/** What the user has allowed this client so far. */
export const permissionsSoFar = ({ config }: Idp, { consent }: Visit): readonly Permission[] =>
  allowedPermissions(consent, config);

/** The step that is due at this visit. */
export const stepOf = (idp: Idp, visit: Visit): Step =>
  dueStep({ ...visit, passkeyOffer: visit.cookies.passkeyOffer }, idp.config, idp.clock.now());

/** What the client gets at this visit although the user was never asked. */
export const impliedSoFar = (idp: Idp, visit: Visit): readonly Permission[] => impliedFor(visit, idp.config);

/** How a user has been proven, up to this visit. */
export const provenSoFar = (idp: Idp, visit: Visit, userId: string): readonly string[] =>
  provenFor(userId, visit, idp.config, idp.clock.now());
