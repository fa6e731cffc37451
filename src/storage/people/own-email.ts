import { type Audit, auditRow } from '../audit/audit-events.js';
import type { Sql } from '../connection/sql.js';
import { type Placeholders, statement } from '../connection/statement.js';
import { mailedLink } from '../mail/mailed-links.js';
import { type MailOutcome, mailOutcome, type NewMail, queuedMail } from '../mail/outgoing-mails.js';
import type { MailedLinkKind } from '../schema/mailed-links.js';
import { lockedSessions } from '../sessions/locked-sessions.js';

const [change, undo] = ['change_email', 'undo_email_change'] as const satisfies readonly MailedLinkKind[];

interface EmailAsked {
  readonly userId: string;
  /** The address that is to be theirs; that it is another's already is told to whoever reads the mail. */
  readonly email: string;
  readonly secretHash: Buffer;
  readonly mail: NewMail;
  readonly now: Date;
  readonly expiresAt: Date;
}

const askOwnEmailStatement = statement<EmailAsked, { outcome: MailOutcome | null }>(
  'ask_own_email',
  (p) => `
   WITH owner AS (
     SELECT id, claims FROM users WHERE id = ${p.userId} AND disabled_at IS NULL
   ), ${queuedMail({
     mail: p.mail,
     now: p.now,
     from: 'owner',
     userId: 'owner.id',
     recipient: p.email,
     language: "owner.claims ->> 'locale'",
   })}, linked AS (
     ${mailedLink({ kind: change, secretHash: p.secretHash, now: p.now, expiresAt: p.expiresAt })}
   )
   SELECT ${mailOutcome} AS outcome`,
);

/**
 * Writes the mail with the link by which an address becomes somebody's own.
 * @returns what became of the mail; null where there is no such user
 */
export const askOwnEmail = async (sql: Sql, asked: EmailAsked): Promise<MailOutcome | null> =>
  (await sql.query(askOwnEmailStatement, asked)).rows[0]?.outcome ?? null;

/** Whose address a link sets, and to which. */
export interface LinkedEmail {
  readonly userId: string;
  readonly email: string;
}

interface SoughtLink {
  readonly secretHash: Buffer;
  readonly kind: typeof change | typeof undo;
  readonly now: Date;
}

const findEmailLinkStatement = statement<SoughtLink, LinkedEmail>(
  'find_email_link',
  (p) => `
   SELECT l.user_id AS "userId", l.recipient AS email
   FROM mailed_links l JOIN users u ON u.id = l.user_id
   WHERE l.secret_hash = ${p.secretHash} AND l.kind = ${p.kind} AND l.consumed_at IS NULL AND l.expires_at > ${p.now}
     AND u.disabled_at IS NULL`,
);

/** Looks at a link without using it up: programs open links before people do. Null when it is good for nothing. */
export const findEmailLink = async (sql: Sql, link: SoughtLink): Promise<LinkedEmail | null> =>
  (await sql.query(findEmailLinkStatement, link)).rows[0] ?? null;

interface EmailSet {
  readonly secretHash: Buffer;
  /** The `identifierKey` of the link's address. */
  readonly emailKey: string;
  readonly now: Date;
  readonly audit: Audit;
}

/** SQL: those of {@link EmailSet}. */
type EmailSource = Placeholders<Pick<EmailSet, 'secretHash' | 'emailKey' | 'now'>>;

/**
 * CTEs that give an address to a user by a link: `link` while it is good, of which of several statements the first locks it, and the others find that it was
 * used; `owner`, its user as they were before, unless the address is another's; `changed`, who has it now, and has proven it.
 */
const addressByLink = (kind: MailedLinkKind, { secretHash, emailKey, now }: EmailSource): string => `link AS (
     SELECT user_id, recipient, created_at FROM mailed_links
     WHERE secret_hash = ${secretHash} AND kind = '${kind}' AND consumed_at IS NULL AND expires_at > ${now} FOR UPDATE
   ), owner AS (
     SELECT u.id, u.email, u.claims, l.recipient FROM users u JOIN link l ON u.id = l.user_id
     WHERE u.disabled_at IS NULL AND NOT EXISTS (
       SELECT FROM users o WHERE o.id <> u.id AND (o.email_key = ${emailKey} OR lower(o.email) = lower(l.recipient))
     ) FOR UPDATE OF u
   ), changed AS (
     UPDATE users u SET email = o.recipient, email_key = ${emailKey}, email_verified = true, updated_at = ${now}
     FROM owner o WHERE u.id = o.id RETURNING u.id
   )`;

