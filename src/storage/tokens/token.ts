import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { TokenKind } from '../schema/tokens.js';

export interface FoundToken {
  readonly kind: Exclude<TokenKind, 'pushed_request'>;
  readonly clientId: string;
  readonly userId: string | null;
  readonly authorizationGrantId: string | null;
}

const findTokenStatement = statement<{ valueHash: Buffer }, FoundToken>(
  'find_token',
  (p) => `
   SELECT kind, client_id AS "clientId", user_id AS "userId", authorization_grant_id AS "authorizationGrantId"
   FROM tokens WHERE value_hash = ${p.valueHash} AND kind <> 'pushed_request'`,
);

/** Whose token it is, whatever its state: what revocation asks first (RFC 7009 §2.1). A request that was pushed is no token. */
export async function findToken(sql: Sql, valueHash: Buffer): Promise<FoundToken | null> {
  return (await sql.query(findTokenStatement, { valueHash })).rows[0] ?? null;
}
