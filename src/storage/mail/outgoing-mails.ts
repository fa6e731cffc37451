import { after } from '../../clock.js';
import { type Audit, auditRow } from '../audit/audit-events.js';
import { type Columns, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';
import type { Transaction } from '../connection/transactions.js';
import type { OutgoingMail } from '../schema/outgoing-mails.js';
import { takenAllowances } from './mail-allowances.js';

/** How long a row stays once nothing is to be done about it, in milliseconds. */
const kept = 24 * 3_600_000;

/** What a statement is given so that a mail rides in it; to whom it goes is found out by the statement. */
export interface NewMail {
  readonly id: string;
  readonly template: string;
  /** Null for that of the person. */
  readonly language: string | null;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** base64 */
  readonly sealedSecret: string | null;
  readonly deliverBefore: Date;
  /** How many of the template within an hour a person and an address may get; null for any number. */
  readonly mostPerHour: number | null;
}

/** What became of a mail: `dropped` where the person or the address had enough of them. */
export type MailOutcome = 'queued' | 'dropped';

/** SQL expressions over the rows of `from`, of which there is one or none. */
interface MailSource {
  /** A {@link NewMail}; null where none is to be sent. It is the same for every row, and needs no `from`. */
  readonly mail: string;
  readonly now: `$${number}`;
  readonly from: string;
  /** Null where the recipient has no account. */
  readonly userId: string;
  /** Null where there is no address: then nothing is sent. */
  readonly recipient: string;
  /** The person's language, where they have said one. */
  readonly language: string;
}

const mailKey = jsonKey<NewMail>;
const longestLanguage = 35;

/**
 * CTEs that write a mail in the statement that causes it, unless the person or the address had too many within the hour; what
 * became of it is {@link mailOutcome}.
 */
export function queuedMail({ mail, now, from, userId, recipient, language }: MailSource): string {
  const member = (name: keyof NewMail): string => `${mail}::jsonb ->> ${mailKey(name)}`;
  const keys = `array_remove(ARRAY[
    'address ' || (${member('template')}) || ' ' || lower(d.recipient), 'person ' || (${member('template')}) || ' ' || d.user_id
  ], NULL)`;
  const most = `(${member('mostPerHour')})::integer`;
  const until = `(${member('deliverBefore')})::timestamptz`;
  return `mail_due AS (
     SELECT (${userId})::uuid AS user_id, (${recipient})::text AS recipient,
       left(COALESCE(${member('language')}, ${language}, ''), ${longestLanguage}) AS language
     FROM ${from} WHERE ${mail}::jsonb IS NOT NULL AND (${recipient}) IS NOT NULL LIMIT 1
   ), mail_allowed AS (
     ${takenAllowances({ keys, from: `(SELECT * FROM mail_due WHERE ${most} IS NOT NULL) d`, most, now })}
   ), mail_queued AS (
     INSERT INTO outgoing_mails (id, user_id, recipient, template, language, parameters, sealed_secret, created_at,
       next_attempt_at, deliver_before, expires_at)
     SELECT (${member('id')})::uuid, d.user_id, d.recipient, ${member('template')}, d.language,
       ${mail}::jsonb -> ${mailKey('parameters')}, decode(${member('sealedSecret')}, 'base64'), ${now}::timestamptz,
       ${now}::timestamptz, ${until}, ${until} + interval '${kept} milliseconds'
     FROM mail_due d WHERE ${most} IS NULL OR cardinality(${keys}) = (SELECT count(*) FROM mail_allowed)
     RETURNING id
   )`;
}

/** SQL: a {@link MailOutcome}, or null where there was no mail to send, in a statement with {@link queuedMail}. */
export const mailOutcome = `CASE WHEN EXISTS (SELECT FROM mail_queued) THEN 'queued'
  WHEN EXISTS (SELECT FROM mail_due) THEN 'dropped' END`;

interface UserMail {
  readonly mail: NewMail | null;
  readonly userId: string;
  readonly now: Date;
}

const queueUserMailStatement = statement<UserMail, { outcome: MailOutcome | null }>(
  'queue_user_mail',
  (p) => `
   WITH ${queuedMail({
     mail: p.mail,
     now: p.now,
     from: `(SELECT id, email, claims FROM users WHERE id = ${p.userId}) u`,
     userId: 'u.id',
     recipient: 'u.email',
     language: "u.claims ->> 'locale'",
   })}
   SELECT ${mailOutcome} AS outcome`,
);

/** Writes a mail to a user in the transaction that causes it. @returns null where there is no mail or no address */
export async function queueUserMail(transaction: Transaction, mail: UserMail): Promise<MailOutcome | null> {
  if (mail.mail === null) return null;
  return (await transaction.query(queueUserMailStatement, mail)).rows[0]?.outcome ?? null;
}

/** A mail as whoever sends it gets it. */
export type ClaimedMail = Omit<OutgoingMail, 'nextAttemptAt' | 'sentAt' | 'expiresAt'>;

const claimedColumns: Columns<ClaimedMail> = {
  id: 'm.id',
  userId: 'm.user_id',
  recipient: 'm.recipient',
  template: 'm.template',
  language: 'm.language',
  parameters: 'm.parameters',
  sealedSecret: 'm.sealed_secret',
  createdAt: 'm.created_at',
  attempts: 'm.attempts',
  deliverBefore: 'm.deliver_before',
  lastError: 'm.last_error',
};

const claimMailStatement = statement<{ now: Date; leasedUntil: Date }, ClaimedMail>(
  'claim_mail',
  (p) => `
   UPDATE outgoing_mails m SET next_attempt_at = ${p.leasedUntil}, attempts = m.attempts + 1
   WHERE m.id = (
     SELECT id FROM outgoing_mails WHERE next_attempt_at <= ${p.now} ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
   )
   RETURNING ${selected(claimedColumns)}`,
);

/** Takes the mail that has been due for longest, for as long as the lease goes; null where none is due. */
export const claimMail = async (sql: Sql, now: Date, leasedUntil: Date): Promise<ClaimedMail | null> =>
  (await sql.query(claimMailStatement, { now, leasedUntil })).rows[0] ?? null;

/** A claim: nothing is changed where the lease has run out and another process has taken the mail since. */
type Claim = Pick<ClaimedMail, 'id' | 'attempts'>;

const claimIsOurs = (p: { readonly id: string; readonly attempts: string }): string =>
  `id = ${p.id} AND attempts = ${p.attempts} AND next_attempt_at IS NOT NULL`;

interface Sent extends Claim {
  readonly now: Date;
  readonly expiresAt: Date;
  /** Keeps the secret, for a page that shows the mail. */
  readonly readable: boolean;
}

const markMailSentStatement = statement<Sent>(
  'mark_mail_sent',
  (p) => `
   UPDATE outgoing_mails SET sent_at = ${p.now}, next_attempt_at = NULL, last_error = NULL, expires_at = ${p.expiresAt},
     sealed_secret = CASE WHEN ${p.readable}::boolean THEN sealed_secret END
   WHERE ${claimIsOurs(p)}`,
);

/** A server has taken the mail; its row, without the secret, is swept a day later. */
export async function markMailSent(sql: Sql, sent: Omit<Sent, 'expiresAt'>): Promise<void> {
  const { id, attempts, now, readable } = sent;
  await sql.query(markMailSentStatement, { id, attempts, now, readable, expiresAt: after(now, kept) });
}

interface Postponed extends Claim {
  readonly until: Date;
  readonly error: string;
}

const postponeMailStatement = statement<Postponed>(
  'postpone_mail',
  (p) => `
   UPDATE outgoing_mails SET next_attempt_at = ${p.until}, last_error = ${p.error} WHERE ${claimIsOurs(p)}`,
);

/** An attempt has failed; the next is made from `until` on. */
export async function postponeMail(sql: Sql, postponed: Postponed): Promise<void> {
  await sql.query(postponeMailStatement, postponed);
}

interface GivenUp extends Claim {
  readonly now: Date;
  readonly expiresAt: Date;
  readonly error: string;
  readonly audit: Audit;
}

const giveUpMailStatement = statement<GivenUp, { id: string }>(
  'give_up_mail',
  (p) => `
   WITH given_up AS (
     UPDATE outgoing_mails SET next_attempt_at = NULL, sealed_secret = NULL, last_error = ${p.error}, expires_at = ${p.expiresAt}
     WHERE ${claimIsOurs(p)} RETURNING id, user_id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'given_up', userId: 'user_id' })}
   )
   SELECT id FROM given_up`,
);

/** The mail is not sent any more. @returns false where it is another process's by now */
export async function giveUpMail(sql: Sql, mail: Omit<GivenUp, 'expiresAt'>): Promise<boolean> {
  const { id, attempts, now, error, audit } = mail;
  const given = { id, attempts, now, error, audit, expiresAt: after(now, kept) };
  return (await sql.query(giveUpMailStatement, given)).rowCount === 1;
}

export interface WaitingMails {
  readonly count: number;
  /** When the one was written that has waited for longest. */
  readonly oldest: Date | null;
  /** When the next attempt is due. */
  readonly next: Date | null;
}

const waitingMailsStatement = statement<object, WaitingMails>(
  'waiting_mails',
  () => `
   SELECT count(*)::integer AS count, min(created_at) AS oldest, min(next_attempt_at) AS next
   FROM outgoing_mails WHERE next_attempt_at IS NOT NULL`,
);

export async function waitingMails(sql: Sql): Promise<WaitingMails> {
  const [row] = (await sql.query(waitingMailsStatement, {})).rows;
  return row ?? { count: 0, oldest: null, next: null };
}

const mailsStatement = statement<{ id: string | null; most: number }, ClaimedMail>(
  'list_mails',
  (p) => `
   SELECT ${selected(claimedColumns)} FROM outgoing_mails m
   WHERE ${p.id}::uuid IS NULL OR id = ${p.id} ORDER BY created_at DESC LIMIT ${p.most}`,
);

/** The newest first, for a page that shows them. */
export const listMails = async (sql: Sql, most: number): Promise<readonly ClaimedMail[]> =>
  (await sql.query(mailsStatement, { id: null, most })).rows;

/** @param id a UUID */
export const findMail = async (sql: Sql, id: string): Promise<ClaimedMail | null> =>
  (await sql.query(mailsStatement, { id, most: 1 })).rows[0] ?? null;
