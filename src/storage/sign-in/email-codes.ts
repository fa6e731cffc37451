import { type Audit, auditRow } from '../audit/audit-events.js';
import { type Columns, pick, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { type Placeholders, type Statement, statement } from '../connection/statement.js';
import { type MailOutcome, mailOutcome, type NewMail, queuedMail } from '../mail/outgoing-mails.js';
import { type SignInAccount, type SoughtIdentifier, userCalled } from '../people/users.js';
import type { EmailCode } from '../schema/email-codes.js';
import { type FailureStates, failureStates } from './sign-in-failures.js';
import { accountColumns } from './sign-in-look.js';

interface NewCode extends Pick<EmailCode, 'interactionIdHash' | 'countedAs' | 'codeHash' | 'triesLeft' | 'expiresAt'> {
  readonly mail: NewMail;
  readonly now: Date;
  readonly audit: Audit;
}

interface Asked {
  readonly outcome: MailOutcome | null;
}

interface CodeSource {
  /** A table expression with the one whom the code is for, as `u`. */
  readonly users: string;
  /** What gives an audit row its `user_id`, and whether there is one. */
  readonly audited: string;
}

/** SQL: keeps a code and writes its mail; in the place of one that was mailed before, unless the person had so many that this mail is dropped. */
const askedCode = (p: Placeholders<NewCode>, { users, audited }: CodeSource): string => `
   WITH owner AS (
     SELECT u.id, u.email, u.claims FROM ${users} WHERE u.disabled_at IS NULL AND u.email_verified
   ), ${queuedMail({
     mail: p.mail,
     now: p.now,
     from: 'owner',
     userId: 'owner.id',
     recipient: 'owner.email',
     language: "owner.claims ->> 'locale'",
   })}, kept AS (
     INSERT INTO email_codes AS e (interaction_id_hash, user_id, counted_as, code_hash, tries_left, created_at, expires_at)
     SELECT id_hash, (SELECT user_id FROM mail_due WHERE EXISTS (SELECT FROM mail_queued)), ${p.countedAs}, ${p.codeHash},
       ${p.triesLeft}, ${p.now}, ${p.expiresAt}
     FROM interactions WHERE id_hash = ${p.interactionIdHash} AND completed_at IS NULL
     ON CONFLICT (interaction_id_hash) DO UPDATE SET user_id = EXCLUDED.user_id, counted_as = EXCLUDED.counted_as,
       code_hash = EXCLUDED.code_hash, tries_left = EXCLUDED.tries_left, created_at = EXCLUDED.created_at,
       expires_at = EXCLUDED.expires_at, consumed_at = NULL
     WHERE EXISTS (SELECT FROM mail_queued) OR NOT EXISTS (SELECT FROM mail_due)
       OR e.user_id IS DISTINCT FROM (SELECT user_id FROM mail_due)
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: audited, userId: 'user_id' })}
   )
   SELECT ${mailOutcome} AS outcome`;

// Code and audit row are written whether there is somebody to write to or not: both commit, so that neither is told by its time.
const askCodeByNameStatement = statement<NewCode & SoughtIdentifier, Asked>('ask_email_code_by_name', (p) =>
  askedCode(p, { users: userCalled(p), audited: '(SELECT (SELECT id FROM owner) AS user_id) asked' }),
);

// Whoever knows a password can ask without end: what is dropped is not recorded.
const askCodeOfUserStatement = statement<NewCode & { readonly userId: string }, Asked>('ask_email_code_of_user', (p) =>
  askedCode(p, {
    users: `(SELECT * FROM users WHERE id = ${p.userId}) u`,
    audited: '(SELECT user_id FROM mail_due WHERE EXISTS (SELECT FROM mail_queued)) asked',
  }),
);

const outcomeOf = async <Parameters extends NewCode>(
  sql: Sql,
  asked: Statement<Parameters, Asked>,
  parameters: Parameters,
): Promise<MailOutcome | null> => (await sql.query(asked, parameters)).rows[0]?.outcome ?? null;

/** Mails a code to whoever is called so, if somebody is whose address is proven. @returns what became of the mail */
export const askEmailCodeByName = (sql: Sql, asked: NewCode & SoughtIdentifier): Promise<MailOutcome | null> =>
  outcomeOf(sql, askCodeByNameStatement, asked);

/** … and to a user whose password is proven. */
export const askEmailCodeOfUser = (
  sql: Sql,
  asked: NewCode & { readonly userId: string },
): Promise<MailOutcome | null> => outcomeOf(sql, askCodeOfUserStatement, asked);

/** SQL: whether a code of the row `e` can still be right. */
const isOpen = (now: string): string => `e.tries_left > 0 AND e.consumed_at IS NULL AND e.expires_at > ${now}`;

interface Look {
  readonly interactionIdHash: Buffer;
  readonly now: Date;
}

/** The code of an interaction, as far as that may be known before one is entered. */
export interface AskedEmailCode extends Pick<EmailCode, 'countedAs' | 'userId'> {
  /** Whether it can still be right. */
  readonly isOpen: boolean;
}

const findEmailCodeStatement = statement<Look, AskedEmailCode>(
  'find_email_code',
  (p) => `
   SELECT e.counted_as AS "countedAs", e.user_id AS "userId", ${isOpen(p.now)} AS "isOpen"
   FROM email_codes e WHERE e.interaction_id_hash = ${p.interactionIdHash}`,
);

/** Null where none was asked for. */
export const findEmailCode = async (sql: Sql, look: Look): Promise<AskedEmailCode | null> =>
  (await sql.query(findEmailCodeStatement, look)).rows[0] ?? null;

const lookForFailuresStatement = statement<
  { readonly failureKeys: readonly string[]; readonly now: Date },
  { readonly failures: FailureStates }
>('look_for_email_code_failures', (p) => `SELECT ${failureStates(p.failureKeys, p.now)} AS failures`);

/** @param failureKeys of the failures that count against an attempt; hexadecimal */
export async function lookForFailures(sql: Sql, failureKeys: readonly string[], now: Date): Promise<FailureStates> {
  const [row] = (await sql.query(lookForFailuresStatement, { failureKeys, now })).rows;
  if (!row) throw new Error('look_for_email_code_failures gives no row');
  return row.failures;
}

/** What a code that was entered is compared with. */
export interface TriedEmailCode {
  readonly codeHash: Buffer;
  /** Null where no mail went to anybody. */
  readonly account: SignInAccount | null;
}

type TriedRow = Pick<TriedEmailCode, 'codeHash'> & (SignInAccount | { readonly id: null });

const codeColumns: Columns<Pick<TriedEmailCode, 'codeHash'>> = { codeHash: 'tried.code_hash' };

const tryEmailCodeStatement = statement<Look, TriedRow>(
  'try_email_code',
  (p) => `
   WITH tried AS (
     UPDATE email_codes e SET tries_left = e.tries_left - 1
     WHERE e.interaction_id_hash = ${p.interactionIdHash} AND ${isOpen(p.now)} RETURNING e.user_id, e.code_hash
   )
   SELECT ${selected(codeColumns, accountColumns)} FROM tried LEFT JOIN users u ON u.id = tried.user_id`,
);

/** Takes one of the tries that the code has, whatever was entered: however many there are at once, no more are taken. Null without one. */
export async function tryEmailCode(sql: Sql, look: Look): Promise<TriedEmailCode | null> {
  const [row] = (await sql.query(tryEmailCodeStatement, look)).rows;
  if (!row) return null;
  return { codeHash: row.codeHash, account: row.id === null ? null : pick(row, accountColumns) };
}
