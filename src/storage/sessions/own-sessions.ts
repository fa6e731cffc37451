import { type Audit, auditRow } from '../audit/audit-events.js';
import { type Columns, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { type MailOutcome, mailOutcome, type NewMail, queuedMail } from '../mail/outgoing-mails.js';
import { lockedSessions } from './locked-sessions.js';

/** A session as its own user sees it. */
export interface OwnSession {
  readonly id: string;
  /** What its browser called itself at the sign-in; null where it did not, or an earlier release did not ask. */
  readonly device: string | null;
  readonly authTime: Date;
  readonly lastSeenAt: Date;
}

const ownSessionColumns: Columns<OwnSession> = {
  id: 's.id',
  device: 's.device',
  authTime: 's.auth_time',
  lastSeenAt: 's.last_seen_at',
};

const listOwnSessionsStatement = statement<{ userId: string; most: number; now: Date }, OwnSession>(
  'list_own_sessions',
  (p) => `
   SELECT ${selected(ownSessionColumns)} FROM sessions s
   WHERE s.user_id = ${p.userId} AND s.expires_at > ${p.now} ORDER BY s.last_seen_at DESC, s.id LIMIT ${p.most}`,
);

/** The live ones, the one that was used last before the others. */
export const listOwnSessions = async (
  sql: Sql,
  which: { readonly userId: string; readonly most: number; readonly now: Date },
): Promise<readonly OwnSession[]> => (await sql.query(listOwnSessionsStatement, which)).rows;

interface EndedOwnSessions {
  readonly userId: string;
  /** The session in which somebody says so: it goes on. */
  readonly currentId: string;
  /** The one to end; null for all others, and then no browser but this one is trusted any more. */
  readonly id: string | null;
  /** What this browser brings by which accounts may trust it: hashes in hexadecimal. */
  readonly presentedTrust: readonly string[];
  readonly now: Date;
  readonly audit: Audit;
  readonly notice: NewMail | null;
}

const endOwnSessionsStatement = statement<EndedOwnSessions, { id: string; notice: MailOutcome | null }>(
  'end_own_sessions',
  (p) => `
   WITH ended AS (
     DELETE FROM sessions WHERE id = ANY (${lockedSessions(
       `user_id = ${p.userId} AND id <> ${p.currentId} AND (${p.id}::uuid IS NULL OR id = ${p.id})`,
     )}) RETURNING id, user_id
   ), untrusted AS (
     DELETE FROM trusted_browsers
     WHERE ${p.id}::uuid IS NULL AND user_id = ${p.userId} AND encode(secret_hash, 'hex') <> ALL (${p.presentedTrust}::text[])
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'ended', userId: 'user_id', sessionId: 'id' })}
   ), ${queuedMail({
     mail: p.notice,
     now: p.now,
     from: '(SELECT id, email, claims FROM users WHERE id IN (SELECT user_id FROM ended)) u',
     userId: 'u.id',
     recipient: 'u.email',
     language: "u.claims ->> 'locale'",
   })}
   SELECT id, ${mailOutcome} AS notice FROM ended`,
);

const revokeOnlineGrantsStatement = statement<{ sessionIds: readonly string[]; now: Date }>(
  'revoke_grants_of_ended_sessions',
  (p) => `
   UPDATE authorization_grants SET revoked_at = ${p.now} WHERE id IN (
     SELECT id FROM authorization_grants
     WHERE session_id = ANY (${p.sessionIds}::uuid[]) AND revoked_at IS NULL AND NOT 'offline_access' = ANY (scopes)
     ORDER BY id FOR NO KEY UPDATE)`,
);

/**
 * Ends one other session of a user, or all others, and revokes what was granted in them; grants with offline_access go on
 * (OIDC Back-Channel Logout §2.7).
 * @returns what became of the notice; null when there was none to end
 */
export async function endOwnSessions(
  sql: Sql,
  which: EndedOwnSessions,
): Promise<{ readonly notice: MailOutcome | null } | null> {
  const { rows } = await sql.query(endOwnSessionsStatement, which);
  const [first] = rows;
  if (!first) return null;
  // A statement of its own sees the grant of a sign-in that kept its session's row from being deleted until it was there.
  await sql.query(revokeOnlineGrantsStatement, { sessionIds: rows.map(({ id }) => id), now: which.now });
  return { notice: first.notice };
}
