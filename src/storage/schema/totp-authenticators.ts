import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An app that shows one-time codes (RFC 6238). It is there once its first code has confirmed it; a user has one at most. */
@Entity('totp_authenticators')
export class TotpAuthenticator {
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'totp_authenticators_pkey' })
  userId!: string;
  /** Encrypted: see `totp-authenticators.ts`. */
  @Column('bytea', { name: 'sealed_secret' })
  sealedSecret!: Buffer;
  /** The time step of the last code that was taken: neither it nor an earlier one is good again (RFC 6238 §5.2). */
  @Column('bigint', { name: 'last_step' })
  lastStep!: string;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt!: Date;
}
