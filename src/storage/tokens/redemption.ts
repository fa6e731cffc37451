import { type Audit, auditRow } from '../audit/audit-events.js';
import { type ColumnNames, type ColumnTypes, columnsIn, keyIs } from '../connection/coalesced-statement.js';
import { grantIsAlive, keptGrants } from '../grants/authorization-grants.js';
import type { TokenKind } from '../schema/tokens.js';
import type { AccessTokenPayload, OpaqueAccessToken } from './access-token.js';

/** What is stored of the tokens that a redemption issues; a JWT needs no row. */
export interface StoredTokens {
  readonly refreshToken: { readonly valueHash: Buffer; readonly expiresAt: Date } | null;
  readonly accessToken: OpaqueAccessToken | null;
  /** When the last of them, JWTs included, has expired. */
  readonly lastExpiry: Date;
}

/** What every redemption is given, whatever is redeemed. */
export interface Redemption {
  readonly valueHash: Buffer;
  /** Who presents it: another client's is not redeemed. */
  readonly clientId: string;
  readonly now: Date;
  readonly audit: Audit;
}

/** SQL about a row `t` that is redeemed. */
interface Redeemable {
  /** Its key. */
  readonly hash: string;
  readonly usableUntil: string;
  /** What else has to hold. */
  readonly and: string;
}

const tokenOfKind = (kind: TokenKind): Redeemable => ({
  hash: 't.value_hash',
  usableUntil: 't.expires_at',
  and: `t.kind = '${kind}'`,
});

/**
 * FROM and WHERE of a redemption of `t`: it is this client's own and unused, and its authorization grant `g` is alive. What is
 * issued hangs on the grant: a revocation that runs at this moment is either seen, or ends it like any that comes later.
 * Where several of `asked` present the same token, it is redeemed once, for the first.
 */
export function whereRedeemable(p: ColumnNames<Redemption>, asked: string, what: TokenKind | Redeemable): string {
  const { hash, usableUntil, and } = typeof what === 'string' ? tokenOfKind(what) : what;
  return `
     FROM (SELECT * FROM ${asked} ORDER BY ${p.valueHash}, asked.n) asked
     CROSS JOIN authorization_grants g
     JOIN users u ON ${keyIs('u.id', 'g.user_id')}
     JOIN clients c ON ${keyIs('c.client_id', 'g.client_id')}
     WHERE ${keyIs(hash, p.valueHash)} AND ${and} AND t.client_id = ${p.clientId}
       AND t.consumed_at IS NULL AND ${usableUntil} > ${p.now} AND ${keyIs('g.id', 't.authorization_grant_id')}
       AND ${grantIsAlive}`;
}

/** {@link StoredTokens}, flat. */
interface IssuedParameters {
  readonly refreshHash: Buffer | null;
  readonly refreshExpiresAt: Date | null;
  readonly accessHash: Buffer | null;
  readonly accessExpiresAt: Date | null;
  readonly accessPayload: AccessTokenPayload | null;
  readonly lastExpiry: Date;
}

/** The parameters of a statement that redeems a token and stores what is issued for it. */
export type RedemptionParameters = Redemption & IssuedParameters;

export const redemptionTypes: ColumnTypes<RedemptionParameters> = {
  valueHash: 'bytea',
  clientId: 'text',
  now: 'timestamptz',
  audit: 'jsonb',
  refreshHash: 'bytea',
  refreshExpiresAt: 'timestamptz',
  accessHash: 'bytea',
  accessExpiresAt: 'timestamptz',
  accessPayload: 'jsonb',
  lastExpiry: 'timestamptz',
};

/** What an UPDATE of `tokens t` returns as `redeemed`: the token's owners, and for {@link issueFromRedeemed} what was asked. */
export const redeemedColumns = (p: ColumnNames<RedemptionParameters>): string => `
     asked.n, t.client_id, t.user_id, t.authorization_grant_id, ${p.now}, ${p.audit}, ${p.refreshHash}, ${p.refreshExpiresAt},
     ${p.accessHash}, ${p.accessExpiresAt}, ${p.accessPayload}, ${p.lastExpiry}`;

/** What was asked, in the CTE `redeemed`. */
export const redeemed = columnsIn<RedemptionParameters>('redeemed');

/**
 * CTEs that store what is issued, and the audit row, for each row of the CTE `redeemed`, which has {@link redeemedColumns}.
 * @param refreshExpiry when a refresh token expires, in terms of that row
 */
export const issueFromRedeemed = (refreshExpiry = redeemed.refreshExpiresAt) => `
   ${keptGrants({ from: 'redeemed', grantId: 'authorization_grant_id', now: redeemed.now, until: redeemed.lastExpiry })}, issued AS (
     INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     SELECT token.hash, token.kind, client_id, user_id, authorization_grant_id, token.payload, ${redeemed.now}, token.expires_at
     FROM redeemed CROSS JOIN LATERAL (VALUES
       (${redeemed.refreshHash}, 'refresh_token', '{}'::jsonb, ${refreshExpiry}),
       (${redeemed.accessHash}, 'access_token', ${redeemed.accessPayload}, ${redeemed.accessExpiresAt})
     ) token (hash, kind, payload, expires_at)
     WHERE token.hash IS NOT NULL
   ), audited AS (
     ${auditRow({ audit: redeemed.audit, now: redeemed.now, from: 'redeemed', userId: 'user_id', clientId: 'client_id', grantId: 'authorization_grant_id' })}
   )`;

/** What a redemption is given, flat. */
export const redemptionParameters = <Given extends Redemption & { readonly issued: StoredTokens }>({
  issued: { refreshToken, accessToken, lastExpiry },
  ...redemption
}: Given) => ({
  ...redemption,
  refreshHash: refreshToken?.valueHash ?? null,
  refreshExpiresAt: refreshToken?.expiresAt ?? null,
  accessHash: accessToken?.valueHash ?? null,
  accessExpiresAt: accessToken?.expiresAt ?? null,
  accessPayload: accessToken?.payload ?? null,
  lastExpiry,
});
