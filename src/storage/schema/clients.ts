import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';

/** Who made a client; `registration` is the client itself. Provisioning updates only what the configuration declared, and deletes nothing. */
export type ClientOrigin = 'configuration' | 'operator' | 'registration';

@Entity('clients')
export class Client {
  @PrimaryColumn('text', { name: 'client_id', primaryKeyConstraintName: 'clients_pkey' })
  clientId!: string;
  /** RFC 7591 §2 members, as the wire spells them. */
  @Column('jsonb')
  metadata!: ClientMetadata;
  /** SHA-256 of the secret: it is random, so nothing slower is needed. Null for clients without one. */
  @Column('bytea', { name: 'secret_hash', nullable: true })
  secretHash!: Buffer | null;
  /** The secret itself, encrypted, of a client that signs with it: see `client-secrets.ts`. */
  @Column('bytea', { name: 'sealed_secret', nullable: true })
  sealedSecret!: Buffer | null;
  @Column('text')
  origin!: ClientOrigin;
  /** SHA-256 of the registration access token (RFC 7592 §3); null for clients that did not register themselves. */
  @Column('bytea', { name: 'registration_token_hash', nullable: true })
  registrationTokenHash!: Buffer | null;
  /** When a client that registered itself may be swept unless somebody signs in to it before; null for all others. */
  @Index('clients_expiry', { where: 'expires_at IS NOT NULL' })
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
