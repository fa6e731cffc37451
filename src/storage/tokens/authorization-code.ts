import { coalescedStatement, keyIs } from '../connection/coalesced-statement.js';
import { selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { type GrantOfUser, grantIsAlive, grantOfUserColumns } from '../grants/authorization-grants.js';
import {
  issueFromRedeemed,
  type Redemption,
  type RedemptionParameters,
  redeemedColumns,
  redemptionParameters,
  redemptionTypes,
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

export interface FoundCode extends GrantOfUser {
  readonly clientId: string;
  readonly payload: CodePayload;
  readonly expiresAt: Date;
  readonly consumedAt: Date | null;
  /** The grant is not revoked, its user and client are enabled. */
  readonly alive: boolean;
}

const findAuthorizationCodeStatement = coalescedStatement<{ valueHash: Buffer }, FoundCode>(
  'find_authorization_code',
  { valueHash: 'bytea' },
  (p, asked) => `
   SELECT asked.n, t.client_id AS "clientId", t.payload, t.expires_at AS "expiresAt", t.consumed_at AS "consumedAt", ${selected(grantOfUserColumns)},
     (${grantIsAlive}) AS alive
   FROM ${asked}
   JOIN tokens t ON ${keyIs('t.value_hash', p.valueHash)} AND t.kind = 'authorization_code'
   JOIN authorization_grants g ON ${keyIs('g.id', 't.authorization_grant_id')}
   JOIN users u ON ${keyIs('u.id', 'g.user_id')}
   JOIN clients c ON ${keyIs('c.client_id', 't.client_id')}`,
);

/** Looks at a code without using it up, so that the rules can be checked first; {@link redeemAuthorizationCode} decides. */
export async function findAuthorizationCode(sql: Sql, valueHash: Buffer): Promise<FoundCode | null> {
  return (await sql.query(findAuthorizationCodeStatement, { valueHash })).rows[0] ?? null;
}

const redeemAuthorizationCodeStatement = coalescedStatement<RedemptionParameters>(
  'redeem_authorization_code',
  redemptionTypes,
  (p, asked) => `
   WITH redeemed AS (
     UPDATE tokens t SET consumed_at = ${p.now}, expires_at = GREATEST(t.expires_at, ${p.lastExpiry})
     ${whereRedeemable(p, asked, 'authorization_code')}
     RETURNING ${redeemedColumns(p)}
   ), ${issueFromRedeemed()}
   SELECT n FROM redeemed`,
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
  return (await sql.query(redeemAuthorizationCodeStatement, redemptionParameters(redemption))).rowCount === 1;
}
