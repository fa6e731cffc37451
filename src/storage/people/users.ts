import { epochSeconds } from '../../clock.js';
import type { AuthenticationMethodReference } from '../../protocol/sign-in/authentication-context.js';
import { identifierKey } from '../../protocol/sign-in/identifiers.js';
import { type Columns, selected } from '../connection/columns.js';
import { type Placeholders, statement } from '../connection/statement.js';
import type { Transactions } from '../connection/transactions.js';
import { enrolledPasskeys } from '../factors/passkeys.js';
import { enrolledTotp } from '../factors/totp-authenticators.js';
import type { User } from '../schema/users.js';

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

/** A whole row, in statements that read a user as `u`. */
const wholeRow = selected({
  id: 'u.id',
  username: 'u.username',
  email: 'u.email',
  usernameKey: 'u.username_key',
  emailKey: 'u.email_key',
  emailVerified: 'u.email_verified',
  passwordHash: 'u.password_hash',
  passwordChangedAt: 'u.password_changed_at',
  claims: 'u.claims',
  disabledAt: 'u.disabled_at',
  deleteAfter: 'u.delete_after',
  createdAt: 'u.created_at',
  updatedAt: 'u.updated_at',
} satisfies Columns<User>);

const findUserStatement = statement<SoughtIdentifier, User>(
  'find_user',
  (p) => `SELECT ${wholeRow} FROM ${userCalled(p)}`,
);

/** By username or e-mail address, for administration. */
export const findUser = async (transactions: Transactions, identifier: string): Promise<User | null> =>
  (await transactions.query(findUserStatement, soughtIdentifier(identifier))).rows[0] ?? null;

const isUserIdStatement = statement<{ id: string }>('is_user_id', (p) => `SELECT FROM users WHERE id = ${p.id}`);

/** Whether a user has this id, which is a UUID. */
export const isUserId = async (transactions: Transactions, id: string): Promise<boolean> =>
  (await transactions.query(isUserIdStatement, { id })).rowCount > 0;

const pageOfUsersStatement = statement<{ after: string | null; size: number }, User>(
  'page_of_users',
  (p) => `
   SELECT ${wholeRow} FROM users u WHERE ${p.after}::uuid IS NULL OR u.id > ${p.after} ORDER BY u.id LIMIT ${p.size}`,
);

/** In the order of their ids, those after one; null begins with the first. */
export const pageOfUsers = async (
  transactions: Transactions,
  after: string | null,
  size: number,
): Promise<readonly User[]> => (await transactions.query(pageOfUsersStatement, { after, size })).rows;

const listUsersStatement = statement<object, User>(
  'list_users',
  () => `SELECT ${wholeRow} FROM users u ORDER BY u.username`,
);

/** In the order of their names. */
export const listUsers = async (transactions: Transactions): Promise<readonly User[]> =>
  (await transactions.query(listUsersStatement, {})).rows;
