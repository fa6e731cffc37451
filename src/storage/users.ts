import { Check, Column, Entity, type EntityManager, Index, PrimaryColumn, type QueryDeepPartialEntity } from 'typeorm';
import type { AuthenticationMethodReference } from '../protocol/sign-in/authentication-context.js';
import { type Change, recordChange } from './change.js';
import type { Columns } from './connection/columns.js';

@Entity('users')
@Check('users_username_is_no_address', `position('@' IN username) = 0`)
@Index('users_username', { synchronize: false })
@Index('users_email', { synchronize: false })
export class User {
  /** The `sub` of every token. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  id!: string;
  /** Unique regardless of case; holds no `@`, so that it cannot be another's e-mail address. */
  @Column('text')
  username!: string;
  @Column('text', { nullable: true })
  email!: string | null;
  @Column('boolean', { name: 'email_verified', default: false })
  emailVerified!: boolean;
  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash!: string | null;
  /** Null where that was before it was kept. */
  @Column('timestamptz', { name: 'password_changed_at', nullable: true })
  passwordChangedAt!: Date | null;
  /** Standard claims as OIDC Core §5.1 spells them, without username and e-mail, which have columns. */
  @Column('jsonb', { default: {} })
  claims!: Record<string, unknown>;
  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}

/**
 * SQL: the ways to prove who they are that the user of a row has set up, by their registered names (RFC 8176 §2). A further
 * method is a further line.
 */
export const enrolledMethods = (user: string): string =>
  `array_remove(ARRAY[
     CASE WHEN ${user}.password_hash IS NOT NULL THEN 'pwd' END
   ], NULL)`;

/**
 * SQL: whether a user is called so, by username or e-mail address, regardless of case. What has an `@` is an address and no
 * username, what has none the reverse: an account whose address is another's username is not taken for theirs.
 */
export const isCalled = (user: string, identifier: string): string =>
  `(lower(${user}.username) = lower(${identifier})
    OR (position('@' IN ${identifier}) > 0 AND lower(${user}.email) = lower(${identifier})))`;

/** What sign-in needs to know of an account. */
export interface SignInAccount {
  readonly id: string;
  readonly enrolled: readonly AuthenticationMethodReference[];
  readonly passwordHash: string | null;
  readonly passwordChangedAt: Date | null;
  readonly disabledAt: Date | null;
}

/** The part of a user that the claims of userinfo are made from. */
export interface UserClaims {
  readonly username: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly claims: Record<string, unknown>;
  readonly updatedAt: Date;
}

/** Where {@link UserClaims} come from, in statements that read a user as `u`. */
export const userColumns: Columns<UserClaims> = {
  username: 'u.username',
  email: 'u.email',
  emailVerified: 'u.email_verified',
  claims: 'u.claims',
  updatedAt: 'u.updated_at',
};

/** @throws QueryFailedError 23505 when username or e-mail address is taken, 23514 when the username holds an `@` */
export async function insertUser(
  manager: EntityManager,
  user: Pick<User, 'id' | 'username' | 'email' | 'emailVerified' | 'passwordHash' | 'claims'>,
  change: Change,
): Promise<void> {
  await manager.transaction(async (transaction) => {
    const row = { ...user, passwordChangedAt: null, disabledAt: null, createdAt: change.now, updatedAt: change.now };
    await transaction.insert(User, row as QueryDeepPartialEntity<User>);
    await recordChange(transaction, change);
  });
}

/** By exact username or e-mail address, regardless of case, for administration. */
export const findUser = (manager: EntityManager, identifier: string): Promise<User | null> =>
  manager.createQueryBuilder(User, 'user').where(isCalled('user', ':identifier'), { identifier }).getOne();

export const listUsers = (manager: EntityManager): Promise<User[]> =>
  manager.find(User, { order: { username: 'ASC' } });

/** Ends what hangs on the user: sessions and authorization grants, refresh tokens included. */
async function endEverything(manager: EntityManager, userId: string, now: Date): Promise<void> {
  await manager.query('DELETE FROM sessions WHERE user_id = $1', [userId]);
  await manager.query('UPDATE authorization_grants SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL', [
    userId,
    now,
  ]);
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

/** Sets the password and ends every session and authorization grant that was made with the old one. */
export async function setPasswordHash(
  manager: EntityManager,
  userId: string,
  passwordHash: string,
  change: Change,
): Promise<boolean> {
  return manager.transaction(async (transaction) => {
    const { affected } = await transaction.update(
      User,
      { id: userId },
      { passwordHash, passwordChangedAt: change.now, updatedAt: change.now },
    );
    if (!affected) return false;
    await endEverything(transaction, userId, change.now);
    await recordChange(transaction, change);
    return true;
  });
}
