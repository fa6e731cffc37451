import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ConfirmationClaim } from '../protocol/token/confirmation.js';
import { linkTrace } from '../telemetry/tracing/tracing.js';
import { type Audit, auditRow } from './audit-events.js';
import { type GrantFacts, grantFacts, grantIsAlive } from './authorization-grants.js';
import type { Sql } from './connection/sql.js';
import { type Placeholders, statement } from './connection/statement.js';

export type TokenKind = 'authorization_code' | 'refresh_token' | 'access_token';

/**
 * Every opaque credential that is handed out and later redeemed, keyed by the hash of its value. Single use is one
 * idiom: `UPDATE … SET consumed_at WHERE consumed_at IS NULL RETURNING`.
 */
@Entity('tokens')
export class Token {
  @PrimaryColumn('bytea', { name: 'value_hash', primaryKeyConstraintName: 'tokens_pkey' })
  valueHash!: Buffer;
  @Column('text')
  kind!: TokenKind;
  @Column('text', { name: 'client_id' })
  clientId!: string;
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;
  @Column('uuid', { name: 'authorization_grant_id', nullable: true })
  authorizationGrantId!: string | null;
  @Column('jsonb')
  payload!: Record<string, unknown>;
  @Column('timestamptz', { name: 'issued_at' })
  issuedAt!: Date;
  /** After redemption: the end of what was issued for it, or the sweeper would erase reuse detection. */
  @Index('tokens_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
  @Column('timestamptz', { name: 'consumed_at', nullable: true })
  consumedAt!: Date | null;
}

/** What a code was bound to (RFC 6749 §4.1.3, RFC 7636 §4.4). */
export interface CodePayload {
  readonly redirectUri: string;
  readonly redirectUriNamed: boolean;
  readonly nonce?: string;
  readonly codeChallenge?: string;
  /** Of the authorization request, for the span of the token request. */
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
   SELECT t.client_id AS "clientId", t.payload, t.expires_at AS "expiresAt", t.consumed_at AS "consumedAt", ${grantFacts},
     (${grantIsAlive}) AS alive
   FROM tokens t
   JOIN authorization_grants g ON g.id = t.authorization_grant_id
   JOIN users u ON u.id = g.user_id
   JOIN clients c ON c.client_id = t.client_id
   WHERE t.value_hash = ${p.valueHash} AND t.kind = 'authorization_code'`,
);

/** Looks at a code without using it up, so that the rules can be checked first; {@link redeemAuthorizationCode} decides. */
export async function findAuthorizationCode(sql: Sql, valueHash: Buffer): Promise<FoundCode | null> {
  const code = (await sql.query(findAuthorizationCodeStatement, { valueHash })).rows[0] ?? null;
  linkTrace(code?.payload.traceparent);
  return code;
}

/** What is stored of the tokens that a redemption issues; a JWT needs no row. */
export interface StoredTokens {
  readonly refreshToken: { readonly valueHash: Buffer; readonly expiresAt: Date } | null;
  readonly accessToken: OpaqueAccessToken | null;
  /** When the last of them, JWTs included, has expired. */
  readonly lastExpiry: Date;
}

export interface OpaqueAccessToken {
  readonly valueHash: Buffer;
  readonly expiresAt: Date;
  readonly payload: AccessTokenPayload;
}

/** What an opaque access token means; a JWT carries the same in its claims. */
export interface AccessTokenPayload {
  readonly jti: string;
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  /** What the token is bound to (RFC 7800 §3.1); absent for a bearer token. */
  readonly cnf?: ConfirmationClaim | undefined;
}

/** What every redemption is given, whatever is redeemed. */
interface Redemption {
  readonly valueHash: Buffer;
  /** Who presents it: another client's is not redeemed. */
  readonly clientId: string;
  readonly now: Date;
  readonly audit: Audit;
}

interface Issued {
  readonly now: Date;
  readonly refreshHash: Buffer | null;
  readonly refreshExpiresAt: Date | null;
  readonly accessHash: Buffer | null;
  readonly accessExpiresAt: Date | null;
  readonly accessPayload: AccessTokenPayload | null;
  readonly lastExpiry: Date;
}

/** CTEs that store what is issued for each row of the CTE `redeemed`, which holds client, user and authorization grant. */
const issueFromRedeemed = (p: Placeholders<Issued>) => `
   kept AS (
     UPDATE authorization_grants SET expires_at = GREATEST(expires_at, ${p.lastExpiry}::timestamptz)
     WHERE id = (SELECT authorization_grant_id FROM redeemed)
   ), refresh AS (
     INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     SELECT ${p.refreshHash}, 'refresh_token', client_id, user_id, authorization_grant_id, '{}', ${p.now}, ${p.refreshExpiresAt}
     FROM redeemed WHERE ${p.refreshHash}::bytea IS NOT NULL
   ), access AS (
     INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     SELECT ${p.accessHash}, 'access_token', client_id, user_id, authorization_grant_id, ${p.accessPayload}::jsonb, ${p.now},
       ${p.accessExpiresAt}
     FROM redeemed WHERE ${p.accessHash}::bytea IS NOT NULL
   )`;

const issuedParameters = ({ refreshToken, accessToken, lastExpiry }: StoredTokens): Omit<Issued, 'now'> => ({
  refreshHash: refreshToken?.valueHash ?? null,
  refreshExpiresAt: refreshToken?.expiresAt ?? null,
  accessHash: accessToken?.valueHash ?? null,
  accessExpiresAt: accessToken?.expiresAt ?? null,
  accessPayload: accessToken?.payload ?? null,
  lastExpiry,
});

const redeemAuthorizationCodeStatement = statement<Redemption & Issued>(
  'redeem_authorization_code',
  (p) => `
   WITH redeemed AS (
     UPDATE tokens SET consumed_at = ${p.now}, expires_at = GREATEST(expires_at, ${p.lastExpiry}::timestamptz)
     WHERE value_hash = ${p.valueHash} AND kind = 'authorization_code' AND client_id = ${p.clientId}
       AND consumed_at IS NULL AND expires_at > ${p.now}
     RETURNING client_id, user_id, authorization_grant_id
   ), ${issueFromRedeemed(p)}, audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'redeemed', userId: 'user_id', clientId: 'client_id', grantId: 'authorization_grant_id' })}
   )
   SELECT 1 FROM redeemed`,
);

/**
 * Redeems this client's own code, once, and stores what is issued for it in the same statement (RFC 6749 §4.1.2).
 * @returns false when somebody else was faster, it has expired or is another client's; nothing was issued then
 */
export async function redeemAuthorizationCode(
  sql: Sql,
  redemption: Redemption & { readonly issued: StoredTokens },
): Promise<boolean> {
  const parameters = { ...redemption, ...issuedParameters(redemption.issued) };
  return (await sql.query(redeemAuthorizationCodeStatement, parameters)).rowCount === 1;
}

interface RequestedScopes {
  /** Null: whatever was granted. */
  readonly scopes: readonly string[] | null;
}

// The grant is locked in the same statement, so a revocation that runs at this moment is either seen or comes after.
const rotateRefreshTokenStatement = statement<Redemption & Issued & RequestedScopes, GrantFacts>(
  'rotate_refresh_token',
  (p) => `
   WITH redeemed AS (
     UPDATE tokens t SET consumed_at = ${p.now}, expires_at = GREATEST(t.expires_at, ${p.lastExpiry}::timestamptz),
       payload = jsonb_build_object('successor', encode(${p.refreshHash}, 'hex'))
     FROM authorization_grants g
     JOIN users u ON u.id = g.user_id
     JOIN clients c ON c.client_id = g.client_id
     WHERE t.value_hash = ${p.valueHash} AND t.kind = 'refresh_token' AND t.client_id = ${p.clientId}
       AND t.consumed_at IS NULL AND t.expires_at > ${p.now}
       AND g.id = t.authorization_grant_id AND ${grantIsAlive}
       AND (${p.scopes}::text[] IS NULL OR ${p.scopes}::text[] <@ g.scopes)
     RETURNING t.client_id, t.user_id, t.authorization_grant_id, ${grantFacts}
   ), ${issueFromRedeemed(p)}, audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'redeemed', userId: 'user_id', clientId: 'client_id', grantId: 'authorization_grant_id' })}
   )
   SELECT * FROM redeemed`,
);

/**
 * Redeems a refresh token for its successor, once, if it is this client's own, alive, and was granted all of `scopes`
 * (null: whatever was granted) — the whole refresh in one statement (RFC 6749 §6, RFC 9700 §4.14.2).
 * @returns the facts of its authorization grant, or null; {@link findRefreshToken} then tells why
 */
export async function rotateRefreshToken(
  sql: Sql,
  rotation: Redemption & RequestedScopes & { readonly issued: StoredTokens },
): Promise<GrantFacts | null> {
  const parameters = { ...rotation, ...issuedParameters(rotation.issued) };
  return (await sql.query(rotateRefreshTokenStatement, parameters)).rows[0] ?? null;
}

export interface FoundRefreshToken extends GrantFacts {
  readonly clientId: string;
  readonly expiresAt: Date;
  readonly consumedAt: Date | null;
  /** Hash of the token that replaced it. */
  readonly successorHash: Buffer | null;
  readonly successorConsumedAt: Date | null;
  readonly successorExpiresAt: Date | null;
  readonly alive: boolean;
}

const findRefreshTokenStatement = statement<{ valueHash: Buffer }, FoundRefreshToken>(
  'find_refresh_token',
  (p) => `
   SELECT t.client_id AS "clientId", t.expires_at AS "expiresAt", t.consumed_at AS "consumedAt", s.value_hash AS "successorHash",
     s.consumed_at AS "successorConsumedAt", s.expires_at AS "successorExpiresAt", ${grantFacts}, (${grantIsAlive}) AS alive
   FROM tokens t
   JOIN authorization_grants g ON g.id = t.authorization_grant_id
   JOIN users u ON u.id = g.user_id
   JOIN clients c ON c.client_id = t.client_id
   LEFT JOIN tokens s ON s.value_hash = decode(t.payload ->> 'successor', 'hex')
   WHERE t.value_hash = ${p.valueHash} AND t.kind = 'refresh_token'`,
);

/** Looks at a refresh token that {@link rotateRefreshToken} did not take. */
export async function findRefreshToken(sql: Sql, valueHash: Buffer): Promise<FoundRefreshToken | null> {
  return (await sql.query(findRefreshTokenStatement, { valueHash })).rows[0] ?? null;
}

interface NewAccessToken extends OpaqueAccessToken {
  readonly clientId: string;
  readonly userId: string | null;
  readonly authorizationGrantId: string | null;
  readonly now: Date;
  readonly audit: Audit;
}

const insertAccessTokenStatement = statement<NewAccessToken>(
  'insert_access_token',
  (p) => `
   WITH issued AS (
     INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     VALUES (${p.valueHash}, 'access_token', ${p.clientId}, ${p.userId}, ${p.authorizationGrantId}, ${p.payload}, ${p.now},
       ${p.expiresAt})
     RETURNING client_id, user_id, authorization_grant_id
   ), kept AS (
     UPDATE authorization_grants SET expires_at = GREATEST(expires_at, ${p.expiresAt}::timestamptz)
     WHERE id = ${p.authorizationGrantId}
   )
   ${auditRow({ audit: p.audit, now: p.now, from: 'issued', userId: 'user_id', clientId: 'client_id', grantId: 'authorization_grant_id' })}`,
);

/** Stores an opaque access token that no redemption issues: client_credentials, and a repeated refresh within the grace. */
export async function insertAccessToken(sql: Sql, token: NewAccessToken): Promise<void> {
  await sql.query(insertAccessTokenStatement, token);
}

export interface FoundToken {
  readonly kind: TokenKind;
  readonly clientId: string;
  readonly userId: string | null;
  readonly authorizationGrantId: string | null;
}

const findTokenStatement = statement<{ valueHash: Buffer }, FoundToken>(
  'find_token',
  (p) => `
   SELECT kind, client_id AS "clientId", user_id AS "userId", authorization_grant_id AS "authorizationGrantId"
   FROM tokens WHERE value_hash = ${p.valueHash}`,
);

/** Whose token it is, whatever its kind and state: what revocation asks first (RFC 7009 §2.1). */
export async function findToken(sql: Sql, valueHash: Buffer): Promise<FoundToken | null> {
  return (await sql.query(findTokenStatement, { valueHash })).rows[0] ?? null;
}
