import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A code that was mailed for a sign-in. It is good in that interaction alone, which is bound to one browser. */
@Entity('email_codes')
export class EmailCode {
  @PrimaryColumn('bytea', { name: 'interaction_id_hash', primaryKeyConstraintName: 'email_codes_pkey' })
  interactionIdHash!: Buffer;
  /** Null where no mail went to anybody: then no code is right. */
  @Index('email_codes_user')
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;
  /** Under which wrong codes are counted, by a keyed hash: the same for whoever is called so and for nobody; hexadecimal. */
  @Column('text', { name: 'counted_as' })
  countedAs!: string;
  /** Keyed: there are too few codes for a plain hash. */
  @Column('bytea', { name: 'code_hash' })
  codeHash!: Buffer;
  @Column('integer', { name: 'tries_left' })
  triesLeft!: number;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Index('email_codes_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
  @Column('timestamptz', { name: 'consumed_at', nullable: true })
  consumedAt!: Date | null;
}
