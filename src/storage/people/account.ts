import { type Columns, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { User } from '../schema/users.js';
import { type UserClaims, userColumns } from './users.js';

/** Somebody who is signed in, as their own account is shown to them. */
export interface AccountSession extends UserClaims {
  readonly id: string;
  readonly userId: string;
  readonly authTime: Date;
  readonly lastSeenAt: Date;
  readonly createdAt: Date;
  readonly hasPassword: boolean;
  readonly passwordChangedAt: Date | null;
  /** WebAuthn challenges, and first codes of authenticator apps. */
  readonly challengesAnswered: number;
  /** What they had set up when the session began and did not prove in it, where that was no more than one factor. */
  readonly unprovenFactors: readonly UnprovenFactor[];
}

/** A second factor that somebody has. */
export type UnprovenFactor = 'app' | 'passkey';

/** SQL: {@link AccountSession.unprovenFactors} of a session `s` and its user `u`. */
const unprovenFactors = `CASE WHEN s.acr = 'aal2' THEN '{}' ELSE array_remove(ARRAY[
     (SELECT 'app' FROM totp_authenticators t WHERE t.user_id = u.id AND t.created_at < s.auth_time),
     (SELECT 'passkey' FROM passkeys k WHERE k.user_id = u.id AND k.flagged_at IS NULL AND k.created_at < s.auth_time LIMIT 1)
   ], NULL) END`;

const accountColumns: Columns<AccountSession> = {
  ...userColumns,
  id: 's.id',
  userId: 'u.id',
  authTime: 's.auth_time',
  lastSeenAt: 's.last_seen_at',
  createdAt: 'u.created_at',
  hasPassword: 'u.password_hash IS NOT NULL',
  passwordChangedAt: 'u.password_changed_at',
  challengesAnswered: 's.challenges_answered',
  unprovenFactors,
};

const findAccountSessionStatement = statement<{ secretHash: Buffer; now: Date }, AccountSession>(
  'find_account_session',
  (p) => `
   SELECT ${selected(accountColumns)}
   FROM sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL AND u.delete_after IS NULL
   WHERE s.secret_hash = ${p.secretHash} AND s.expires_at > ${p.now}`,
);

/** @returns null when nobody is signed in by that secret, or whoever was is disabled or about to be deleted */
export const findAccountSession = async (sql: Sql, secretHash: Buffer, now: Date): Promise<AccountSession | null> =>
  (await sql.query(findAccountSessionStatement, { secretHash, now })).rows[0] ?? null;

const findAccountOfSessionStatement = statement<{ sessionId: string; userId: string; now: Date }, AccountSession>(
  'find_account_of_session',
  (p) => `
   SELECT ${selected(accountColumns)}
   FROM sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL AND u.delete_after IS NULL
   WHERE s.id = ${p.sessionId} AND s.user_id = ${p.userId} AND s.expires_at > ${p.now}`,
);

/** The account of somebody whose sign-in is known by its id. @returns null once that is over, or the account is disabled or about to be deleted */
export const findAccountOfSession = async (
  sql: Sql,
  which: { readonly sessionId: string; readonly userId: string; readonly now: Date },
): Promise<AccountSession | null> => (await sql.query(findAccountOfSessionStatement, which)).rows[0] ?? null;

/** An account as whoever chooses among those of a browser is shown it. */
export type NamedAccount = Pick<User, 'id' | 'username' | 'email' | 'claims'>;

const namedColumns: Columns<NamedAccount> = {
  id: 'u.id',
  username: 'u.username',
  email: 'u.email',
  claims: 'u.claims',
};

const findNamedAccountsStatement = statement<{ ids: readonly string[] }, NamedAccount>(
  'find_named_accounts',
  (p) => `SELECT ${selected(namedColumns)} FROM users u WHERE u.id = ANY (${p.ids}::uuid[]) AND u.disabled_at IS NULL`,
);

/** Those that can be signed in to. */
export const findNamedAccounts = async (sql: Sql, ids: readonly string[]): Promise<readonly NamedAccount[]> =>
  (await sql.query(findNamedAccountsStatement, { ids })).rows;

/** What stands between an account and somebody who knows its password. */
export interface AccountSafety {
  readonly passkeys: number;
  readonly hasAuthenticator: boolean;
  /** That are unused. */
  readonly recoveryCodes: number;
}

const safetyColumns: Columns<AccountSafety> = {
  passkeys: '(SELECT count(*)::integer FROM passkeys k WHERE k.user_id = u.id)',
  hasAuthenticator: 'EXISTS (SELECT FROM totp_authenticators t WHERE t.user_id = u.id)',
  recoveryCodes: '(SELECT count(*)::integer FROM recovery_codes c WHERE c.user_id = u.id AND c.used_at IS NULL)',
};

const findAccountSafetyStatement = statement<{ userId: string }, AccountSafety>(
  'find_account_safety',
  (p) => `SELECT ${selected(safetyColumns)} FROM users u WHERE u.id = ${p.userId}`,
);

/** @returns null when there is no such user any more */
export const findAccountSafety = async (sql: Sql, userId: string): Promise<AccountSafety | null> =>
  (await sql.query(findAccountSafetyStatement, { userId })).rows[0] ?? null;