interface EmailChange extends EmailSet {
  /** Tells the address before, with the link by which it is put back. */
  readonly notice: NewMail | null;
  readonly undoHash: Buffer;
  readonly undoExpiresAt: Date;
}

interface EmailChanged {
  readonly changed: boolean;
  readonly linked: boolean;
  readonly notice: MailOutcome | null;
}

const changeEmailStatement = statement<EmailChange, EmailChanged>(
  'change_email',
  (p) => `
   WITH ${addressByLink(change, p)}, used AS (
     UPDATE mailed_links SET consumed_at = ${p.now}
     WHERE (secret_hash = ${p.secretHash} AND EXISTS (SELECT FROM link))
       OR (user_id IN (SELECT id FROM changed) AND consumed_at IS NULL AND kind <> '${undo}')
   ), told AS (
     SELECT id, email, claims FROM owner
     WHERE id IN (SELECT id FROM changed) AND lower(email) <> lower(recipient)
   ), ${queuedMail({
     mail: p.notice,
     now: p.now,
     from: 'told',
     userId: 'told.id',
     recipient: 'told.email',
     language: "told.claims ->> 'locale'",
   })}, linked AS (
     ${mailedLink({ kind: undo, secretHash: p.undoHash, now: p.now, expiresAt: p.undoExpiresAt })}
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'changed', userId: 'id' })}
   )
   SELECT EXISTS (SELECT FROM changed) AS changed, EXISTS (SELECT FROM link) AS linked, ${mailOutcome} AS notice`,
);

/** What became of a change: `taken` where the address is another's, `gone` where the link is good for nothing. */
export type EmailOutcome = 'changed' | 'taken' | 'gone';

const outcomeOf = (row: Pick<EmailChanged, 'changed' | 'linked'> | undefined): EmailOutcome => {
  if (row?.changed) return 'changed';
  return row?.linked ? 'taken' : 'gone';
};

/** What a unique index refuses became another's at the same moment. */
const isTaken = (error: unknown): boolean => (error as { code?: string } | null)?.code === '23505';

/**
 * Uses the link up, once: its address is the owner's from now on, and proven. Their other links end but for those that put an address back; the
 * address before is told, with such a link.
 */
export async function changeEmail(
  sql: Sql,
  given: EmailChange,
): Promise<{ readonly outcome: EmailOutcome; readonly notice: MailOutcome | null }> {
  try {
    const [row] = (await sql.query(changeEmailStatement, given)).rows;
    return { outcome: outcomeOf(row), notice: row?.notice ?? null };
  } catch (error) {
    if (isTaken(error)) return { outcome: 'taken', notice: null };
    throw error;
  }
}

// Links to addresses that came after this one are void, those that put back what was before it stay.
const undoEmailChangeStatement = statement<EmailSet, Pick<EmailChanged, 'changed' | 'linked'>>(
  'undo_email_change',
  (p) => `
   WITH ${addressByLink(undo, p)}, used AS (
     UPDATE mailed_links SET consumed_at = ${p.now}
     WHERE user_id IN (SELECT id FROM changed) AND consumed_at IS NULL
       AND (kind <> '${undo}' OR created_at >= (SELECT created_at FROM link))
   ), ended AS (
     DELETE FROM sessions WHERE id = ANY (${lockedSessions('user_id IN (SELECT id FROM changed)')})
   ), locked AS (
     SELECT id FROM authorization_grants WHERE user_id IN (SELECT id FROM changed) AND revoked_at IS NULL
     ORDER BY id FOR NO KEY UPDATE
   ), revoked AS (
     UPDATE authorization_grants SET revoked_at = ${p.now} WHERE id IN (SELECT id FROM locked)
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'changed', userId: 'id' })}
   )
   SELECT EXISTS (SELECT FROM changed) AS changed, EXISTS (SELECT FROM link) AS linked`,
);

/**
 * Puts an address back, once, and ends every session and authorization grant, and every link that was mailed since. Where the address is
 * another's by now nothing is changed.
 */
export async function undoEmailChange(sql: Sql, given: EmailSet): Promise<EmailOutcome> {
  try {
    return outcomeOf((await sql.query(undoEmailChangeStatement, given)).rows[0]);
  } catch (error) {
    if (isTaken(error)) return 'taken';
    throw error;
  }
}
