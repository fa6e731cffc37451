import { hashToken } from '../../crypto/digest.js';
import { namedSession } from '../../protocol/sign-in/accounts-in-browser.js';
import type { VisitedInteraction, VisitingSession } from '../../storage/interactions/interaction-visit.js';
import { type CookieToSet, keptSessionsCookie, type PresentedCookies, sessionCookie } from './cookies.js';

/** A live session that the browser brings. */
export interface PresentSession extends VisitingSession {
  readonly secret: string;
}

/** The secrets that a browser brings, that of the current session first. */
export const presentSecrets = ({ session, keptSessions }: PresentedCookies): readonly string[] =>
  session === undefined ? keptSessions : [session, ...keptSessions];

/** The live sessions behind them, in that order. */
export const presentSessions = (
  { sessions }: Pick<VisitedInteraction, 'sessions'>,
  cookies: PresentedCookies,
): readonly PresentSession[] =>
  presentSecrets(cookies).flatMap((secret) => {
    const secretHash = hashToken(secret);
    const found = sessions.find((session) => session.secretHash.equals(secretHash));
    return found ? [{ ...found, secret }] : [];
  });

/**
 * Who answers an interaction: whom its request names, or else the current session. Whoever chose an account in it, or signed in since it
 * began, is not overruled by a name.
 */
export function answeringSession(
  { request, begunAt, chosenSessionId }: Pick<VisitedInteraction, 'request' | 'begunAt' | 'chosenSessionId'>,
  sessions: readonly PresentSession[],
  cookies: PresentedCookies,
): PresentSession | null {
  const current = sessions.find(({ secret }) => secret === cookies.session);
  const isSettled = current && (current.id === chosenSessionId || current.authenticatedAt >= begunAt);
  return (isSettled ? undefined : namedSession(request, sessions)) ?? current ?? null;
}

/** The cookies of a browser with these sessions. */
export const sessionCookies = (current: string | null, kept: readonly string[]): readonly CookieToSet[] => [
  sessionCookie(current),
  keptSessionsCookie(kept),
];
