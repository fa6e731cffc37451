import type { SectorMember } from '../../protocol/client/subject-type.js';
import type { ConfirmationClaim } from '../../protocol/token/confirmation.js';
import { type Audit, auditRow } from '../audit/audit-events.js';
import { type ColumnTypes, coalescedStatement, keyIs } from '../connection/coalesced-statement.js';
import { type Columns, pick, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { type GrantFacts, grantColumns, keptGrants } from '../grants/authorization-grants.js';
import { notVoid } from '../installation.js';
import { type UserClaims, userColumns } from '../people/users.js';
import { pairwiseClient } from '../subjects.js';

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

interface NewClientToken extends OpaqueAccessToken {
  readonly clientId: string;
  readonly now: Date;
  readonly audit: Audit;
}

interface NewUserToken extends NewClientToken {
  readonly userId: string;
  readonly authorizationGrantId: string;
}

const clientTokenTypes: ColumnTypes<NewClientToken> = {
  valueHash: 'bytea',
  expiresAt: 'timestamptz',
  payload: 'jsonb',
  clientId: 'text',
  now: 'timestamptz',
  audit: 'jsonb',
};

const insertClientTokenStatement = coalescedStatement<NewClientToken>(
  'insert_client_access_token',
  clientTokenTypes,
  (p, asked) => `
   WITH asked AS (SELECT * FROM ${asked}), issued AS (
     INSERT INTO tokens (value_hash, kind, client_id, payload, issued_at, expires_at)
     SELECT ${p.valueHash}, 'access_token', ${p.clientId}, ${p.payload}, ${p.now}, ${p.expiresAt} FROM asked
   )
   ${auditRow({ audit: p.audit, now: p.now, from: 'asked', clientId: p.clientId })}`,
);

/** Stores an opaque access token that a client has on its own behalf (RFC 6749 §4.4). */
export async function insertClientToken(sql: Sql, token: NewClientToken): Promise<void> {
  await sql.query(insertClientTokenStatement, token);
}

const insertUserTokenStatement = coalescedStatement<NewUserToken>(
  'insert_access_token',
  { ...clientTokenTypes, userId: 'uuid', authorizationGrantId: 'uuid' },
  (p, asked) => `
   WITH asked AS (SELECT * FROM ${asked}), issued AS (
     INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     SELECT ${p.valueHash}, 'access_token', ${p.clientId}, ${p.userId}, ${p.authorizationGrantId}, ${p.payload}, ${p.now}, ${p.expiresAt}
     FROM asked
   ), ${keptGrants({ from: 'asked', grantId: p.authorizationGrantId, now: p.now, until: p.expiresAt })}
   ${auditRow({ audit: p.audit, now: p.now, from: 'asked', userId: p.userId, clientId: p.clientId, grantId: p.authorizationGrantId })}`,
);

/** Stores an opaque access token for a user that no redemption issues: at a repeated refresh within the grace. */
export async function insertUserToken(sql: Sql, token: NewUserToken): Promise<void> {
  await sql.query(insertUserTokenStatement, token);
}

/** A usable opaque access token; `grant` and `user` are null where no user is involved. */
export interface ActiveAccessToken {
  readonly clientId: string;
  /** Null where its client gets public subjects. */
  readonly pairwiseClient: SectorMember | null;
  readonly payload: AccessTokenPayload;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly grant: GrantFacts | null;
  readonly user: UserClaims | null;
}

type AccessTokenFacts = Omit<ActiveAccessToken, 'grant' | 'user'>;

const accessTokenColumns: Columns<AccessTokenFacts> = {
  clientId: 't.client_id',
  pairwiseClient: pairwiseClient('c'),
  payload: 't.payload',
  issuedAt: 't.issued_at',
  expiresAt: 't.expires_at',
};

/** Without an authorization grant its members and those of the user are null. */
type ActiveAccessTokenRow = AccessTokenFacts & ((GrantFacts & UserClaims) | { readonly authorizationGrantId: null });

const findOpaqueAccessTokenStatement = coalescedStatement<{ valueHash: Buffer; now: Date }, ActiveAccessTokenRow>(
  'find_opaque_access_token',
  { valueHash: 'bytea', now: 'timestamptz' },
  (p, asked) => `
   SELECT asked.n, ${selected(accessTokenColumns, grantColumns, userColumns)}
   FROM ${asked}
   JOIN tokens t ON ${keyIs('t.value_hash', p.valueHash)}
   JOIN clients c ON ${keyIs('c.client_id', 't.client_id')} AND c.disabled_at IS NULL
   LEFT JOIN authorization_grants g ON ${keyIs('g.id', 't.authorization_grant_id')} AND g.revoked_at IS NULL
   LEFT JOIN users u ON ${keyIs('u.id', 'g.user_id')} AND u.disabled_at IS NULL
   WHERE t.kind = 'access_token' AND t.consumed_at IS NULL AND t.expires_at > ${p.now}
     AND (t.authorization_grant_id IS NULL OR u.id IS NOT NULL) AND ${notVoid('t.issued_at')}`,
);

/** @returns the token, or null when it is unknown, expired, revoked, or its client or user is disabled */
export async function findOpaqueAccessToken(sql: Sql, valueHash: Buffer, now: Date): Promise<ActiveAccessToken | null> {
  const [row] = (await sql.query(findOpaqueAccessTokenStatement, { valueHash, now })).rows;
  if (!row) return null;
  const token = pick(row, accessTokenColumns);
  if (row.authorizationGrantId === null) return { ...token, grant: null, user: null };
  return { ...token, grant: pick(row, grantColumns), user: pick(row, userColumns) };
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
