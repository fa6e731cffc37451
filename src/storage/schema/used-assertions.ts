import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Client assertions that were presented, so that none counts twice (RFC 7523 §3 item 7). */
@Entity('used_assertions')
export class UsedAssertion {
  @PrimaryColumn('text', { name: 'client_id', primaryKeyConstraintName: 'used_assertions_pkey' })
  clientId!: string;
  @PrimaryColumn('bytea', { name: 'jti_hash', primaryKeyConstraintName: 'used_assertions_pkey' })
  jtiHash!: Buffer;
  @Index('used_assertions_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
