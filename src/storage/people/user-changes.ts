import { identifierKey } from '../../protocol/sign-in/identifiers.js';
import { type Change, recordChange } from '../audit/change.js';
import { statement } from '../connection/statement.js';
import type { Transaction, Transactions } from '../connection/transactions.js';
import { forgetTrustedBrowsers } from '../factors/trusted-browsers.js';
import { type MailOutcome, type NewMail, queueUserMail } from '../mail/outgoing-mails.js';
import type { User } from '../schema/users.js';
import { lockedSessions } from '../sessions/locked-sessions.js';

type NewUser = Pick<User, 'id' | 'username' | 'email' | 'emailVerified' | 'passwordHash' | 'claims'> &
  Partial<Pick<User, 'disabledAt' | 'createdAt'>>;

const insertUserStatement = statement<
  NewUser & Pick<User, 'usernameKey' | 'emailKey' | 'disabledAt' | 'createdAt' | 'updatedAt'>
>(
  'insert_user',
  (p) => `
   INSERT INTO users (id, username, email, username_key, email_key, email_verified, password_hash, claims, disabled_at,
     created_at, updated_at)
   VALUES (${p.id}, ${p.username}, ${p.email}, ${p.usernameKey}, ${p.emailKey}, ${p.emailVerified}, ${p.passwordHash},
     ${p.claims}, ${p.disabledAt}, ${p.createdAt}, ${p.updatedAt})`,
);

/** @throws DatabaseError 23505 when username or e-mail address is taken, 23514 when the username holds an
 * `@` or the address is none */
export async function insertUser(transactions: Transactions, user: NewUser, change: Change): Promise<void> {
  const row = {
    disabledAt: null,
    createdAt: change.now,
    ...user,
    usernameKey: identifierKey(user.username),
    emailKey: user.email === null ? null : identifierKey(user.email),
    updatedAt: change.now,
  };
  await transactions.run(async (transaction) => {
    await transaction.query(insertUserStatement, row);
    await recordChange(transaction, change);
  });
}

const endSessionsOfUserStatement = statement<{ userId: string }>(
  'end_sessions_of_user',
  (p) => `DELETE FROM sessions WHERE id = ANY (${lockedSessions(`user_id = ${p.userId}`)})`,
);

const deleteLinksOfUserStatement = statement<{ userId: string }>(
  'delete_links_of_user',
  (p) => `DELETE FROM mailed_links WHERE user_id = ${p.userId} AND kind <> 'undo_email_change'`,
);

// The grants are locked in order, as statements for many callers lock theirs.
const revokeGrantsOfUserStatement = statement<{ userId: string; now: Date }>(
  'revoke_grants_of_user',
  (p) => `
   UPDATE authorization_grants SET revoked_at = ${p.now} WHERE id IN (
     SELECT id FROM authorization_grants WHERE user_id = ${p.userId} AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE)`,
);

/** Ends what hangs on the user: sessions, trusted browsers and authorization grants, refresh tokens included, and links that wait in a mailbox, but those that put an address back. */
export async function endEverything(transaction: Transaction, userId: string, now: Date): Promise<void> {
  await transaction.query(endSessionsOfUserStatement, { userId });
  await forgetTrustedBrowsers(transaction, userId);
  await transaction.query(deleteLinksOfUserStatement, { userId });
  await transaction.query(revokeGrantsOfUserStatement, { userId, now });
}

const setUserDisabledStatement = statement<{ userId: string; disabledAt: Date | null; now: Date }>(
  'set_user_disabled',
  (p) => `UPDATE users SET disabled_at = ${p.disabledAt}, updated_at = ${p.now} WHERE id = ${p.userId}`,
);

/** @returns false when there is no such user */
export async function disableUser(transactions: Transactions, userId: string, change: Change): Promise<boolean> {
  const { now } = change;
  return transactions.run(async (transaction) => {
    const disabled = await transaction.query(setUserDisabledStatement, { userId, disabledAt: now, now });
    if (disabled.rowCount === 0) return false;
    await endEverything(transaction, userId, now);
    await recordChange(transaction, change);
    return true;
  });
}

/** @returns false when there is no such user */
export async function enableUser(transactions: Transactions, userId: string, change: Change): Promise<boolean> {
  const { now } = change;
  return transactions.run(async (transaction) => {
    const enabled = await transaction.query(setUserDisabledStatement, { userId, disabledAt: null, now });
    if (enabled.rowCount === 0) return false;
    await recordChange(transaction, change);
    return true;
  });
}

const setPasswordHashStatement = statement<{ userId: string; passwordHash: string; now: Date }>(
  'set_password_hash',
  (p) => `
   UPDATE users SET password_hash = ${p.passwordHash}, password_changed_at = ${p.now}, updated_at = ${p.now}
   WHERE id = ${p.userId}`,
);

/**
 * Sets the password, ends every session and authorization grant that was made with the old one, and writes the notice.
 * @returns what became of the notice; null when there is no such user
 */
export async function setPasswordHash(
  transactions: Transactions,
  userId: string,
  passwordHash: string,
  change: Change,
  notice: NewMail | null = null,
): Promise<{ readonly notice: MailOutcome | null } | null> {
  const { now } = change;
  return transactions.run(async (transaction) => {
    const set = await transaction.query(setPasswordHashStatement, { userId, passwordHash, now });
    if (set.rowCount === 0) return null;
    await endEverything(transaction, userId, now);
    await recordChange(transaction, change);
    return { notice: await queueUserMail(transaction, { mail: notice, userId, now }) };
  });
}

interface ClaimChanges {
  readonly userId: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly removed: readonly string[];
  readonly now: Date;
}

const setClaimsStatement = statement<ClaimChanges>(
  'set_claims',
  (p) => `
   UPDATE users SET claims = (claims || ${p.claims}::jsonb) - ${p.removed}::text[], updated_at = ${p.now}
   WHERE id = ${p.userId}`,
);

/**
 * Sets some claims and takes away those that are null; the others stay, whoever sets them at the same moment.
 * @returns false when there is no such user
 */
export async function setClaims(
  transactions: Transactions,
  userId: string,
  claims: Readonly<Record<string, unknown>>,
  change: Change,
): Promise<boolean> {
  const removed = Object.keys(claims).filter((name) => claims[name] === null);
  return transactions.run(async (transaction) => {
    const set = await transaction.query(setClaimsStatement, { userId, claims, removed, now: change.now });
    if (set.rowCount === 0) return false;
    await recordChange(transaction, change);
    return true;
  });
}
