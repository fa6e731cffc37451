import { type Audit, auditRow } from '../audit/audit-events.js';
import { coalescedStatement, keyIs } from '../connection/coalesced-statement.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { notVoid } from '../installation.js';

interface ClientToken {
  readonly clientId: string;
  readonly jti: string;
  readonly issuedAt: Date;
}

const isClientTokenActiveStatement = coalescedStatement<ClientToken>(
  'is_client_token_active',
  { clientId: 'text', jti: 'text', issuedAt: 'timestamptz' },
  (p, asked) => `
   SELECT asked.n FROM ${asked}
   JOIN clients c ON ${keyIs('c.client_id', p.clientId)} AND c.disabled_at IS NULL
   WHERE ${notVoid(p.issuedAt)}
     AND NOT EXISTS (SELECT FROM revoked_access_tokens r WHERE r.jti = ${p.jti})`,
);

/** Whether a JWT access token without an authorization grant (client_credentials) still counts. */
export async function isClientTokenActive(sql: Sql, token: ClientToken): Promise<boolean> {
  return (await sql.query(isClientTokenActiveStatement, token)).rowCount === 1;
}

interface JwtRevocation {
  readonly jti: string;
  readonly expiresAt: Date;
  readonly clientId: string;
  readonly now: Date;
  readonly audit: Audit;
}

const revokeJwtAccessTokenStatement = statement<JwtRevocation>(
  'revoke_jwt_access_token',
  (p) => `
   WITH revoked AS (
     INSERT INTO revoked_access_tokens (jti, expires_at) VALUES (${p.jti}, ${p.expiresAt}) ON CONFLICT DO NOTHING RETURNING jti
   )
   ${auditRow({ audit: p.audit, now: p.now, from: 'revoked', clientId: p.clientId })}`,
);

/** Remembers the `jti` of a JWT without an authorization grant until it expires (RFC 7009 §2.1). */
export async function revokeJwtAccessToken(sql: Sql, token: JwtRevocation): Promise<void> {
  await sql.query(revokeJwtAccessTokenStatement, token);
}
