import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { sha256 } from '../crypto/digest.js';
import type { Sql } from './connection/sql.js';
import { statement } from './connection/statement.js';

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

const useAssertionStatement = statement<{ clientId: string; jtiHash: Buffer; expiresAt: Date }>(
  'use_assertion',
  (p) => `
   INSERT INTO used_assertions (client_id, jti_hash, expires_at) VALUES (${p.clientId}, ${p.jtiHash}, ${p.expiresAt})
   ON CONFLICT DO NOTHING`,
);

/** @returns false when this client has presented the `jti` before */
export async function useAssertion(
  sql: Sql,
  assertion: { clientId: string; jti: string; expiresAt: Date },
): Promise<boolean> {
  const { clientId, jti, expiresAt } = assertion;
  return (await sql.query(useAssertionStatement, { clientId, jtiHash: sha256(jti), expiresAt })).rowCount === 1;
}
