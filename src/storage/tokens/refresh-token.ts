import { type ColumnNames, coalescedStatement, keyIs } from '../connection/coalesced-statement.js';
import { jsonObject, namesOf, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey } from '../connection/statement.js';
import { type GrantOfUser, grantIsAlive, grantOfUserColumns } from '../grants/authorization-grants.js';
import {
  issueFromRedeemed,
  type Redemption,
  type RedemptionParameters,
  redeemed,
  redeemedColumns,
  redemptionParameters,
  redemptionTypes,
  type StoredTokens,
  whereRedeemable,
} from './redemption.js';

/** Empty until the token is redeemed. */
interface RefreshTokenPayload {
  /** Hash of the token that replaced it, in hexadecimal. */
  readonly successor?: string;
  /** From where it was redeemed, in hexadecimal: see {@link RefreshRotation}. */
  readonly redeemedFrom?: string;
}

interface ChainLimit {
  /** Milliseconds that refresh tokens may follow each other for, from the beginning of their authorization grant. */
  readonly chainLifetime: number;
}

/** When the last refresh token of an authorization grant `g` expires. */
const chainEnd = (p: ColumnNames<ChainLimit>): string =>
  `(g.created_at + ${p.chainLifetime} * interval '1 millisecond')`;

interface RefreshRotation extends Redemption, ChainLimit {
  /** As asked for; null: whatever was granted. */
  readonly scopes: readonly string[] | null;
  /** What stands for the address block that redeems it; nobody without the token can tell the block from it. */
  readonly redeemedFrom: Buffer;
}

const rotateRefreshTokenStatement = coalescedStatement<RefreshRotation & RedemptionParameters, GrantOfUser>(
  'rotate_refresh_token',
  { ...redemptionTypes, chainLifetime: 'double precision', scopes: 'text[]', redeemedFrom: 'bytea' },
  (p, asked) => `
   WITH redeemed AS (
     UPDATE tokens t SET consumed_at = ${p.now}, expires_at = GREATEST(t.expires_at, ${p.lastExpiry}),
       payload = ${jsonObject<RefreshTokenPayload>({
         successor: `encode(${p.refreshHash}, 'hex')`,
         redeemedFrom: `encode(${p.redeemedFrom}, 'hex')`,
       })}
     ${whereRedeemable(p, asked, 'refresh_token')}
       AND ${chainEnd(p)} > ${p.now} AND (${p.scopes} IS NULL OR ${p.scopes} <@ g.scopes)
     RETURNING ${redeemedColumns(p)}, ${selected(grantOfUserColumns)}, ${chainEnd(p)} AS chain_end
   ), ${issueFromRedeemed(`LEAST(${redeemed.refreshExpiresAt}, chain_end)`)}
   SELECT n, ${namesOf(grantOfUserColumns)} FROM redeemed`,
);

/**
 * Redeems this client's own refresh token for its successor, once, while its authorization grant is alive and covers `scopes`: the
 * whole refresh in one statement (RFC 6749 §6, RFC 9700 §4.14.2). The successor does not outlive the chain.
 * @returns the facts of its authorization grant, or null; {@link findRefreshToken} then tells why
 */
export async function rotateRefreshToken(
  sql: Sql,
  rotation: RefreshRotation & { readonly issued: StoredTokens },
): Promise<GrantOfUser | null> {
  return (await sql.query(rotateRefreshTokenStatement, redemptionParameters(rotation))).rows[0] ?? null;
}

export interface FoundRefreshToken extends GrantOfUser {
  readonly clientId: string;
  /** Not after the end of its chain. */
  readonly expiresAt: Date;
  readonly consumedAt: Date | null;
  /** Hash of the token that replaced it. */
  readonly successorHash: Buffer | null;
  /** Null before it is redeemed, and where an older release did that. */
  readonly redeemedFrom: Buffer | null;
  readonly successorConsumedAt: Date | null;
  readonly successorExpiresAt: Date | null;
  readonly alive: boolean;
}

const findRefreshTokenStatement = coalescedStatement<ChainLimit & { readonly valueHash: Buffer }, FoundRefreshToken>(
  'find_refresh_token',
  { valueHash: 'bytea', chainLifetime: 'double precision' },
  (p, asked) => `
   SELECT asked.n, t.client_id AS "clientId", LEAST(t.expires_at, ${chainEnd(p)}) AS "expiresAt",
     t.consumed_at AS "consumedAt", s.value_hash AS "successorHash",
     decode(t.payload ->> ${jsonKey<RefreshTokenPayload>('redeemedFrom')}, 'hex') AS "redeemedFrom",
     s.consumed_at AS "successorConsumedAt", s.expires_at AS "successorExpiresAt", ${selected(grantOfUserColumns)}, (${grantIsAlive}) AS alive
   FROM ${asked}
   JOIN tokens t ON ${keyIs('t.value_hash', p.valueHash)} AND t.kind = 'refresh_token'
   JOIN authorization_grants g ON ${keyIs('g.id', 't.authorization_grant_id')}
   JOIN users u ON ${keyIs('u.id', 'g.user_id')}
   JOIN clients c ON ${keyIs('c.client_id', 't.client_id')}
   LEFT JOIN tokens s ON ${keyIs('s.value_hash', `decode(t.payload ->> ${jsonKey<RefreshTokenPayload>('successor')}, 'hex')`)}`,
);

/** Looks at a refresh token that {@link rotateRefreshToken} did not take. */
export async function findRefreshToken(
  sql: Sql,
  token: ChainLimit & { readonly valueHash: Buffer },
): Promise<FoundRefreshToken | null> {
  return (await sql.query(findRefreshTokenStatement, token)).rows[0] ?? null;
}
