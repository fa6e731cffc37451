import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The one row that says which physical database this is, and since when what it remembers can be trusted: a restored
 * backup does not know what was consumed or revoked after it was made.
 */
@Entity('installation')
@Check('installation_is_one', 'id')
export class Installation {
  @PrimaryColumn('boolean', { primaryKeyConstraintName: 'installation_pkey', default: true })
  id!: boolean;
  /** PostgreSQL's own; another cluster has another. */
  @Column('text', { name: 'system_identifier' })
  systemIdentifier!: string;
  /** OID of the table `tokens`: a restore from a dump creates the table anew, so it differs even in the same cluster. */
  @Column('text', { name: 'tokens_oid' })
  tokensOid!: string;
  /** Access tokens issued before count as void; null while the database was never restored. */
  @Column('timestamptz', { name: 'issued_before_is_void', nullable: true })
  issuedBeforeIsVoid!: Date | null;
  /** Encrypted: what pairwise subjects are made of, see `subjects.ts`. Null until the first start of a release that has them. */
  @Column('bytea', { name: 'pairwise_secret', nullable: true })
  pairwiseSecret!: Buffer | null;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
