import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';

/** A device that waits for somebody to enter its code (RFC 8628 §3.1). Every state is a fact with a time. */
@Entity('device_authorizations')
export class DeviceAuthorization {
  @PrimaryColumn('bytea', { name: 'device_code_hash', primaryKeyConstraintName: 'device_authorizations_pkey' })
  deviceCodeHash!: Buffer;
  /** Under a key: of a code that people can type, a plain hash could be searched back. */
  @Index('device_authorizations_user_code', { unique: true })
  @Column('bytea', { name: 'user_code_hash' })
  userCodeHash!: Buffer;
  @Column('text', { name: 'client_id' })
  clientId!: string;
  /** What it asks for: the request of each interaction that its user code starts. */
  @Column('jsonb')
  request!: ValidatedAuthorizationRequest;
  /** From where it asked. */
  @Column('text', { name: 'address_block', nullable: true })
  addressBlock!: string | null;
  @Column('integer', { name: 'interval_seconds' })
  intervalSeconds!: number;
  @Column('timestamptz', { name: 'last_polled_at', nullable: true })
  lastPolledAt!: Date | null;
  /** Who allowed it. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;
  @Column('uuid', { name: 'authorization_grant_id', nullable: true })
  authorizationGrantId!: string | null;
  @Column('timestamptz', { name: 'denied_at', nullable: true })
  deniedAt!: Date | null;
  @Column('timestamptz', { name: 'consumed_at', nullable: true })
  consumedAt!: Date | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  /** The end of its codes. */
  @Column('timestamptz', { name: 'usable_until' })
  usableUntil!: Date;
  /** Later, so that a device which still polls is told what became of its code. */
  @Index('device_authorizations_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
