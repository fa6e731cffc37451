import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type TokenKind = 'authorization_code' | 'refresh_token' | 'access_token' | 'pushed_request';

/**
 * Every opaque value that is handed out and comes back, keyed by its hash. Single use is always the same:
 * `UPDATE … SET consumed_at WHERE consumed_at IS NULL RETURNING`.
 */
@Entity('tokens')
export class Token {
  @PrimaryColumn('bytea', { name: 'value_hash', primaryKeyConstraintName: 'tokens_pkey' })
  valueHash!: Buffer;
  @Column('text')
  kind!: TokenKind;
  @Column('text', { name: 'client_id' })
  clientId!: string;
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;
  @Column('uuid', { name: 'authorization_grant_id', nullable: true })
  authorizationGrantId!: string | null;
  @Column('jsonb')
  payload!: Record<string, unknown>;
  @Column('timestamptz', { name: 'issued_at' })
  issuedAt!: Date;
  /** After redemption: the end of what was issued for it, or the sweeper would erase reuse detection. */
  @Index('tokens_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
  @Column('timestamptz', { name: 'consumed_at', nullable: true })
  consumedAt!: Date | null;
}
