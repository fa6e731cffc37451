import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** JWT access tokens without an authorization grant that were revoked, remembered until they expire by themselves. */
@Entity('revoked_access_tokens')
export class RevokedAccessToken {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'revoked_access_tokens_pkey' })
  jti!: string;
  @Index('revoked_access_tokens_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
