import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An initial access token (RFC 7591 §3): whoever has it may register so many clients. */
@Entity('registration_tokens')
export class RegistrationToken {
  /** By which operators call it: it is no secret. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'registration_tokens_pkey' })
  id!: string;
  @Index('registration_tokens_hash', { unique: true })
  @Column('bytea', { name: 'token_hash' })
  tokenHash!: Buffer;
  /** For whom or what it is. */
  @Column('text', { nullable: true })
  note!: string | null;
  @Column('integer', { name: 'uses_left' })
  usesLeft!: number;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Index('registration_tokens_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
