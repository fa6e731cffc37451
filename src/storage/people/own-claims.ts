import { type Audit, auditRow } from '../audit/audit-events.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';

interface OwnClaims {
  readonly userId: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly removed: readonly string[];
  readonly now: Date;
  readonly audit: Audit;
}

const setOwnClaimsStatement = statement<OwnClaims, { id: string }>(
  'set_own_claims',
  (p) => `
   WITH changed AS (
     UPDATE users SET claims = (claims || ${p.set}::jsonb) - ${p.removed}::text[], updated_at = ${p.now}
     WHERE id = ${p.userId} AND disabled_at IS NULL RETURNING id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'changed', userId: 'id' })}
   )
   SELECT id FROM changed`,
);

/**
 * Sets some claims of a user and takes others away; what is named in neither stays.
 * @returns false when there is no such user, or they are disabled
 */
export const setOwnClaims = async (sql: Sql, claims: OwnClaims): Promise<boolean> =>
  (await sql.query(setOwnClaimsStatement, claims)).rowCount === 1;
