import { type EntityManager, MoreThan, type QueryDeepPartialEntity } from 'typeorm';
import { epochSeconds } from '../../clock.js';
import type { AuthenticationMethodReference } from '../../protocol/sign-in/authentication-context.js';
import { identifierKey } from '../../protocol/sign-in/identifiers.js';
import { type Change, recordChange } from '../audit/change.js';
import type { Columns } from '../connection/columns.js';
import type { Placeholders } from '../connection/statement.js';
import { enrolledPasskeys } from '../factors/passkeys.js';
import { enrolledTotp } from '../factors/totp-authenticators.js';
import { type MailOutcome, type NewMail, queueUserMail } from '../mail/outgoing-mails.js';
import { TrustedBrowser } from '../schema/trusted-browsers.js';
import { User } from '../schema/users.js';
import { lockedSessions } from '../sessions/locked-sessions.js';

/**
 * SQL: the ways to prove who they are that the user of a row has set up, by their registered names (RFC 8176 §2). A further
 * method is a further line.
 */
export const enrolledMethods = (user: string): string =>
  `array_remove(ARRAY[
     CASE WHEN ${user}.password_hash IS NOT NULL THEN 'pwd' END,
     ${enrolledPasskeys(user).join(', ')},
     ${enrolledTotp(user)},
     CASE WHEN ${user}.email_verified AND ${user}.email IS NOT NULL THEN 'mca' END
   ], NULL)`;

/** SQL: the groups that the user of a row is in, as a JSON array: those of the claim that are texts. */
export const groupsOf = (user: string): string =>
  `jsonb_path_query_array(${user}.claims, '$.groups[*] ? (@.type() == "string")')`;

/** An identifier as somebody typed it, and as it is compared. */
export interface SoughtIdentifier {
  readonly typed: string;
  /** Its {@link identifierKey}. */
  readonly key: string;
}

export const soughtIdentifier = (text: string): SoughtIdentifier => ({
  typed: text.trim().normalize('NFC'),
  key: identifierKey(text),
});

/**
 * SQL: the user who is called so, by username or e-mail address, as `u`. What has an `@` is an address and no username, what has
 * none the reverse: an account whose address is another's username is not taken for theirs. Of two that were told apart before
 * there were keys, the one whose spelling it is.
 */
export const userCalled = ({ typed, key }: Placeholders<SoughtIdentifier>): string => `(
  SELECT * FROM users
  WHERE username_key = ${key} OR lower(username) = lower(${typed})
    OR (position('@' IN ${key}) > 0 AND (email_key = ${key} OR lower(email) = lower(${typed})))
  ORDER BY (lower(username) = lower(${typed}) OR lower(email) = lower(${typed})) IS TRUE DESC
  LIMIT 1
) u`;

/** What sign-in needs to know of an account. */
export interface SignInAccount {
  readonly id: string;
  readonly enrolled: readonly AuthenticationMethodReference[];
  readonly groups: readonly string[];
  readonly passwordHash: string | null;
  readonly passwordChangedAt: Date | null;
  readonly disabledAt: Date | null;
}

/** The part of a user that claims are made from. */
export interface UserClaims {
  readonly username: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly claims: Record<string, unknown>;
  readonly updatedAt: Date;
}

/** Columns and stored claims as one set of claims (OIDC Core §5.1). */
export const claimsOf = ({
  username,
  email,
  emailVerified,
  claims,
  updatedAt,
}: UserClaims): Readonly<Record<string, unknown>> => ({
  preferred_username: username,
  ...claims,
  updated_at: epochSeconds(updatedAt),
  ...(email === null ? {} : { email, email_verified: emailVerified }),
});

/** Where {@link UserClaims} come from, in statements that read a user as `u`. */
export const userColumns: Columns<UserClaims> = {
  username: 'u.username',
  email: 'u.email',
  emailVerified: 'u.email_verified',
  claims: 'u.claims',
  updatedAt: 'u.updated_at',
};

/** @throws QueryFailedError 23505 when username or e-mail address is taken, 23514 when the username holds an
 * `@` or the address is none */
export async function insertUser(
  manager: EntityManager,
  user: Pick<User, 'id' | 'username' | 'email' | 'emailVerified' | 'passwordHash' | 'claims'> &
    Partial<Pick<User, 'disabledAt' | 'createdAt'>>,
  change: Change,
): Promise<void> {
  await manager.transaction(async (transaction) => {
    const usernameKey = identifierKey(user.username);
    const emailKey = user.email === null ? null : identifierKey(user.email);
    const row = {
      disabledAt: null,
      deleteAfter: null,
      createdAt: change.now,
      ...user,
      usernameKey,
      emailKey,
      passwordChangedAt: null,
      updatedAt: change.now,
    };
    await transaction.insert(User, row as QueryDeepPartialEntity<User>);
    await recordChange(transaction, change);
  });
}

