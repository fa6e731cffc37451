import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What is kept of an identity, so that its owner knows it again. */
export interface IdentitySnapshot {
  readonly label: string | null;
}

/** Somebody's account at another provider, by which they sign in to theirs here. */
@Entity('federated_identities')
export class FederatedIdentity {
  /** The provider's `id` in the configuration. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'federated_identities_pkey' })
  provider!: string;
  /** As the provider names them (`sub`): stable and never another's. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'federated_identities_pkey' })
  subject!: string;
  @Index('federated_identities_user')
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('jsonb')
  claims!: IdentitySnapshot;
  @Column('timestamptz', { name: 'linked_at' })
  linkedAt!: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
