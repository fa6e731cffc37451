import * as stored from '../storage/sessions/sessions.js';
import { type Administration, makeChange } from './administration.js';
import { getUser } from './users.js';

export interface EndedUserSessions extends stored.EndedSessions {
  readonly username: string;
}

/**
 * Ends every session of a user with what was granted in them, as signing out everywhere would. Grants with offline_access
 * go on (OIDC Back-Channel Logout §2.7): withdrawing the consent ends those.
 * @param user username or e-mail address
 * @throws AdministrationError not_found when there is no such user; one without sessions is no error
 */
export async function endUserSessions(administration: Administration, user: string): Promise<EndedUserSessions> {
  const { id: userId, username } = await getUser(administration, user);
  const ended = await makeChange(
    administration,
    { type: 'user_changed', userId, detail: { change: 'sessions ended' } },
    (change) => stored.endUserSessions(administration.transactions, userId, change),
    ({ sessions, revokedGrants }) => ({ detail: { sessions, revoked_grants: revokedGrants } }),
  );
  return { username, ...(ended ?? { sessions: 0, revokedGrants: 0 }) };
}
