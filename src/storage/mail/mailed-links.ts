import { type Audit, auditRow } from '../audit/audit-events.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { endSessionsOfOldPassword } from '../people/own-password.js';
import { type SoughtIdentifier, userCalled } from '../people/users.js';
import type { MailedLinkKind } from '../schema/mailed-links.js';
import { lockedSessions } from '../sessions/locked-sessions.js';
import { type MailOutcome, mailOutcome, type NewMail, queuedMail } from './outgoing-mails.js';

/** SQL expressions about the link of a mail. */
interface LinkSource {
  readonly kind: MailedLinkKind;
  readonly secretHash: `$${number}`;
  readonly now: `$${number}`;
  readonly expiresAt: `$${number}`;
}

/** SQL: keeps the link that a mail brings, in the statement with its `queuedMail`: where that is dropped there is no link either. */
export const mailedLink = ({ kind, secretHash, now, expiresAt }: LinkSource): string =>
  `INSERT INTO mailed_links (secret_hash, kind, user_id, recipient, created_at, expires_at)
     SELECT ${secretHash}, '${kind}', user_id, recipient, ${now}, ${expiresAt} FROM mail_due
     WHERE EXISTS (SELECT FROM mail_queued)`;

interface PasswordResetAsked extends SoughtIdentifier {
  readonly secretHash: Buffer;
  readonly mail: NewMail;
  readonly now: Date;
  readonly expiresAt: Date;
  readonly audit: Audit;
}

// The audit row is written whether there is such an account or not: both commit, so that neither is told by its time.
const askPasswordResetStatement = statement<PasswordResetAsked, { outcome: MailOutcome | null }>(
  'ask_password_reset',
  (p) => `
   WITH owner AS (
     SELECT id, email, claims FROM ${userCalled(p)} WHERE disabled_at IS NULL
   ), ${queuedMail({
     mail: p.mail,
     now: p.now,
     from: 'owner',
     userId: 'owner.id',
     recipient: 'owner.email',
     language: "owner.claims ->> 'locale'",
   })}, linked AS (
     ${mailedLink({ kind: 'reset_password', secretHash: p.secretHash, now: p.now, expiresAt: p.expiresAt })}
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: '(SELECT (SELECT id FROM owner) AS user_id) asked', userId: 'user_id' })}
   )
   SELECT ${mailOutcome} AS outcome`,
);

/**
 * Writes the mail with the link by which the account's owner gets a new password, if the identifier is somebody's who has an
 * address.
 * @returns what became of the mail; null where there is none to send
 */
export const askPasswordReset = async (sql: Sql, asked: PasswordResetAsked): Promise<MailOutcome | null> =>
  (await sql.query(askPasswordResetStatement, asked)).rows[0]?.outcome ?? null;

/** Whose password a link sets anew. */
export interface LinkedAccount {
  readonly userId: string;
  readonly username: string;
  readonly email: string | null;
}

const findPasswordResetStatement = statement<{ secretHash: Buffer; now: Date }, LinkedAccount>(
  'find_password_reset',
  (p) => `
   SELECT u.id AS "userId", u.username, u.email
   FROM mailed_links l JOIN users u ON u.id = l.user_id
   WHERE l.secret_hash = ${p.secretHash} AND l.kind = 'reset_password' AND l.consumed_at IS NULL AND l.expires_at > ${p.now}
     AND u.disabled_at IS NULL`,
);

/** Looks at a link without using it up: programs open links before people do. Null when it is good for nothing. */
export const findPasswordReset = async (sql: Sql, secretHash: Buffer, now: Date): Promise<LinkedAccount | null> =>
  (await sql.query(findPasswordResetStatement, { secretHash, now })).rows[0] ?? null;

interface PasswordReset {
  readonly secretHash: Buffer;
  readonly passwordHash: string;
  readonly now: Date;
  /** What the owner is told. */
  readonly notice: NewMail | null;
  readonly audit: Audit;
}

const resetPasswordStatement = statement<PasswordReset, { userId: string; notice: MailOutcome | null }>(
  'reset_password',
  (p) => `
   WITH used AS (
     UPDATE mailed_links SET consumed_at = ${p.now}
     WHERE secret_hash = ${p.secretHash} AND kind = 'reset_password' AND consumed_at IS NULL AND expires_at > ${p.now}
     RETURNING user_id, recipient
   ), changed AS (
     UPDATE users u SET password_hash = ${p.passwordHash}, password_changed_at = ${p.now}, updated_at = ${p.now},
       email_verified = u.email_verified OR u.email = used.recipient
     FROM used WHERE u.id = used.user_id AND u.disabled_at IS NULL
     RETURNING u.id, u.email, u.claims
   ), others AS (
     UPDATE mailed_links SET consumed_at = ${p.now}
     WHERE user_id IN (SELECT id FROM changed) AND consumed_at IS NULL AND secret_hash <> ${p.secretHash}
       AND kind <> 'undo_email_change'
   ), signed_out AS (
     DELETE FROM sessions WHERE id = ANY (${lockedSessions('user_id IN (SELECT id FROM changed)')})
   ), revoked AS (
     UPDATE authorization_grants SET revoked_at = ${p.now} WHERE id IN (
       SELECT id FROM authorization_grants WHERE user_id IN (SELECT id FROM changed) AND revoked_at IS NULL
       ORDER BY id FOR NO KEY UPDATE
     )
   ), ${queuedMail({
     mail: p.notice,
     now: p.now,
     from: 'changed',
     userId: 'changed.id',
     recipient: 'changed.email',
     language: "changed.claims ->> 'locale'",
   })}, audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'changed', userId: 'id' })}
   )
   SELECT id AS "userId", ${mailOutcome} AS notice FROM changed`,
);

/**
 * Uses the link up, once: its owner has another password, and every session and authorization grant that was made with the old
 * one ends, as does every other link of theirs but those that put an address back. Whoever read a mail to an address has proven it.
 * @returns null when the link is good for nothing (any more); nothing is changed then
 */
export async function resetPassword(
  sql: Sql,
  reset: PasswordReset,
): Promise<{ readonly userId: string; readonly notice: MailOutcome | null } | null> {
  const [changed] = (await sql.query(resetPasswordStatement, reset)).rows;
  if (!changed) return null;
  await endSessionsOfOldPassword(sql, { userId: changed.userId, currentId: null, now: reset.now });
  return changed;
}
