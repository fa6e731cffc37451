import { type Columns, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
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
}

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
};

const findAccountSessionStatement = statement<{ secretHash: Buffer; now: Date }, AccountSession>(
  'find_account_session',
  (p) => `
   SELECT ${selected(accountColumns)}
   FROM sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL
   WHERE s.secret_hash = ${p.secretHash} AND s.expires_at > ${p.now}`,
);

/** @returns null when nobody is signed in by that secret, or whoever was is disabled */
export const findAccountSession = async (sql: Sql, secretHash: Buffer, now: Date): Promise<AccountSession | null> =>
  (await sql.query(findAccountSessionStatement, { secretHash, now })).rows[0] ?? null;
