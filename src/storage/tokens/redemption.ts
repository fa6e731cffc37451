import type { Audit } from '../audit-events.js';
import { grantIsAlive } from '../authorization-grants.js';
import type { Placeholders } from '../connection/statement.js';
import type { AccessTokenPayload, OpaqueAccessToken } from './access-token.js';
import type { TokenKind } from './token.js';

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

/**
 * FROM and WHERE of a redemption of `tokens t`: it is this client's own and unused, and its authorization grant `g` is alive. What is
 * issued hangs on the grant: a revocation that runs at this moment is either seen, or ends it like any that comes later.
 */
export const whereRedeemable = (p: Placeholders<Redemption>, kind: TokenKind): string => `
     FROM authorization_grants g
     JOIN users u ON u.id = g.user_id
     JOIN clients c ON c.client_id = g.client_id
     WHERE t.value_hash = ${p.valueHash} AND t.kind = '${kind}' AND t.client_id = ${p.clientId}
       AND t.consumed_at IS NULL AND t.expires_at > ${p.now} AND g.id = t.authorization_grant_id AND ${grantIsAlive}`;

/** {@link StoredTokens}, flat: the parameters of {@link issueFromRedeemed}. */
export interface IssuedParameters {
  readonly now: Date;
  readonly refreshHash: Buffer | null;
  readonly refreshExpiresAt: Date | null;
  readonly accessHash: Buffer | null;
  readonly accessExpiresAt: Date | null;
  readonly accessPayload: AccessTokenPayload | null;
  readonly lastExpiry: Date;
}

/**
 * CTEs that store what is issued for each row of the CTE `redeemed`, which holds client, user and authorization grant.
 * @param refreshExpiry when a refresh token expires, in terms of that row
 */
export const issueFromRedeemed = (
  p: Placeholders<IssuedParameters>,
  refreshExpiry: string = `${p.refreshExpiresAt}::timestamptz`,
) => `
   kept AS (
     UPDATE authorization_grants SET expires_at = GREATEST(expires_at, ${p.lastExpiry}::timestamptz)
     WHERE id = (SELECT authorization_grant_id FROM redeemed)
   ), refresh AS (
     INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     SELECT ${p.refreshHash}, 'refresh_token', client_id, user_id, authorization_grant_id, '{}', ${p.now}, ${refreshExpiry}
     FROM redeemed WHERE ${p.refreshHash}::bytea IS NOT NULL
   ), access AS (
     INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     SELECT ${p.accessHash}, 'access_token', client_id, user_id, authorization_grant_id, ${p.accessPayload}::jsonb, ${p.now},
       ${p.accessExpiresAt}
     FROM redeemed WHERE ${p.accessHash}::bytea IS NOT NULL
   )`;

export const issuedParameters = ({
  refreshToken,
  accessToken,
  lastExpiry,
}: StoredTokens): Omit<IssuedParameters, 'now'> => ({
  refreshHash: refreshToken?.valueHash ?? null,
  refreshExpiresAt: refreshToken?.expiresAt ?? null,
  accessHash: accessToken?.valueHash ?? null,
  accessExpiresAt: accessToken?.expiresAt ?? null,
  accessPayload: accessToken?.payload ?? null,
  lastExpiry,
});
