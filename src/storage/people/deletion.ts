import { type Audit, auditRow } from '../audit/audit-events.js';
import { type Change, recordChange } from '../audit/change.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { Transactions } from '../connection/transactions.js';
import { lockedSessions } from '../sessions/locked-sessions.js';
import { type OwnChange, type ToldChange, toldChange } from './own-change.js';
import { endEverything } from './user-changes.js';

interface DeletionRequest extends OwnChange {
  /** The session in which it is asked for. */
  readonly currentId: string;
  readonly deleteAfter: Date;
}

/** CTEs that end every session, mailed link and authorization grant of a user. @param leaving a query for their id */
const everythingEnded = (leaving: string, now: `$${number}`): string => `ended AS (
     DELETE FROM sessions WHERE id = ANY (${lockedSessions(`user_id IN (${leaving})`)})
   ), links AS (
     DELETE FROM mailed_links WHERE user_id IN (${leaving})
   ), locked AS (
     SELECT id FROM authorization_grants WHERE user_id IN (${leaving}) AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE
   ), revoked AS (
     UPDATE authorization_grants SET revoked_at = ${now} WHERE id IN (SELECT id FROM locked)
   )`;

const requestDeletionStatement = statement<DeletionRequest, ToldChange>(
  'request_deletion',
  (p) => `
   WITH changed AS (
     UPDATE users SET delete_after = ${p.deleteAfter}, updated_at = ${p.now}
     WHERE id = ${p.userId} AND disabled_at IS NULL AND delete_after IS NULL
       AND EXISTS (SELECT FROM sessions WHERE id = ${p.currentId} AND user_id = ${p.userId} AND expires_at > ${p.now})
     RETURNING id, email, claims
   ), ${everythingEnded('SELECT id FROM changed', p.now)}, ${toldChange({ now: p.now, audit: p.audit, notice: p.notice, from: 'changed' })}`,
);

// A sign-in or a code that was under way made the one above wait for it: too late for its snapshot.
const endLateStatement = statement<{ userId: string; now: Date }>(
  'end_what_began_before_deletion',
  (p) => `
   WITH leaving AS (
     SELECT id FROM users WHERE id = ${p.userId} AND delete_after IS NOT NULL
   ), ${everythingEnded('SELECT id FROM leaving', p.now)}
   SELECT FROM leaving`,
);

/**
 * Sets when the account is to be deleted, writes the notice, and ends every session, authorization grant and mailed link, all at once.
 * @returns null when the session or the user is gone, or it was asked for before: then nothing is changed
 */
export async function requestDeletion(sql: Sql, request: DeletionRequest): Promise<ToldChange | null> {
  const [changed] = (await sql.query(requestDeletionStatement, request)).rows;
  if (!changed) return null;
  const { userId, now } = request;
  // Twice: what waited for a session that ends here is there once that has ended.
  await sql.query(endLateStatement, { userId, now });
  await sql.query(endLateStatement, { userId, now });
  return changed;
}

interface KeptAccount {
  readonly userId: string;
  /** Of somebody who has signed in meanwhile. */
  readonly sessionId: string;
  readonly now: Date;
  readonly audit: Audit;
}

const keepAccountStatement = statement<KeptAccount, { id: string }>(
  'keep_account',
  (p) => `
   WITH kept AS (
     UPDATE users SET delete_after = NULL, updated_at = ${p.now}
     WHERE id = ${p.userId} AND disabled_at IS NULL AND delete_after IS NOT NULL
       AND EXISTS (SELECT FROM sessions WHERE id = ${p.sessionId} AND user_id = ${p.userId} AND expires_at > ${p.now})
     RETURNING id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'kept', userId: 'id', sessionId: p.sessionId })}
   )
   SELECT id FROM kept`,
);

/** The account stays. @returns false when it was not to be deleted, or has been */
export const keepAccount = async (sql: Sql, kept: KeptAccount): Promise<boolean> =>
  (await sql.query(keepAccountStatement, kept)).rowCount === 1;

const findDueDeletionsStatement = statement<{ now: Date; limit: number }, { id: string }>(
  'find_due_deletions',
  (p) =>
    `SELECT id FROM users WHERE delete_after <= ${p.now} AND delete_after IS NOT NULL ORDER BY delete_after LIMIT ${p.limit}`,
);

/** The users whose time to think better of it is over. */
export const findDueDeletions = async (sql: Sql, now: Date, limit: number): Promise<readonly string[]> =>
  (await sql.query(findDueDeletionsStatement, { now, limit })).rows.map(({ id }) => id);

/** Every table with a `user_id`, but for the audit trail and what clients are yet to be told, which name nobody. */
export const tablesOfUsers = [
  'sessions',
  'mailed_links',
  'outgoing_mails',
  'passkeys',
  'totp_authenticators',
  'recovery_codes',
  'trusted_browsers',
  'email_codes',
  'federated_identities',
  'consents',
  'device_authorizations',
  'tokens',
  'authorization_grants',
] as const;

const deletionsOfTables = tablesOfUsers.map((table) =>
  statement<{ userId: string }>(`delete_user_from_${table}`, (p) => `DELETE FROM ${table} WHERE user_id = ${p.userId}`),
);

const deleteInteractionsStatement = statement<{ userId: string }>(
  'delete_interactions_of_user',
  (p) => `
   DELETE FROM interactions
   WHERE outcome ->> 'userId' = ${p.userId} OR pending_link ->> 'userId' = ${p.userId}
     OR proofs @> jsonb_build_array(jsonb_build_object('subject', ${p.userId}::text))`,
);

const deleteUserStatement = statement<{ userId: string; due: Date | null }>(
  'delete_user',
  (p) => `DELETE FROM users WHERE id = ${p.userId} AND (${p.due}::timestamptz IS NULL OR delete_after <= ${p.due})`,
);

/** @param due the moment at which it has to be due; null where it is deleted in any case */
const remove = (transactions: Transactions, userId: string, change: Change, due: Date | null): Promise<boolean> =>
  transactions.run(async (transaction) => {
    if ((await transaction.query(deleteUserStatement, { userId, due })).rowCount === 0) return false;
    await endEverything(transaction, userId, change.now);
    for (const deletion of deletionsOfTables) await transaction.query(deletion, { userId });
    await transaction.query(deleteInteractionsStatement, { userId });
    await recordChange(transaction, change);
    return true;
  });

/** Deletes a user and everything of theirs. @returns false when there is no such user */
export const deleteUser = (transactions: Transactions, userId: string, change: Change): Promise<boolean> =>
  remove(transactions, userId, change, null);

/**
 * … where their time is over.
 * @returns false when they have thought better of it, or there is no such user
 */
export const deleteDueUser = (transactions: Transactions, userId: string, change: Change): Promise<boolean> =>
  remove(transactions, userId, change, change.now);
