import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A browser in which its user is not asked for a code, unless more is demanded: it stands for no factor. */
@Entity('trusted_browsers')
export class TrustedBrowser {
  /** Of the value in its cookie. */
  @PrimaryColumn('bytea', { name: 'secret_hash', primaryKeyConstraintName: 'trusted_browsers_pkey' })
  secretHash!: Buffer;
  /** By which its user names it. */
  @Column('uuid')
  id!: string;
  @Index('trusted_browsers_user')
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  /** What it called itself, as its person would; null where it did not. */
  @Column('text', { nullable: true })
  device!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt!: Date;
  /** No use moves it. */
  @Index('trusted_browsers_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
