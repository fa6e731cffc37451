import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';

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

export interface FoundToken {
  readonly kind: Exclude<TokenKind, 'pushed_request'>;
  readonly clientId: string;
  readonly userId: string | null;
  readonly authorizationGrantId: string | null;
}

const findTokenStatement = statement<{ valueHash: Buffer }, FoundToken>(
  'find_token',
  (p) => `
   SELECT kind, client_id AS "clientId", user_id AS "userId", authorization_grant_id AS "authorizationGrantId"
   FROM tokens WHERE value_hash = ${p.valueHash} AND kind <> 'pushed_request'`,
);

/** Whose token it is, whatever its state: what revocation asks first (RFC 7009 §2.1). A request that was pushed is no token. */
export async function findToken(sql: Sql, valueHash: Buffer): Promise<FoundToken | null> {
  return (await sql.query(findTokenStatement, { valueHash })).rows[0] ?? null;
}
