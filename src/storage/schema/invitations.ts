import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Somebody who may make an account with their address, once. Of one address there is one: a later invitation replaces it. */
@Entity('invitations')
export class Invitation {
  /** Of the account that is to be: the audit trail knows both by it. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'invitations_pkey' })
  id!: string;
  @Column('text')
  email!: string;
  @Index('invitations_email_key', { unique: true })
  @Column('text', { name: 'email_key' })
  emailKey!: string;
  /** Of the link's secret, which the mail's row holds encrypted. */
  @Index('invitations_secret', { unique: true })
  @Column('bytea', { name: 'secret_hash' })
  secretHash!: Buffer;
  /** What the account begins with (OIDC Core §5.1). */
  @Column('jsonb', { default: {} })
  claims!: Record<string, unknown>;
  /** The application for which somebody was invited. */
  @Column('text', { name: 'client_id', nullable: true })
  clientId!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Index('invitations_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
