import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Failed sign-ins under one key: a keyed hash of what is counted, for example of (identifier, address). */
@Entity('sign_in_failures')
export class SignInFailure {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'sign_in_failures_pkey' })
  key!: Buffer;
  @Column('integer')
  failures!: number;
  /** Not in the future where no delay is due. */
  @Column('timestamptz', { name: 'blocked_until' })
  blockedUntil!: Date;
  @Index('sign_in_failures_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
