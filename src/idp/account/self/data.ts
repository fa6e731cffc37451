import { listActivity } from '../../../storage/audit/activity.js';
import { findOwnTotp } from '../../../storage/factors/own-second-factor.js';
import { listPasskeys } from '../../../storage/factors/passkeys.js';
import { listLinkedIdentities } from '../../../storage/federation/linked-identities.js';
import { listApplications } from '../../../storage/grants/applications.js';
import { claimsOf } from '../../../storage/people/users.js';
import { listOwnSessions } from '../../../storage/sessions/own-sessions.js';
import type { Idp } from '../../deps.js';
import { toldEvents } from '../access/activity.js';
import type { AccountSection, AccountVisit, Download } from '../section.js';

/** Of sessions and events each; more is swept with time. */
const most = 10_000;

async function dataOf({ sql, clock, config }: Idp, { session }: AccountVisit): Promise<Download> {
  const { userId } = session;
  const now = clock.now();
  const providers = config.identityProviders.map(({ id }) => id);
  const [sessions, applications, passkeys, authenticator, identities, activity] = await Promise.all([
    listOwnSessions(sql, { userId, most, now }),
    listApplications(sql, userId, now),
    listPasskeys(sql, userId),
    findOwnTotp(sql, userId),
    listLinkedIdentities(sql, { userId, providers }),
    listActivity(sql, { userId, types: toldEvents, most, before: null }),
  ]);
  const account = { sub: userId, created_at: session.createdAt, password_changed_at: session.passwordChangedAt };
  const claims = claimsOf(session);
  return {
    fileName: 'account.json',
    content: { account, claims, sessions, applications, passkeys, authenticator, identities, activity },
  };
}

/** What is kept of somebody, as a file (GDPR Article 20), without anything by which to sign in. */
export const dataSection = (idp: Idp): AccountSection => ({ sensitive: true, page: (visit) => dataOf(idp, visit) });
