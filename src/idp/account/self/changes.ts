import { after } from '../../../clock.js';
import { hashToken } from '../../../crypto/digest.js';
import { linkPlace } from '../../../mail/mailed-link.js';
import { identifierKey, isEmailAddress } from '../../../protocol/sign-in/identifiers.js';
import { listActivity } from '../../../storage/audit/activity.js';
import { findOwnTotp } from '../../../storage/factors/own-second-factor.js';
import { listPasskeys } from '../../../storage/factors/passkeys.js';
import { listLinkedIdentities } from '../../../storage/federation/linked-identities.js';
import { listApplications } from '../../../storage/grants/applications.js';
import type { AccountSession } from '../../../storage/people/account.js';
import { requestDeletion } from '../../../storage/people/deletion.js';
import { askOwnEmail } from '../../../storage/people/own-email.js';
import { claimsOf } from '../../../storage/people/users.js';
import { listOwnSessions } from '../../../storage/sessions/own-sessions.js';
import { publicIdentifiers } from '../../../storage/subjects.js';
import type { Idp } from '../../deps.js';
import { emailLifetime } from '../../mailed-link.js';
import { toldEvents } from '../access/changes.js';
import { detailBy, type Owner } from '../owner.js';
import { providersOf } from '../ways-in/changes.js';

/** Why an address cannot become somebody's: it is none, or theirs already. */
export function emailProblem(
  { email: own, emailVerified }: Pick<AccountSession, 'email' | 'emailVerified'>,
  email: string,
): 'noAddress' | 'same' | undefined {
  if (!isEmailAddress(email)) return 'noAddress';
  const isSame = own !== null && identifierKey(own) === identifierKey(email);
  return isSame && emailVerified ? 'same' : undefined;
}

/** Mails the link by which an address becomes somebody's; that it is another's is told to whoever opens it. */
export async function mailEmailLink(idp: Idp, { userId }: Pick<Owner, 'userId'>, email: string): Promise<void> {
  const [now, secret] = [idp.clock.now(), idp.random.token()];
  const place = { url: linkPlace(idp, 'changeEmail'), hours: emailLifetime / 3_600_000 };
  const mail = idp.mailing.mail('change_email', place, { secret, lifetime: emailLifetime });
  if (mail === null) return;
  const link = { secretHash: hashToken(secret), now, expiresAt: after(now, emailLifetime) };
  idp.mailing.tell(mail, await askOwnEmail(idp.sql, { userId, email, mail, ...link }));
}

/** @returns from when on the account may be gone; null where it was asked for before, or the session has ended */
export async function askForDeletion(idp: Idp, owner: Owner): Promise<Date | null> {
  const { asked, userId, sessionId: currentId } = owner;
  const now = idp.clock.now();
  const deleteAfter = after(now, idp.config.lifetimes.accountDeletion);
  const told = { at: now.toISOString(), until: deleteAfter.toISOString() };
  const notice = idp.mailing.notice('account_deletion', told, { always: true });
  const detail = detailBy(owner, { change: 'deletion asked' });
  const event = { type: 'user_changed', userId, sessionId: currentId, detail } as const;
  const changed = await idp.events.recordWith(asked, event, (audit) =>
    requestDeletion(idp.sql, { userId, currentId, deleteAfter, now, audit, notice }),
  );
  if (!changed) return null;
  idp.mailing.tell(notice, changed.notice);
  idp.logoutWake.wake();
  return deleteAfter;
}

/** Of sessions and events each; more is swept with time. */
const most = 10_000;

/**
 * What is kept of somebody (GDPR Article 20), without anything by which to sign in.
 * @param seen by what whoever is told knows people and sessions
 */
export async function dataOf(idp: Idp, session: AccountSession, seen = publicIdentifiers): Promise<object> {
  const { sql, clock } = idp;
  const { userId } = session;
  const now = clock.now();
  const [sessions, applications, passkeys, authenticator, identities, activity] = await Promise.all([
    listOwnSessions(sql, { userId, most, now }),
    listApplications(sql, userId, now),
    listPasskeys(sql, userId),
    findOwnTotp(sql, userId),
    listLinkedIdentities(sql, { userId, providers: providersOf(idp) }),
    listActivity(sql, { userId, types: toldEvents, most, before: null }),
  ]);
  const account = {
    sub: seen.subjectOf(userId),
    created_at: session.createdAt,
    password_changed_at: session.passwordChangedAt,
  };
  return {
    account,
    claims: claimsOf(session),
    sessions: sessions.map((each) => ({ ...each, id: seen.sidOf(each.id) })),
    applications,
    passkeys,
    authenticator,
    identities,
    activity,
  };
}
