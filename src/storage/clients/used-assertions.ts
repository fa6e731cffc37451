import { sha256 } from '../../crypto/digest.js';
import { coalescedStatement } from '../connection/coalesced-statement.js';
import type { Sql } from '../connection/sql.js';

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
