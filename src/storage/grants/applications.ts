import { type Audit, auditRow } from '../audit/audit-events.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { Consent } from '../schema/consents.js';

/** A client that has access to an account: by what the user allowed it, or by a grant that still lives. */
export interface Application {
  readonly clientId: string;
  readonly name: string | null;
  /** Null where the user was never asked. */
  readonly consent: Pick<Consent, 'scopes' | 'permissions'> | null;
  /** What its living grants are for. */
  readonly grantedScopes: readonly string[];
  readonly since: Date;
}

const listApplicationsStatement = statement<{ userId: string; now: Date }, Application>(
  'list_applications',
  (p) => `
   WITH living AS (
     SELECT g.client_id, g.scopes, g.created_at FROM authorization_grants g
     WHERE g.user_id = ${p.userId} AND g.revoked_at IS NULL AND g.expires_at > ${p.now}
   ), asked AS (
     SELECT client_id, scopes, permissions, granted_at FROM consents WHERE user_id = ${p.userId}
   )
   SELECT c.client_id AS "clientId", c.metadata ->> 'client_name' AS name,
     CASE WHEN n.client_id IS NOT NULL THEN jsonb_build_object('scopes', n.scopes, 'permissions', n.permissions) END AS consent,
     ARRAY(SELECT DISTINCT unnest(l.scopes) FROM living l WHERE l.client_id = c.client_id ORDER BY 1) AS "grantedScopes",
     LEAST(n.granted_at, (SELECT min(l.created_at) FROM living l WHERE l.client_id = c.client_id)) AS since
   FROM clients c LEFT JOIN asked n ON n.client_id = c.client_id
   WHERE c.client_id IN (SELECT client_id FROM living UNION SELECT client_id FROM asked)
   ORDER BY lower(COALESCE(c.metadata ->> 'client_name', c.client_id)), c.client_id`,
);

/** In the order of their names. */
export const listApplications = async (sql: Sql, userId: string, now: Date): Promise<readonly Application[]> =>
  (await sql.query(listApplicationsStatement, { userId, now })).rows;

interface Withdrawal {
  readonly userId: string;
  readonly clientId: string;
  readonly now: Date;
  readonly audit: Audit;
}

// Grants before consents, and in order, as whatever else ends both: two that wait for each other would both fail.
const withdrawAccessStatement = statement<Withdrawal, { revokedGrants: number }>(
  'withdraw_access',
  (p) => `
   WITH locked AS (
     SELECT id FROM authorization_grants
     WHERE user_id = ${p.userId} AND client_id = ${p.clientId} AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE
   ), revoked AS (
     UPDATE authorization_grants SET revoked_at = ${p.now} WHERE id IN (SELECT id FROM locked) RETURNING id
   ), withdrawn AS (
     DELETE FROM consents
     WHERE user_id = ${p.userId} AND client_id = ${p.clientId} AND (SELECT count(*) FROM revoked) >= 0 RETURNING client_id
   ), happened AS (
     SELECT ${p.userId}::uuid AS user_id, ${p.clientId}::text AS client_id
     WHERE EXISTS (SELECT FROM revoked) OR EXISTS (SELECT FROM withdrawn)
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'happened', userId: 'user_id', clientId: 'client_id' })}
   )
   SELECT (SELECT count(*)::integer FROM revoked) AS "revokedGrants" FROM happened`,
);

// A code that was being issued at the same moment kept the consent from being deleted until its grant was there: too late for the
// snapshot of the statement above.
const revokeLateGrantsStatement = statement<Pick<Withdrawal, 'userId' | 'clientId' | 'now'>>(
  'revoke_grants_of_withdrawn_access',
  (p) => `
   UPDATE authorization_grants SET revoked_at = ${p.now} WHERE id IN (
     SELECT id FROM authorization_grants
     WHERE user_id = ${p.userId} AND client_id = ${p.clientId} AND revoked_at IS NULL
     ORDER BY id FOR NO KEY UPDATE)`,
);

/**
 * Withdraws what the user allowed the client, and revokes every authorization grant that it has from the user.
 * @returns how many were revoked, or null when there was neither consent nor grant
 */
export async function withdrawAccess(sql: Sql, withdrawal: Withdrawal): Promise<number | null> {
  const [happened] = (await sql.query(withdrawAccessStatement, withdrawal)).rows;
  if (!happened) return null;
  const { userId, clientId, now } = withdrawal;
  const { rowCount } = await sql.query(revokeLateGrantsStatement, { userId, clientId, now });
  return happened.revokedGrants + rowCount;
}
