import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { sha256 } from '../crypto/digest.js';
import { type Sql, statement } from './connection/sql.js';

/** Client assertions that were presented, so that none counts twice (RFC 7523 §3 item 7). */
@Entity('used_assertions')
export class UsedAssertion {
  @PrimaryColumn('text', { name: 'client_id', primaryKeyConstraintName: 'used_assertions_pkey' })
  clientId!: string;
  @PrimaryColumn('bytea', { name: 'jti_hash', primaryKeyConstraintName: 'used_assertions_pkey' })
  jtiHash!: Buffer;
  @Index('used_assertions_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

const use = statement(
  'use_assertion',
  'INSERT INTO used_assertions (client_id, jti_hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
);

/** @returns false when this client has presented the `jti` before */
export async function useAssertion(
  sql: Sql,
  assertion: { clientId: string; jti: string; expiresAt: Date },
): Promise<boolean> {
  return (await sql.query(use, [assertion.clientId, sha256(assertion.jti), assertion.expiresAt])).rowCount === 1;
}
