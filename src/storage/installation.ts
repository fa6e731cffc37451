import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The one row that says which physical database this is, and since when what it remembers can be trusted: a restored
 * backup does not know what was consumed or revoked after it was made.
 */
@Entity('installation')
export class Installation {
  @PrimaryColumn('boolean', { primaryKeyConstraintName: 'installation_pkey', default: true })
  id!: boolean;
  @Column('text', { name: 'system_identifier' })
  systemIdentifier!: string;
  @Column('text', { name: 'tokens_oid' })
  tokensOid!: string;
  /** Whatever was issued before counts as void; null while the database was never restored. */
  @Column('timestamptz', { name: 'issued_before_is_void', nullable: true })
  issuedBeforeIsVoid!: Date | null;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
