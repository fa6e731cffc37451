import { type Audit, auditRow } from '../audit/audit-events.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { type MailOutcome, mailOutcome, type NewMail, queuedMail } from '../mail/outgoing-mails.js';
import { lockedSessions } from '../sessions/locked-sessions.js';

interface OwnPassword {
  readonly userId: string;
  /** The session in which it is changed: the only one that goes on. */
  readonly currentId: string;
  /** Of the secret that it has from now on: whoever learned the old one has nothing by it. Null where its browser cannot be given one. */
  readonly secretHash: Buffer | null;
  readonly passwordHash: string;
  readonly now: Date;
  readonly audit: Audit;
  readonly notice: NewMail | null;
}

const changeOwnPasswordStatement = statement<OwnPassword, { notice: MailOutcome | null }>(
  'change_own_password',
  (p) => `
   WITH changed AS (
     UPDATE users SET password_hash = ${p.passwordHash}, password_changed_at = ${p.now}, updated_at = ${p.now}
     WHERE id = ${p.userId} AND disabled_at IS NULL
       AND EXISTS (SELECT FROM sessions WHERE id = ${p.currentId} AND user_id = ${p.userId} AND expires_at > ${p.now})
     RETURNING id, email, claims
   ), renewed AS (
     UPDATE sessions SET secret_hash = ${p.secretHash}, authz_secret_hash = NULL
     WHERE id = ${p.currentId} AND ${p.secretHash}::bytea IS NOT NULL AND EXISTS (SELECT FROM changed)
   ), ended AS (
     DELETE FROM sessions WHERE id = ANY (${lockedSessions(`user_id IN (SELECT id FROM changed) AND id <> ${p.currentId}`)})
   ), links AS (
     DELETE FROM mailed_links WHERE user_id IN (SELECT id FROM changed) AND kind <> 'undo_email_change'
   ), locked AS (
     SELECT id FROM authorization_grants
     WHERE user_id IN (SELECT id FROM changed) AND session_id <> ${p.currentId} AND revoked_at IS NULL
     ORDER BY id FOR NO KEY UPDATE
   ), revoked AS (
     UPDATE authorization_grants SET revoked_at = ${p.now} WHERE id IN (SELECT id FROM locked)
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'changed', userId: 'id', sessionId: p.currentId })}
   ), ${queuedMail({
     mail: p.notice,
     now: p.now,
     from: 'changed',
     userId: 'id',
     recipient: 'email',
     language: "claims ->> 'locale'",
   })}
   SELECT ${mailOutcome} AS notice FROM changed`,
);

// A sign-in with the old password that was under way made the change wait for it: too late for the snapshot of the statement above.
interface LateSessions {
  readonly userId: string;
  /** The session that goes on, if one does. */
  readonly currentId: string | null;
  readonly now: Date;
}

const endLateSessionsStatement = statement<LateSessions>(
  'end_sessions_of_old_password',
  (p) => `
   WITH ended AS (
     DELETE FROM sessions WHERE id = ANY (${lockedSessions(
       `user_id = ${p.userId} AND id IS DISTINCT FROM ${p.currentId}::uuid AND auth_time <= ${p.now}`,
     )}) RETURNING id
   ), locked AS (
     SELECT id FROM authorization_grants WHERE session_id IN (SELECT id FROM ended) AND revoked_at IS NULL
     ORDER BY id FOR NO KEY UPDATE
   )
   UPDATE authorization_grants SET revoked_at = ${p.now} WHERE id IN (SELECT id FROM locked)`,
);

/** Ends what a sign-in began that the change of a password had to wait for. */
export async function endSessionsOfOldPassword(sql: Sql, sessions: LateSessions): Promise<void> {
  await sql.query(endLateSessionsStatement, sessions);
}

/**
 * Sets the password that a user chose, gives their session another secret if there is one, ends every other session with all that was granted in it, offline access included, and every
 * mailed link but those that put an address back, and writes the notice.
 * @returns what became of the notice; null when the session or the user is gone: then nothing is changed
 */
export async function changeOwnPassword(
  sql: Sql,
  password: OwnPassword,
): Promise<{ readonly notice: MailOutcome | null } | null> {
  const [changed] = (await sql.query(changeOwnPasswordStatement, password)).rows;
  if (!changed) return null;
  const { userId, currentId, now } = password;
  await endSessionsOfOldPassword(sql, { userId, currentId, now });
  return changed;
}
