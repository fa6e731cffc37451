import { claimOfPermission, type Permission, partsOfPermission } from '../../protocol/permission.js';
import { type Audit, auditRow } from '../audit/audit-events.js';
import { type Change, recordChange } from '../audit/change.js';
import type { Columns } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { Transactions } from '../connection/transactions.js';
import type { Consent } from '../schema/consents.js';
import { revokeGrantsOfUserToClient } from './authorization-grants.js';

/** What a user allowed a client before. */
export interface GivenConsent extends Readonly<Pick<Consent, 'scopes' | 'permissions'>> {
  /** By the database's clock. */
  readonly givenAt: Date;
}

/** Where {@link GivenConsent} comes from, in statements that read a consent as `n`. */
export const consentColumns: Columns<GivenConsent> = {
  scopes: 'n.scopes',
  permissions: 'n.permissions',
  givenAt: 'COALESCE(n.given_at, n.granted_at)',
};

interface GrantedConsent {
  readonly userId: string;
  readonly clientId: string;
  readonly permissions: readonly Permission[];
  readonly now: Date;
  readonly audit: Audit;
}

const grantConsentStatement = statement<
  GrantedConsent & { readonly scopes: readonly string[] },
  Pick<GivenConsent, 'givenAt'>
>(
  'grant_consent',
  (p) => `
   WITH granted AS (
     INSERT INTO consents AS c (user_id, client_id, scopes, permissions, granted_at)
     VALUES (${p.userId}, ${p.clientId}, ${p.scopes}, ${p.permissions}, ${p.now})
     ON CONFLICT (user_id, client_id) DO UPDATE
       SET scopes = ARRAY(SELECT DISTINCT unnest(c.scopes || EXCLUDED.scopes)),
         permissions = ARRAY(SELECT DISTINCT unnest(c.permissions || EXCLUDED.permissions)),
         granted_at = EXCLUDED.granted_at, given_at = EXCLUDED.given_at
     RETURNING user_id, client_id, given_at
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'granted', userId: 'user_id', clientId: 'client_id' })}
   )
   SELECT given_at AS "givenAt" FROM granted`,
);

/**
 * Adds the permissions to what the user allowed the client before; the audit row rides along.
 * @returns when that was, by the database's clock
 */
export async function grantConsent(sql: Sql, consent: GrantedConsent): Promise<Date> {
  const ofScopes = consent.permissions.filter((text) => claimOfPermission(text) === undefined);
  const scopes = [...new Set(ofScopes.map((text) => partsOfPermission(text).scope))];
  const [granted] = (await sql.query(grantConsentStatement, { ...consent, scopes })).rows;
  if (!granted) throw new Error('a consent was neither new nor there already');
  return granted.givenAt;
}

const listConsentsStatement = statement<{ userId: string }, Consent>(
  'list_consents',
  (p) => `
   SELECT user_id AS "userId", client_id AS "clientId", scopes, permissions, granted_at AS "grantedAt", given_at AS "givenAt"
   FROM consents WHERE user_id = ${p.userId} ORDER BY client_id`,
);

/** In the order of the clients' ids. */
export const listConsents = async (transactions: Transactions, userId: string): Promise<readonly Consent[]> =>
  (await transactions.query(listConsentsStatement, { userId })).rows;

const deleteConsentStatement = statement<Pick<Consent, 'userId' | 'clientId'>>(
  'delete_consent',
  (p) => `DELETE FROM consents WHERE user_id = ${p.userId} AND client_id = ${p.clientId}`,
);

/**
 * Withdraws what the user allowed the client, and revokes every authorization grant that the client has from the user.
 * @returns how many were revoked, or null when there was neither consent nor grant
 */
export async function withdrawConsent(
  transactions: Transactions,
  { userId, clientId }: Pick<Consent, 'userId' | 'clientId'>,
  change: Change,
): Promise<number | null> {
  return transactions.run(async (transaction) => {
    // Grants before consents, as whatever else ends both: two that wait for each other would both fail.
    const revokedGrants = await revokeGrantsOfUserToClient(transaction, { userId, clientId }, change.now);
    const { rowCount } = await transaction.query(deleteConsentStatement, { userId, clientId });
    if (rowCount === 0 && revokedGrants === 0) return null;
    await recordChange(transaction, change, { revoked_grants: revokedGrants });
    return revokedGrants;
  });
}
