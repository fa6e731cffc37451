import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type Audit, auditParameter, auditRow } from './audit-events.js';
import { type Sql, statement } from './connection/sql.js';

/** A signed-in browser. `id` is the `sid` of tokens and no secret; the cookie's value is stored as a hash. */
@Entity('sessions')
export class Session {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' })
  id!: string;
  @Index('sessions_secret', { unique: true })
  @Column('bytea', { name: 'secret_hash' })
  secretHash!: Buffer;
  @Index('sessions_user')
  @Column('uuid', { name: 'user_id' })
  userId!: string;
  @Column('timestamptz', { name: 'auth_time' })
  authTime!: Date;
  @Column('text', { array: true })
  amr!: string[];
  @Column('text', { nullable: true })
  acr!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'last_seen_at' })
  lastSeenAt!: Date;
  /** The absolute end, which no use moves. */
  @Column('timestamptz', { name: 'ends_at' })
  endsAt!: Date;
  /** The earlier of the absolute end and the idle one. */
  @Index('sessions_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

const signIn = statement(
  'sign_in',
  `WITH enabled AS (
     SELECT id FROM users WHERE id = $1 AND disabled_at IS NULL
   ), same AS (
     SELECT id FROM sessions WHERE secret_hash = $2 AND user_id = $1 AND expires_at > $6
   ), other AS (
     DELETE FROM sessions WHERE secret_hash = $2 AND user_id <> $1 RETURNING id
   ), other_grants AS (
     UPDATE authorization_grants SET revoked_at = $6
     WHERE session_id IN (SELECT id FROM other) AND revoked_at IS NULL AND NOT 'offline_access' = ANY (scopes)
   ), forgiven AS (
     DELETE FROM sign_in_failures WHERE key = ANY ($11::bytea[])
   ), rehashed AS (
     UPDATE users SET password_hash = $12 WHERE id = $1 AND $12::text IS NOT NULL AND password_hash = $13
   ), signed_in AS (
     INSERT INTO sessions AS s (id, secret_hash, user_id, auth_time, amr, acr, created_at, last_seen_at, ends_at, expires_at)
     SELECT COALESCE((SELECT id FROM same), $3::uuid), $4, enabled.id, $6, $7, $8, $6, $6, $9::timestamptz,
       LEAST($9::timestamptz, $10::timestamptz)
     FROM enabled
     ON CONFLICT (id) DO UPDATE SET secret_hash = EXCLUDED.secret_hash, auth_time = EXCLUDED.auth_time, amr = EXCLUDED.amr,
       acr = EXCLUDED.acr, last_seen_at = EXCLUDED.last_seen_at, ends_at = EXCLUDED.ends_at, expires_at = EXCLUDED.expires_at
     RETURNING id, user_id
   ), audited AS (
     ${auditRow({ parameter: '$5', now: '$6', from: 'signed_in', userId: 'user_id', sessionId: 'id' })}
   )
   SELECT id FROM signed_in`,
);

/**
 * Begins a session with a fresh secret, so that none can be fixed in advance. The same user signing in again keeps the
 * session's id; another user's session in this browser ends, with what was granted in it. Forgives the failures under
 * `failureKeys` and stores a rehashed password, all in one statement.
 * @returns the session's id, or null when the user has been disabled meanwhile
 */
export async function beginSession(
  sql: Sql,
  session: {
    userId: string;
    /** Hash of the cookie that the browser brought, if any. */
    currentSecretHash: Buffer | null;
    newId: string;
    secretHash: Buffer;
    now: Date;
    amr: readonly string[];
    acr: string | null;
    endsAt: Date;
    idleAt: Date;
    failureKeys: readonly Buffer[];
    rehash: { from: string; to: string } | null;
    audit: Audit;
  },
): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(signIn, [
    session.userId,
    session.currentSecretHash,
    session.newId,
    session.secretHash,
    auditParameter(session.audit),
    session.now,
    session.amr,
    session.acr,
    session.endsAt,
    session.idleAt,
    session.failureKeys,
    session.rehash?.to ?? null,
    session.rehash?.from ?? null,
  ]);
  return rows[0]?.id ?? null;
}

const touch = statement(
  'touch_session',
  'UPDATE sessions SET last_seen_at = $2, expires_at = LEAST(ends_at, $3::timestamptz) WHERE id = $1 AND expires_at > $2',
);

/** Moves the idle end; callers do it at most once a minute. */
export async function touchSession(sql: Sql, session: { id: string; now: Date; idleAt: Date }): Promise<void> {
  await sql.query(touch, [session.id, session.now, session.idleAt]);
}

/** A live session and whom it belongs to. */
export interface LiveSession {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly authTime: Date;
  readonly lastSeenAt: Date;
}

const findLive = statement(
  'find_session',
  `SELECT s.id, s.user_id AS "userId", u.username, s.auth_time AS "authTime", s.last_seen_at AS "lastSeenAt"
   FROM sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL
   WHERE s.secret_hash = $1 AND s.expires_at > $2`,
);

export async function findSession(sql: Sql, secretHash: Buffer, now: Date): Promise<LiveSession | null> {
  return (await sql.query<LiveSession>(findLive, [secretHash, now])).rows[0] ?? null;
}

const end = statement(
  'end_session',
  `WITH ended AS (
     DELETE FROM sessions WHERE secret_hash = $1 RETURNING id, user_id
   ), revoked AS (
     UPDATE authorization_grants SET revoked_at = $2
     WHERE session_id IN (SELECT id FROM ended) AND revoked_at IS NULL
       AND (NOT 'offline_access' = ANY (scopes) OR client_id = $3)
   ), audited AS (
     ${auditRow({ parameter: '$4', now: '$2', from: 'ended', userId: 'user_id', sessionId: 'id', clientId: '$3' })}
   )
   SELECT id FROM ended`,
);

// A sign-in that was being collected at the same moment kept the row from being deleted until its grant was there: too late
// for the snapshot of the statement above.
const revokeLate = statement(
  'revoke_grants_of_ended_session',
  `UPDATE authorization_grants SET revoked_at = $2
   WHERE session_id = $1 AND revoked_at IS NULL AND (NOT 'offline_access' = ANY (scopes) OR client_id = $3)`,
);

/**
 * Ends the session and revokes what was granted in it. Grants with offline_access outlive the session
 * (OIDC Back-Channel Logout §2.7), except those of the client that asks for the logout itself.
 * @returns the id of the session that ended, or null when there was none
 */
export async function endSession(
  sql: Sql,
  logout: { secretHash: Buffer; clientId: string | null; now: Date; audit: Audit },
): Promise<string | null> {
  const values = [logout.secretHash, logout.now, logout.clientId, auditParameter(logout.audit)];
  const [ended] = (await sql.query<{ id: string }>(end, values)).rows;
  if (!ended) return null;
  await sql.query(revokeLate, [ended.id, logout.now, logout.clientId]);
  return ended.id;
}
