import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type Audit, auditRow } from './audit-events.js';
import { type GrantFacts, grantFacts } from './authorization-grants.js';
import type { Sql } from './connection/sql.js';
import { statement } from './connection/statement.js';
import type { AccessTokenPayload } from './tokens.js';

/** JWT access tokens without an authorization grant that were revoked, remembered until they expire by themselves. */
@Entity('revoked_access_tokens')
export class RevokedAccessToken {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'revoked_access_tokens_pkey' })
  jti!: string;
  @Index('revoked_access_tokens_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

/** What of a user the claims of userinfo are made from. */
export interface UserClaims {
  readonly username: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly claims: Record<string, unknown>;
  readonly updatedAt: Date;
}

/** A usable opaque access token; `grant` and `user` are null where no user is involved. */
export interface ActiveAccessToken {
  readonly clientId: string;
  readonly payload: AccessTokenPayload;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly grant: GrantFacts | null;
  readonly user: UserClaims | null;
}

/** The authorization grant behind a JWT access token, still alive, with its user. */
export interface LiveGrant {
  readonly grant: GrantFacts;
  readonly user: UserClaims;
}

const userClaims = 'u.username, u.email, u.email_verified AS "emailVerified", u.claims, u.updated_at AS "updatedAt"';

// Tokens issued before a restored database was taken into service stay void (storage/installation.ts).
const notVoid = (issuedAt: string) => `NOT EXISTS (SELECT FROM installation WHERE issued_before_is_void > ${issuedAt})`;

interface FlatRow extends GrantFacts, UserClaims {
  readonly clientId: string;
  readonly payload: AccessTokenPayload;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

const findOpaqueAccessTokenStatement = statement<{ valueHash: Buffer; now: Date }, FlatRow>(
  'find_opaque_access_token',
  (p) => `
   SELECT t.client_id AS "clientId", t.payload, t.issued_at AS "issuedAt", t.expires_at AS "expiresAt", ${grantFacts}, ${userClaims}
   FROM tokens t
   JOIN clients c ON c.client_id = t.client_id AND c.disabled_at IS NULL
   LEFT JOIN authorization_grants g ON g.id = t.authorization_grant_id AND g.revoked_at IS NULL
   LEFT JOIN users u ON u.id = g.user_id AND u.disabled_at IS NULL
   WHERE t.value_hash = ${p.valueHash} AND t.kind = 'access_token' AND t.consumed_at IS NULL AND t.expires_at > ${p.now}
     AND (t.authorization_grant_id IS NULL OR u.id IS NOT NULL) AND ${notVoid('t.issued_at')}`,
);

const grantOf = (row: GrantFacts): GrantFacts => ({
  authorizationGrantId: row.authorizationGrantId,
  userId: row.userId,
  sessionId: row.sessionId,
  scopes: row.scopes,
  resources: row.resources,
  authTime: row.authTime,
  amr: row.amr,
  acr: row.acr,
});

const userOf = (row: UserClaims): UserClaims => ({
  username: row.username,
  email: row.email,
  emailVerified: row.emailVerified,
  claims: row.claims,
  updatedAt: row.updatedAt,
});

/** @returns the token, or null when it is unknown, expired, revoked, or its client or user is disabled */
export async function findOpaqueAccessToken(sql: Sql, valueHash: Buffer, now: Date): Promise<ActiveAccessToken | null> {
  const row = (await sql.query(findOpaqueAccessTokenStatement, { valueHash, now })).rows[0];
  if (!row) return null;
  const { clientId, payload, issuedAt, expiresAt } = row;
  const token = { clientId, payload, issuedAt, expiresAt };
  return row.authorizationGrantId
    ? { ...token, grant: grantOf(row), user: userOf(row) }
    : { ...token, grant: null, user: null };
}

const findLiveGrantStatement = statement<{ id: string; issuedAt: Date }, GrantFacts & UserClaims>(
  'find_live_grant',
  (p) => `
   SELECT ${grantFacts}, ${userClaims}
   FROM authorization_grants g
   JOIN users u ON u.id = g.user_id AND u.disabled_at IS NULL
   JOIN clients c ON c.client_id = g.client_id AND c.disabled_at IS NULL
   WHERE g.id = ${p.id} AND g.revoked_at IS NULL AND ${notVoid(`${p.issuedAt}::timestamptz`)}`,
);

/**
 * The authorization grant that a JWT access token names.
 * @param issuedAt the token's `iat`
 * @returns null when it is gone or revoked, or its client or user is disabled
 */
export async function findLiveGrant(sql: Sql, id: string, issuedAt: Date): Promise<LiveGrant | null> {
  const row = (await sql.query(findLiveGrantStatement, { id, issuedAt })).rows[0];
  return row ? { grant: grantOf(row), user: userOf(row) } : null;
}

interface ClientToken {
  readonly clientId: string;
  readonly jti: string;
  readonly issuedAt: Date;
}

const isClientTokenActiveStatement = statement<ClientToken>(
  'is_client_token_active',
  (p) => `
   SELECT 1 FROM clients c
   WHERE c.client_id = ${p.clientId} AND c.disabled_at IS NULL AND ${notVoid(`${p.issuedAt}::timestamptz`)}
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

interface OpaqueRevocation {
  readonly valueHash: Buffer;
  readonly now: Date;
  readonly audit: Audit;
}

const revokeOpaqueAccessTokenStatement = statement<OpaqueRevocation>(
  'revoke_opaque_access_token',
  (p) => `
   WITH revoked AS (
     UPDATE tokens SET consumed_at = ${p.now} WHERE value_hash = ${p.valueHash} AND kind = 'access_token' AND consumed_at IS NULL
     RETURNING client_id, user_id, authorization_grant_id
   )
   ${auditRow({ audit: p.audit, now: p.now, from: 'revoked', userId: 'user_id', clientId: 'client_id', grantId: 'authorization_grant_id' })}`,
);

/** Ends one opaque access token; its authorization grant, if any, goes on. */
export async function revokeOpaqueAccessToken(sql: Sql, token: OpaqueRevocation): Promise<void> {
  await sql.query(revokeOpaqueAccessTokenStatement, token);
}
