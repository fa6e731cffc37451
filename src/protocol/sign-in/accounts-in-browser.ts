import { identifierKey } from './identifiers.js';
import { type InteractionRequest, isOtherUser } from './next-step.js';

/** How many accounts one browser may hold (OIDC Core §3.1.2.1 `select_account`). */
export const mostAccounts = 5;

/** A session of a browser that may hold several (OIDC Core §3.1.2.1 `select_account`). */
export interface BrowserSession {
  readonly userId: string;
  readonly username: string;
  readonly email: string | null;
}

/** The part of a request that may name one of them (OIDC Core §3.1.2.1, §5.5.1). */
export interface NamingRequest extends Pick<InteractionRequest, 'hintedSubject' | 'requestedSubjects'> {
  readonly loginHint?: string | undefined;
}

/** Whether a session of the browser may be meant that is not the one at hand (OIDC Core §3.1.2.1 `id_token_hint`, `login_hint`). */
export const mayMeanAnother = (request: NamingRequest, userId: string): boolean =>
  request.loginHint !== undefined || isOtherUser(request, { subject: userId });

function isCalled({ username, email }: BrowserSession, loginHint: string): boolean {
  const key = identifierKey(loginHint);
  return identifierKey(username) === key || (email !== null && identifierKey(email) === key);
}

/**
 * Which of a browser's sessions answers a request (OIDC Core §3.1.2.1): the one that it names by id_token_hint, or else by login_hint, and
 * otherwise the current one. A name that is none of theirs changes nothing here.
 * @param sessions the current one first
 */
export function namedSession<Session extends BrowserSession>(
  request: NamingRequest,
  sessions: readonly Session[],
): Session | undefined {
  const { hintedSubject, requestedSubjects, loginHint } = request;
  if (hintedSubject !== undefined || requestedSubjects !== undefined)
    return sessions.find(({ userId }) => !isOtherUser(request, { subject: userId }));
  return loginHint === undefined ? undefined : sessions.find((session) => isCalled(session, loginHint));
}
