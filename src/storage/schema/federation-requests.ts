import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A browser on its way to another provider and back. */
@Entity('federation_requests')
export class FederationRequest {
  /** Hash of the `state` that goes with it. */
  @PrimaryColumn('bytea', { name: 'state_hash', primaryKeyConstraintName: 'federation_requests_pkey' })
  stateHash!: Buffer;
  /** Whose answer it takes: that of another provider is none (RFC 9700 §4.4). */
  @Column('text')
  provider!: string;
  /** Hash of the browser's cookie: in another browser it is good for nothing (RFC 9700 §4.7). */
  @Column('bytea', { name: 'browser_hash' })
  browserHash!: Buffer;
  /** Encrypted: `FederationSecrets` in `federation-requests.ts`. */
  @Column('bytea')
  sealed!: Buffer;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Index('federation_requests_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
  @Column('timestamptz', { name: 'consumed_at', nullable: true })
  consumedAt!: Date | null;
}
