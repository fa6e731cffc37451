import { type Audit, auditRow } from '../audit/audit-events.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';
import { type MailOutcome, mailOutcome, type NewMail, queuedMail } from '../mail/outgoing-mails.js';
import type { MailedLinkKind } from '../schema/mailed-links.js';
import { type SoughtIdentifier, userCalled } from './users.js';

/** What goes to an address that nobody has, and to one whose owner has an account already. */
interface SignUpMails {
  readonly unknown: NewMail;
  readonly known: NewMail;
}

interface SignUpAsked extends SoughtIdentifier {
  readonly secretHash: Buffer;
  readonly mails: SignUpMails;
  readonly now: Date;
  /** Of a link to a new account … */
  readonly expiresAt: Date;
  /** … and of one to another password for the account that there is. */
  readonly resetExpiresAt: Date;
  readonly audit: Audit;
}

export interface AskedSignUp {
  /** Whether the address has an account already. */
  readonly known: boolean;
  /** Null where nothing was to be sent: the account is disabled. */
  readonly outcome: MailOutcome | null;
}

const mailsKey = jsonKey<SignUpMails>;
const [signUp, reset] = ['sign_up', 'reset_password'] as const satisfies readonly MailedLinkKind[];

// The same rows are written whether there is such an account or not, so that neither is told by its time.
const askSignUpStatement = statement<SignUpAsked, AskedSignUp>(
  'ask_sign_up',
  (p) => `
   WITH owner AS (
     SELECT id, email, claims, disabled_at FROM ${userCalled(p)}
   ), asked AS (
     SELECT o.id AS user_id, COALESCE(o.email, ${p.typed}) AS recipient, o.claims ->> 'locale' AS locale,
       ${p.mails}::jsonb -> CASE WHEN o.id IS NULL THEN ${mailsKey('unknown')} ELSE ${mailsKey('known')} END AS mail,
       CASE WHEN o.id IS NULL THEN '${signUp}' ELSE '${reset}' END AS kind,
       CASE WHEN o.id IS NULL THEN ${p.expiresAt}::timestamptz ELSE ${p.resetExpiresAt}::timestamptz END AS expires_at
     FROM (VALUES (true)) always LEFT JOIN owner o ON true WHERE o.disabled_at IS NULL
   ), ${queuedMail({
     mail: '(SELECT mail FROM asked)',
     now: p.now,
     from: 'asked',
     userId: 'user_id',
     recipient: 'recipient',
     language: 'locale',
   })}, linked AS (
     INSERT INTO mailed_links (secret_hash, kind, user_id, recipient, created_at, expires_at)
     SELECT ${p.secretHash}, kind, user_id, recipient, ${p.now}, expires_at FROM asked WHERE EXISTS (SELECT FROM mail_queued)
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: '(SELECT (SELECT id FROM owner) AS user_id) asked', userId: 'user_id' })}
   )
   SELECT EXISTS (SELECT FROM owner) AS known, ${mailOutcome} AS outcome`,
);

/**
 * Writes the mail with a link to a new account; to an address that has one already, a mail that says so, with a link to another
 * password.
 */
export async function askSignUp(sql: Sql, asked: SignUpAsked): Promise<AskedSignUp> {
  const [row] = (await sql.query(askSignUpStatement, asked)).rows;
  if (!row) throw new Error('ask_sign_up gives no row');
  return row;
}

/** SQL: the link to a new account, while it is good. */
const goodLink = (secretHash: string, now: string): string =>
  `SELECT recipient FROM mailed_links
   WHERE secret_hash = ${secretHash} AND kind = '${signUp}' AND consumed_at IS NULL AND expires_at > ${now}`;

const findSignUpStatement = statement<{ secretHash: Buffer; now: Date }, { recipient: string }>('find_sign_up', (p) =>
  goodLink(p.secretHash, p.now),
);

/**
 * Looks at a link to a new account without using it up: programs open links before people do.
 * @returns the address to which it went; null when it is good for nothing
 */
export const findSignUp = async (sql: Sql, secretHash: Buffer, now: Date): Promise<string | null> =>
  (await sql.query(findSignUpStatement, { secretHash, now })).rows[0]?.recipient ?? null;

export interface NewAccount {
  readonly secretHash: Buffer;
  readonly id: string;
  readonly username: string;
  readonly usernameKey: string;
  readonly emailKey: string;
  readonly passwordHash: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly now: Date;
  readonly audit: Audit;
}

// Of several that bring one link the first locks it, and the others wait and find that it was used.
const signUpStatement = statement<NewAccount, { created: boolean; linked: boolean }>(
  'sign_up',
  (p) => `
   WITH link AS (
     ${goodLink(p.secretHash, p.now)} FOR UPDATE
   ), used AS (
     UPDATE mailed_links SET consumed_at = ${p.now} WHERE secret_hash = ${p.secretHash} AND EXISTS (SELECT FROM link)
   ), created AS (
     INSERT INTO users (id, username, username_key, email, email_key, email_verified, password_hash, claims, created_at, updated_at)
     SELECT ${p.id}, ${p.username}, ${p.usernameKey}, recipient, ${p.emailKey}, true, ${p.passwordHash}, ${p.claims}, ${p.now}, ${p.now}
     FROM link ON CONFLICT DO NOTHING RETURNING id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'created', userId: 'id' })}
   )
   SELECT EXISTS (SELECT FROM created) AS created, EXISTS (SELECT FROM link) AS linked`,
);

/** What became of a new account: `taken` where the address has got one meanwhile, `gone` where the link is good for nothing. */
export type SignedUp = 'created' | 'taken' | 'gone';

/** Uses the link up, once: there is an account now, whose address is proven. */
export async function signUpByLink(sql: Sql, account: NewAccount): Promise<SignedUp> {
  const [row] = (await sql.query(signUpStatement, account)).rows;
  if (row?.created) return 'created';
  return row?.linked ? 'taken' : 'gone';
}
