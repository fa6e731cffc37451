import type { RequestedClaims } from '../../protocol/authorization/claims-parameter.js';
import { type Audit, auditRow } from '../audit/audit-events.js';
import { coalescedStatement, keyIs } from '../connection/coalesced-statement.js';
import { type Columns, pick, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { type Placeholders, statement } from '../connection/statement.js';
import type { Transaction } from '../connection/transactions.js';
import { notVoid } from '../installation.js';
import { type UserClaims, userColumns } from '../people/users.js';

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
       FROM ${from} ORDER BY 1, 2 DESC
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
 * A verb that revokes every authorization grant that fits, for administration; the caller's transaction records why. The grants are
 * locked in order first: see {@link keptGrants}. It resolves to how many there were.
 */
function grantRevocation<Which extends object>(name: string, fits: (p: Placeholders<Which>) => string) {
  const lockStatement = statement<Which>(
    `lock_grants_${name}`,
    (p) => `
     SELECT count(*) FROM (
       SELECT id FROM authorization_grants WHERE revoked_at IS NULL AND ${fits(p)} ORDER BY id FOR NO KEY UPDATE
     ) locked`,
  );
  const revokeStatement = statement<Which & { readonly now: Date }>(
    `revoke_grants_${name}`,
    (p) => `UPDATE authorization_grants SET revoked_at = ${p.now} WHERE revoked_at IS NULL AND ${fits(p)}`,
  );
  return async (transaction: Transaction, which: Which, now: Date): Promise<number> => {
    await transaction.query(lockStatement, which);
    return (await transaction.query(revokeStatement, { ...which, now })).rowCount;
  };
}

export const revokeGrantsOfClient = grantRevocation<{ readonly clientId: string }>(
  'of_client',
  (p) => `client_id = ${p.clientId}`,
);

/** Those that a client has from a user. */
export const revokeGrantsOfUserToClient = grantRevocation<{ readonly userId: string; readonly clientId: string }>(
  'of_user_to_client',
  (p) => `user_id = ${p.userId} AND client_id = ${p.clientId}`,
);

/** Those of sessions that do not outlive them. */
export const revokeOnlineGrants = grantRevocation<{ readonly sessionIds: readonly string[] }>(
  'of_sessions',
  (p) => `session_id = ANY (${p.sessionIds}::uuid[]) AND NOT scopes @> '{offline_access}'`,
);

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
