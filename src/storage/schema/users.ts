import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('users')
@Check('users_username_is_no_address', `position('@' IN username) = 0`)
@Check('users_username_key_is_no_address', `position('@' IN username_key) = 0`)
@Check('users_email_key_is_address', `email_key ~ '^[^@ ]+@[^@ ]+$'`)
@Index('users_username', { synchronize: false })
@Index('users_email', { synchronize: false })
@Index('users_delete_after', ['deleteAfter'], { where: 'delete_after IS NOT NULL' })
export class User {
  /** The `sub` of every token. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  id!: string;
  /** Unique regardless of case; holds no `@`, so that it cannot be another's e-mail address. */
  @Column('text')
  username!: string;
  @Column('text', { nullable: true })
  email!: string | null;
  /** What the username is compared by (`identifierKey`), where it is this user's alone; rows of earlier releases may have none. */
  @Index('users_username_key', { unique: true })
  @Column('text', { name: 'username_key', nullable: true })
  usernameKey!: string | null;
  /** … and of the e-mail address, where it is one. */
  @Index('users_email_key', { unique: true })
  @Column('text', { name: 'email_key', nullable: true })
  emailKey!: string | null;
  @Column('boolean', { name: 'email_verified', default: false })
  emailVerified!: boolean;
  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash!: string | null;
  /** Null where that was before it was kept. */
  @Column('timestamptz', { name: 'password_changed_at', nullable: true })
  passwordChangedAt!: Date | null;
  /** Standard claims as OIDC Core §5.1 spells them, without username and e-mail, which have columns; and the installation's own. */
  @Column('jsonb', { default: {} })
  claims!: Record<string, unknown>;
  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;
  /** Its owner wants the account deleted, and may think better of it until then. */
  @Column('timestamptz', { name: 'delete_after', nullable: true })
  deleteAfter!: Date | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
