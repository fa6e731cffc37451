import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A code that stands in for the authenticator app, once. A set of ten is made, shown once and replaced as a whole. */
@Entity('recovery_codes')
@Index('recovery_codes_number', ['userId', 'number'], { unique: true })
export class RecoveryCode {
  /** It carries more than 90 random bits, so that its hash cannot be searched back. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'recovery_codes_pkey' })
  hash!: Buffer;
  @Index('recovery_codes_user')
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  /** Within the set, from 1 on; null in rows of an earlier release. */
  @Column('smallint', { nullable: true })
  number!: number | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;
}
