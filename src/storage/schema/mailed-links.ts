import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a link is good for. */
export type MailedLinkKind = 'reset_password' | 'sign_up' | 'change_email' | 'undo_email_change';

/** A link that was mailed to a person, good once. The mail's row holds its secret encrypted, this one its hash. */
@Entity('mailed_links')
export class MailedLink {
  @PrimaryColumn('bytea', { name: 'secret_hash', primaryKeyConstraintName: 'mailed_links_pkey' })
  secretHash!: Buffer;
  @Column('text')
  kind!: MailedLinkKind;
  /** Null where it leads to an account that is yet to be. */
  @Index('mailed_links_user')
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;
  /** The address to which it went: whoever opens it reads what is sent there. */
  @Column('text')
  recipient!: string;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Index('mailed_links_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
  @Column('timestamptz', { name: 'consumed_at', nullable: true })
  consumedAt!: Date | null;
}
