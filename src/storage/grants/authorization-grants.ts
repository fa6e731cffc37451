import { type EntityManager, type FindOptionsWhere, IsNull } from 'typeorm';
import type { RequestedClaims } from '../../protocol/authorization/claims-parameter.js';
import { type Audit, auditRow } from '../audit/audit-events.js';
import { coalescedStatement, keyIs } from '../connection/coalesced-statement.js';
import { type Columns, pick, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { notVoid } from '../installation.js';
import { type UserClaims, userColumns } from '../people/users.js';
import { AuthorizationGrant } from '../schema/authorization-grants.js';

/** What an issuer needs to know of a grant. */
export interface GrantFacts {
  readonly authorizationGrantId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly authTime: Date;
  readonly amr: readonly string[];
  readonly acr: string | null;
  readonly requestedClaims: RequestedClaims | null;
}

/** Where {@link GrantFacts} come from, in statements that read an authorization grant as `g`. */
export const grantColumns: Columns<GrantFacts> = {
  authorizationGrantId: 'g.id',
  userId: 'g.user_id',
  sessionId: 'g.session_id',
  scopes: 'g.scopes',
  resources: 'g.resources',
  authTime: 'g.auth_time',
  amr: 'g.amr',
  acr: 'g.acr',
  requestedClaims: 'g.requested_claims',
};

/** An authorization grant with what ID tokens may tell of its user. */
export type GrantOfUser = GrantFacts & UserClaims;

/** Where {@link GrantOfUser} comes from, in statements that read the grant as `g` and its user as `u`. */
export const grantOfUserColumns: Columns<GrantOfUser> = { ...grantColumns, ...userColumns };

/** A grant `g` can be used: not revoked, and its user `u` and client `c` are enabled. */
export const grantIsAlive = 'g.revoked_at IS NULL AND u.disabled_at IS NULL AND c.disabled_at IS NULL';

/** SQL expressions over the rows of `from` about what is issued for them. */
interface KeptGrantsSource {
  readonly from: string;
  readonly grantId: string;
  readonly now: string;
  readonly until: string;
}

/**
 * A CTE that keeps authorization grants as long as what is issued from them, and an eighth longer, so that few refreshes have to
 * write them again. All that stands before has been done when it locks the first of them, and it locks them in order: statements
 * for many callers never wait for each other.
 */
export const keptGrants = ({ from, grantId, now, until }: KeptGrantsSource): string => `
   kept AS (
     UPDATE authorization_grants g SET expires_at = issuing.until + issuing.life / 8
     FROM (
       SELECT DISTINCT ON (1) ${grantId} AS id, ${until} AS until, ${until} - ${now} AS life
       FROM ${from} WHERE ${grantId} IS NOT NULL ORDER BY 1, 2 DESC
     ) issuing
     WHERE ${keyIs('g.id', 'issuing.id')} AND g.expires_at < issuing.until
   )`;

interface Revocation {
  readonly id: string;
  readonly now: Date;
  readonly audit: Audit;
}

const revokeAuthorizationGrantStatement = statement<Revocation>(
  'revoke_authorization_grant',
  (p) => `
   WITH revoked AS (
     UPDATE authorization_grants SET revoked_at = ${p.now} WHERE id = ${p.id} AND revoked_at IS NULL
     RETURNING id, user_id, client_id, session_id
   )
   ${auditRow({ audit: p.audit, now: p.now, from: 'revoked', userId: 'user_id', clientId: 'client_id', sessionId: 'session_id', grantId: 'id' })}`,
);

/** Revokes the grant and with it everything issued from it (RFC 7009 §2.1). Once is enough. */
export async function revokeAuthorizationGrant(sql: Sql, revocation: Revocation): Promise<void> {
  await sql.query(revokeAuthorizationGrantStatement, revocation);
}

const endStolenGrantStatement = statement<Revocation>(
  'end_stolen_grant',
  (p) => `
   WITH revoked AS (
     UPDATE authorization_grants SET revoked_at = ${p.now} WHERE id = ${p.id} AND revoked_at IS NULL
     RETURNING id, user_id, client_id, session_id
   ), forgotten AS (
     DELETE FROM consents n USING revoked r WHERE n.user_id = r.user_id AND n.client_id = r.client_id
   )
   ${auditRow({ audit: p.audit, now: p.now, from: 'revoked', userId: 'user_id', clientId: 'client_id', sessionId: 'session_id', grantId: 'id' })}`,
);

/**
 * Revokes the grant of a code or refresh token that two hold, and the consent with it: whoever has the browser of the one would
 * otherwise get the next grant without a page (RFC 9700 §4.14.2).
 */
export async function endStolenGrant(sql: Sql, revocation: Revocation): Promise<void> {
  await sql.query(endStolenGrantStatement, revocation);
}

/**
 * Revokes every authorization grant that fits, for administration; the caller's transaction records why. The grants are locked
 * in order first: see {@link keptGrants}.
 * @returns how many
 */
export async function revokeGrants(
  transaction: EntityManager,
  which: FindOptionsWhere<AuthorizationGrant>,
  now: Date,
): Promise<number> {
  const alive = { ...which, revokedAt: IsNull() };
  const [grants, values] = transaction
    .createQueryBuilder(AuthorizationGrant, 'g')
    .select('g.id')
    .where(alive)
    .orderBy('g.id')
    .setLock('for_no_key_update')
    .getQueryAndParameters();
  await transaction.query(`SELECT count(*) FROM (${grants}) locked`, values);
  const { affected } = await transaction.update(AuthorizationGrant, alive, { revokedAt: now });
  return affected ?? 0;
}

/** The authorization grant behind a JWT access token, still alive, with its user. */
export interface LiveGrant {
  readonly grant: GrantFacts;
  readonly user: UserClaims;
}

const findLiveGrantStatement = coalescedStatement<{ id: string; issuedAt: Date }, GrantOfUser>(
  'find_live_grant',
  { id: 'uuid', issuedAt: 'timestamptz' },
  (p, asked) => `
   SELECT asked.n, ${selected(grantOfUserColumns)}
   FROM ${asked}
   JOIN authorization_grants g ON ${keyIs('g.id', p.id)}
   JOIN users u ON ${keyIs('u.id', 'g.user_id')} AND u.disabled_at IS NULL
   JOIN clients c ON ${keyIs('c.client_id', 'g.client_id')} AND c.disabled_at IS NULL
   WHERE g.revoked_at IS NULL AND ${notVoid(p.issuedAt)}`,
);

/**
 * The authorization grant that a JWT access token names.
 * @param issuedAt the token's `iat`
 * @returns null when it is gone or revoked, or its client or user is disabled
 */
export async function findLiveGrant(sql: Sql, id: string, issuedAt: Date): Promise<LiveGrant | null> {
  const row = (await sql.query(findLiveGrantStatement, { id, issuedAt })).rows[0];
  return row ? { grant: pick(row, grantColumns), user: pick(row, userColumns) } : null;
}