/** By username or e-mail address, for administration. */
export async function findUser(manager: EntityManager, identifier: string): Promise<User | null> {
  const { typed, key } = soughtIdentifier(identifier);
  const query = `SELECT u.id FROM ${userCalled({ typed: '$1', key: '$2' })}`;
  const [found] = await manager.query<{ id: string }[]>(query, [typed, key]);
  return found ? manager.findOneBy(User, { id: found.id }) : null;
}

/** Whether a user has this id, which is a UUID. */
export const isUserId = (manager: EntityManager, id: string): Promise<boolean> => manager.existsBy(User, { id });

/** In the order of their ids, those after one; null begins with the first. */
export const pageOfUsers = (manager: EntityManager, after: string | null, size: number): Promise<User[]> =>
  manager.find(User, { where: after === null ? {} : { id: MoreThan(after) }, order: { id: 'ASC' }, take: size });

export const listUsers = (manager: EntityManager): Promise<User[]> =>
  manager.find(User, { order: { username: 'ASC' } });

// The grants are locked in order, as statements for many callers lock theirs.
const revokeGrantsOfUser = `
  UPDATE authorization_grants SET revoked_at = $2 WHERE id IN (
    SELECT id FROM authorization_grants WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE)`;

/** Ends what hangs on the user: sessions, trusted browsers and authorization grants, refresh tokens included, and links that wait in a mailbox, but those that put an address back. */
export async function endEverything(manager: EntityManager, userId: string, now: Date): Promise<void> {
  await manager.query(`DELETE FROM sessions WHERE id = ANY (${lockedSessions('user_id = $1')})`, [userId]);
  await manager.delete(TrustedBrowser, { userId });
  await manager.query(`DELETE FROM mailed_links WHERE user_id = $1 AND kind <> 'undo_email_change'`, [userId]);
  await manager.query(revokeGrantsOfUser, [userId, now]);
}

/** @returns false when there is no such user */
export async function disableUser(manager: EntityManager, userId: string, change: Change): Promise<boolean> {
  return manager.transaction(async (transaction) => {
    const { affected } = await transaction.update(
      User,
      { id: userId },
      { disabledAt: change.now, updatedAt: change.now },
    );
    if (!affected) return false;
    await endEverything(transaction, userId, change.now);
    await recordChange(transaction, change);
    return true;
  });
}

/** @returns false when there is no such user */
export async function enableUser(manager: EntityManager, userId: string, change: Change): Promise<boolean> {
  return manager.transaction(async (transaction) => {
    const { affected } = await transaction.update(User, { id: userId }, { disabledAt: null, updatedAt: change.now });
    if (!affected) return false;
    await recordChange(transaction, change);
    return true;
  });
}

/**
 * Sets the password, ends every session and authorization grant that was made with the old one, and writes the notice.
 * @returns what became of the notice; null when there is no such user
 */
export async function setPasswordHash(
  manager: EntityManager,
  userId: string,
  passwordHash: string,
  change: Change,
  notice: NewMail | null = null,
): Promise<{ readonly notice: MailOutcome | null } | null> {
  return manager.transaction(async (transaction) => {
    const { affected } = await transaction.update(
      User,
      { id: userId },
      { passwordHash, passwordChangedAt: change.now, updatedAt: change.now },
    );
    if (!affected) return null;
    await endEverything(transaction, userId, change.now);
    await recordChange(transaction, change);
    return { notice: await queueUserMail(transaction, { mail: notice, userId, now: change.now }) };
  });
}

/**
 * Sets some claims and takes away those that are null; the others stay, whoever sets them at the same moment.
 * @returns false when there is no such user
 */
export async function setClaims(
  manager: EntityManager,
  userId: string,
  claims: Readonly<Record<string, unknown>>,
  change: Change,
): Promise<boolean> {
  const removed = Object.keys(claims).filter((name) => claims[name] === null);
  return manager.transaction(async (transaction) => {
    const [, affected] = await transaction.query<[unknown[], number]>(
      'UPDATE users SET claims = (claims || $2::jsonb) - $3::text[], updated_at = $4 WHERE id = $1',
      [userId, JSON.stringify(claims), removed, change.now],
    );
    if (affected === 0) return false;
    await recordChange(transaction, change);
    return true;
  });
}
