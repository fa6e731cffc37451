import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { sha256 } from '../../crypto/digest.js';
import { coalescedStatement } from '../connection/coalesced-statement.js';
import type { Sql } from '../connection/sql.js';

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

// Of the callers who present the same one in one batch, the first has it.
const useAssertionStatement = coalescedStatement<{ clientId: string; jtiHash: Buffer; expiresAt: Date }>(
  'use_assertion',
  { clientId: 'text', jtiHash: 'bytea', expiresAt: 'timestamptz' },
  (p, asked) => `
   WITH asked AS (SELECT * FROM ${asked} ORDER BY ${p.clientId}, ${p.jtiHash}, asked.n), used AS (
     INSERT INTO used_assertions (client_id, jti_hash, expires_at)
     SELECT ${p.clientId}, ${p.jtiHash}, ${p.expiresAt} FROM asked
     ON CONFLICT DO NOTHING RETURNING client_id, jti_hash
   )
   SELECT min(asked.n) AS n FROM used JOIN asked ON ${p.clientId} = client_id AND ${p.jtiHash} = jti_hash
   GROUP BY client_id, jti_hash`,
);

/** @returns false when this client has presented the `jti` before */
export async function useAssertion(
  sql: Sql,
  assertion: { clientId: string; jti: string; expiresAt: Date },
): Promise<boolean> {
  const { clientId, jti, expiresAt } = assertion;
  return (await sql.query(useAssertionStatement, { clientId, jtiHash: sha256(jti), expiresAt })).rowCount === 1;
}
