import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { PasskeyDeviceType } from '../../protocol/sign-in/passkey.js';

/** A WebAuthn credential with which a user signs in (WebAuthn Level 3 §4 Credential Record). */
@Entity('passkeys')
@Index('passkeys_user', ['userId', 'deviceType'])
@Check('passkeys_device_type', `device_type IN ('single', 'multi')`)
export class Passkey {
  @PrimaryColumn('bytea', { name: 'credential_id', primaryKeyConstraintName: 'passkeys_pkey' })
  credentialId!: Buffer;
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  /** As COSE encodes it (RFC 9052 §7). */
  @Column('bytea', { name: 'public_key' })
  publicKey!: Buffer;
  /** Signatures made with it, as its authenticator counts; 0 where that does not count. */
  @Column('bigint')
  counter!: string;
  /** How its authenticator can be reached: a hint for the browser. */
  @Column('text', { array: true })
  transports!: string[];
  @Column('text', { name: 'device_type' })
  deviceType!: PasskeyDeviceType;
  /** Whether a copy of it is kept elsewhere, as of its last use. */
  @Column('boolean', { name: 'backed_up' })
  backedUp!: boolean;
  /** The model of the authenticator, as it says itself; nothing is proven of it. */
  @Column('uuid')
  aaguid!: string;
  /** What its owner calls it. */
  @Column('text')
  name!: string;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
  /** When its counter went back, which says that there are two of it: it is refused since. */
  @Column('timestamptz', { name: 'flagged_at', nullable: true })
  flaggedAt!: Date | null;
}
