import { auditRow } from '../audit-events.js';
import { type GrantFacts, grantColumns, grantIsAlive } from '../authorization-grants.js';
import { selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import {
  type IssuedParameters,
  issuedParameters,
  issueFromRedeemed,
  type Redemption,
  type StoredTokens,
  whereRedeemable,
} from './redemption.js';

/** What a code was bound to (RFC 6749 §4.1.3, RFC 7636 §4.4). */
export interface CodePayload {
  readonly redirectUri: string;
  readonly redirectUriNamed: boolean;
  readonly nonce?: string;
  readonly codeChallenge?: string;
  /** Of the authorization request, with which the token request's trace is linked. */
  readonly traceparent?: string;
}

export interface FoundCode extends GrantFacts {
  readonly clientId: string;
  readonly payload: CodePayload;
  readonly expiresAt: Date;
  readonly consumedAt: Date | null;
  /** The grant is not revoked, its user and client are enabled. */
  readonly alive: boolean;
}

const findAuthorizationCodeStatement = statement<{ valueHash: Buffer }, FoundCode>(
  'find_authorization_code',
  (p) => `
   SELECT t.client_id AS "clientId", t.payload, t.expires_at AS "expiresAt", t.consumed_at AS "consumedAt", ${selected(grantColumns)},
     (${grantIsAlive}) AS alive
   FROM tokens t
   JOIN authorization_grants g ON g.id = t.authorization_grant_id
   JOIN users u ON u.id = g.user_id
   JOIN clients c ON c.client_id = t.client_id
   WHERE t.value_hash = ${p.valueHash} AND t.kind = 'authorization_code'`,
);

/** Looks at a code without using it up, so that the rules can be checked first; {@link redeemAuthorizationCode} decides. */
export async function findAuthorizationCode(sql: Sql, valueHash: Buffer): Promise<FoundCode | null> {
  return (await sql.query(findAuthorizationCodeStatement, { valueHash })).rows[0] ?? null;
}

const redeemAuthorizationCodeStatement = statement<Redemption & IssuedParameters>(
  'redeem_authorization_code',
  (p) => `
   WITH redeemed AS (
     UPDATE tokens t SET consumed_at = ${p.now}, expires_at = GREATEST(t.expires_at, ${p.lastExpiry}::timestamptz)
     ${whereRedeemable(p, 'authorization_code')}
     RETURNING t.client_id, t.user_id, t.authorization_grant_id
   ), ${issueFromRedeemed(p)}, audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'redeemed', userId: 'user_id', clientId: 'client_id', grantId: 'authorization_grant_id' })}
   )
   SELECT 1 FROM redeemed`,
);

/**
 * Redeems this client's own code, once, while its authorization grant is alive, and stores what is issued for it in the same
 * statement (RFC 6749 §4.1.2).
 * @returns false when it could not be redeemed, and nothing was issued then; {@link findAuthorizationCode} tells why
 */
export async function redeemAuthorizationCode(
  sql: Sql,
  redemption: Redemption & { readonly issued: StoredTokens },
): Promise<boolean> {
  const parameters = { ...redemption, ...issuedParameters(redemption.issued) };
  return (await sql.query(redeemAuthorizationCodeStatement, parameters)).rowCount === 1;
}
