import type { FrontChannelClient } from '../../protocol/client/logout-channels.js';
import type { SectorMember } from '../../protocol/client/subject-type.js';
import { type Audit, auditRow } from '../audit/audit-events.js';
import { type Change, recordChange } from '../audit/change.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { Transactions } from '../connection/transactions.js';
import { forgetTrustedBrowsers } from '../factors/trusted-browsers.js';
import { linkedIdentity } from '../federation/pending-links.js';
import { revokeOnlineGrants } from '../grants/authorization-grants.js';
import { type MailOutcome, mailOutcome, type NewMail, queuedMail } from '../mail/outgoing-mails.js';
import { answersChallenge, challengesAnswered, type TakenProof, takenProof } from '../sign-in/proofs.js';
import { pairwiseClient } from '../subjects.js';
import { lockedSessions } from './locked-sessions.js';

interface NewSession extends TakenProof {
  /** The interaction in which the user signs in: its proofs are used up. */
  readonly interactionIdHash: Buffer;
  /** Hashes of the secrets that the browser brought: a session of the same user goes on under its id. */
  readonly presentedSecretHashes: readonly Buffer[];
  /** … of those of other users whose sessions go on beside this one, */
  readonly keptSecretHashes: readonly Buffer[];
  /** … and of those whose sessions end. */
  readonly endedSecretHashes: readonly Buffer[];
  readonly newId: string;
  readonly secretHash: Buffer;
  readonly now: Date;
  readonly amr: readonly string[];
  readonly acr: string | null;
  /** By what the user tells the browser apart. */
  readonly device: string | null;
  readonly endsAt: Date;
  readonly idleAt: Date;
  readonly audit: Audit;
  /** Of the identity that waits in the interaction for the proof of this account; null where none does. */
  readonly linkAudit: Audit | null;
  /**
   * Goes to a user who has signed in before: of the identity that is linked, or else of a browser that the account does not know; null where
   * there is nothing to tell.
   */
  readonly signInNotice: NewMail | null;
}

/** A session that has begun, and what became of the notice. */
export interface BegunSession {
  readonly id: string;
  readonly notice: MailOutcome | null;
  /** The identity that waited is linked with the account. */
  readonly isLinked: boolean;
}

/**
 * SQL: the user who has signed in, where that was not the first time. Who did so before the audit trail that is kept has at least
 * allowed a client something.
 */
const returningUser = `(
       SELECT u.id, u.email, u.claims FROM signed_in s JOIN users u ON u.id = s.user_id
       WHERE EXISTS (SELECT FROM audit_events a WHERE a.user_id = u.id AND a.type = 'sign_in')
         OR EXISTS (SELECT FROM consents c WHERE c.user_id = u.id)
     ) u`;

const beginSessionStatement = statement<NewSession, BegunSession>(
  'sign_in',
  (p) => `
   WITH ${takenProof(p, p)}, same AS (
     SELECT id FROM sessions
     WHERE secret_hash = ANY (${p.presentedSecretHashes}::bytea[]) AND user_id = ${p.userId} AND expires_at > ${p.now} LIMIT 1
   ), of_others AS MATERIALIZED (
     SELECT id, secret_hash = ANY (${p.endedSecretHashes}::bytea[]) AS ends FROM sessions
     WHERE secret_hash = ANY (${p.endedSecretHashes}::bytea[] || ${p.keptSecretHashes}::bytea[]) AND user_id <> ${p.userId}
       AND EXISTS (SELECT FROM unchanged)
     ORDER BY id FOR UPDATE
   ), other AS (
     DELETE FROM sessions WHERE id IN (SELECT id FROM of_others WHERE ends) RETURNING id
   ), kept AS (
     UPDATE sessions SET authz_secret_hash = NULL, shares_browser = true WHERE id IN (SELECT id FROM of_others WHERE NOT ends)
   ), other_grants AS (
     UPDATE authorization_grants SET revoked_at = ${p.now}
     WHERE session_id IN (SELECT id FROM other) AND revoked_at IS NULL AND NOT 'offline_access' = ANY (scopes)
   ), used_up AS (
     UPDATE interactions SET proofs = '[]', pending_link = NULL, upstream_session = NULL, challenges_answered = ${challengesAnswered(p.effects)}
     WHERE id_hash = ${p.interactionIdHash} AND (proofs <> '[]' OR pending_link IS NOT NULL OR upstream_session IS NOT NULL OR ${answersChallenge(p.effects)})
       AND EXISTS (SELECT FROM unchanged)
   ), signed_in AS (
     INSERT INTO sessions AS s
       (id, secret_hash, user_id, auth_time, amr, acr, device, shares_browser, created_at, last_seen_at, ends_at, expires_at,
        upstream_session)
     SELECT COALESCE((SELECT id FROM same), ${p.newId}::uuid), ${p.secretHash}, unchanged.id, ${p.now}, ${p.amr}, ${p.acr},
       ${p.device}, cardinality(${p.keptSecretHashes}::bytea[]) > 0, ${p.now}, ${p.now}, ${p.endsAt}::timestamptz, LEAST(${p.endsAt}::timestamptz, ${p.idleAt}::timestamptz),
       CASE WHEN 'fed' = ANY (${p.amr}::text[]) THEN (SELECT upstream_session FROM interactions WHERE id_hash = ${p.interactionIdHash}) END
     FROM unchanged
     ON CONFLICT (id) DO UPDATE SET secret_hash = EXCLUDED.secret_hash, authz_secret_hash = NULL, auth_time = EXCLUDED.auth_time,
       authenticated_at = EXCLUDED.authenticated_at, amr = EXCLUDED.amr, acr = EXCLUDED.acr, device = EXCLUDED.device,
       shares_browser = EXCLUDED.shares_browser, last_seen_at = EXCLUDED.last_seen_at, ends_at = EXCLUDED.ends_at, expires_at = EXCLUDED.expires_at,
       upstream_session = COALESCE(EXCLUDED.upstream_session, s.upstream_session)
     RETURNING id, user_id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'signed_in', userId: 'user_id', sessionId: 'id' })}
   ), linked AS (
     ${linkedIdentity(p)}
   ), link_audited AS (
     ${auditRow({ audit: p.linkAudit, now: p.now, from: 'linked, signed_in', userId: 'signed_in.user_id', sessionId: 'id' })}
   ), ${queuedMail({
     mail: p.signInNotice,
     now: p.now,
     from: `${returningUser} JOIN LATERAL (
       SELECT WHERE ${p.linkAudit}::jsonb IS NULL OR EXISTS (SELECT FROM linked)) told ON true`,
     userId: 'u.id',
     recipient: 'u.email',
     language: "u.claims ->> 'locale'",
   })}
   SELECT id, ${mailOutcome} AS notice, EXISTS (SELECT FROM linked) AS "isLinked" FROM signed_in`,
);

/**
 * Begins a session with a fresh secret, so that none can be fixed in advance; authz gets another one as well. The same user
 * signing in again keeps the session's id. Other users' sessions in this browser go on beside it, unknown to authz until they are the
 * current one again; those that are too many end, with what was granted in them. Forgives the
 * failures before it, stores the proof's effects, uses up the proofs that waited for this one and writes the notice, all in one
 * statement.
 * @returns null when the user has been disabled or given another password meanwhile: then nothing is changed
 */
export async function beginSession(sql: Sql, session: NewSession): Promise<BegunSession | null> {
  const { rows } = await sql.query(beginSessionStatement, session);
  return rows[0] ?? null;
}

/** Milliseconds between two writes that move the idle end of a session. */
export const touchInterval = 60_000;

interface Touch {
  readonly id: string;
  readonly now: Date;
  readonly idleAt: Date;
}

const touchSessionStatement = statement<Touch>(
  'touch_session',
  (p) => `
   UPDATE sessions SET last_seen_at = ${p.now}, expires_at = LEAST(ends_at, ${p.idleAt}::timestamptz)
   WHERE id = ${p.id} AND expires_at > ${p.now}`,
);

/** Moves the idle end; callers do it at most once in {@link touchInterval}. */
export async function touchSession(sql: Sql, session: Touch): Promise<void> {
  await sql.query(touchSessionStatement, session);
}

/** A live session and whom it belongs to. */
export interface LiveSession {
  readonly id: string;
  readonly secretHash: Buffer;
  readonly userId: string;
  readonly username: string;
  readonly email: string | null;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly authTime: Date;
  readonly lastSeenAt: Date;
  readonly challengesAnswered: number;
}

const findSessionsStatement = statement<{ secretHashes: readonly Buffer[]; now: Date }, LiveSession>(
  'find_sessions',
  (p) => `
   SELECT s.id, s.secret_hash AS "secretHash", s.user_id AS "userId", u.username, u.email, u.claims, s.auth_time AS "authTime", s.last_seen_at AS "lastSeenAt",
     s.challenges_answered AS "challengesAnswered"
   FROM sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL
   WHERE s.secret_hash = ANY (${p.secretHashes}::bytea[]) AND s.expires_at > ${p.now}`,
);

/** The live ones among those that a browser brings, in its order. */
export async function findSessions(
  sql: Sql,
  secretHashes: readonly Buffer[],
  now: Date,
): Promise<readonly LiveSession[]> {
  const { rows } = await sql.query(findSessionsStatement, { secretHashes, now });
  return secretHashes.flatMap((hash) => rows.find(({ secretHash }) => secretHash.equals(hash)) ?? []);
}

interface Logout {
  readonly secretHash: Buffer;
  readonly clientId: string | null;
  readonly now: Date;
  readonly audit: Audit;
}

/** A session that has ended. */
export interface EndedSession {
  readonly id: string;
  readonly userId: string;
  /** Encrypted. */
  readonly upstreamSession: Buffer | null;
  /** Clients that got an ID token in it and want to be told through the browser, in the order of their identifiers. */
  readonly frontChannelClients: readonly (FrontChannelClient & { readonly pairwiseClient: SectorMember | null })[];
}

// A client that gets a code at the same moment may be missed: the code is void, so there it has begun no session.
const endSessionStatement = statement<Logout, EndedSession>(
  'end_session',
  (p) => `
   WITH ended AS (
     DELETE FROM sessions WHERE secret_hash = ${p.secretHash} RETURNING id, user_id, upstream_session
   ), revoked AS (
     UPDATE authorization_grants SET revoked_at = ${p.now}
     WHERE session_id IN (SELECT id FROM ended) AND revoked_at IS NULL
       AND (NOT 'offline_access' = ANY (scopes) OR client_id = ${p.clientId})
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'ended', userId: 'user_id', sessionId: 'id', clientId: p.clientId })}
   )
   SELECT id, user_id AS "userId", upstream_session AS "upstreamSession", COALESCE((
     SELECT json_agg(json_build_object(
       'frontchannel_logout_uri', c.metadata -> 'frontchannel_logout_uri', 'redirect_uris', c.metadata -> 'redirect_uris',
       'pairwiseClient', ${pairwiseClient('c')}) ORDER BY c.client_id)
     FROM session_clients s JOIN clients c USING (client_id)
     WHERE s.session_id = ended.id AND c.metadata ? 'frontchannel_logout_uri' AND c.disabled_at IS NULL
   ), '[]') AS "frontChannelClients"
   FROM ended`,
);

// A sign-in that was being collected at the same moment kept the row from being deleted until its grant was there: too late
// for the snapshot of the statement above.
const revokeLateGrantsStatement = statement<Pick<Logout, 'clientId' | 'now'> & { readonly sessionId: string }>(
  'revoke_grants_of_ended_session',
  (p) => `
   UPDATE authorization_grants SET revoked_at = ${p.now}
   WHERE session_id = ${p.sessionId} AND revoked_at IS NULL
     AND (NOT 'offline_access' = ANY (scopes) OR client_id = ${p.clientId})`,
);

/**
 * Ends the session and revokes what was granted in it. Grants with offline_access outlive the session
 * (OIDC Back-Channel Logout §2.7), except those of the client that asks for the logout itself.
 * @returns null when there was none
 */
export async function endSession(sql: Sql, logout: Logout): Promise<EndedSession | null> {
  const [ended] = (await sql.query(endSessionStatement, logout)).rows;
  if (!ended) return null;
  const { clientId, now } = logout;
  await sql.query(revokeLateGrantsStatement, { sessionId: ended.id, clientId, now });
  return ended;
}

export interface EndedSessions {
  readonly sessions: number;
  readonly revokedGrants: number;
}

const endUserSessionsStatement = statement<{ userId: string }, { readonly id: string }>(
  'end_user_sessions',
  (p) => `DELETE FROM sessions WHERE id = ANY (${lockedSessions(`user_id = ${p.userId}`)}) RETURNING id`,
);

/**
 * Ends every session of a user and revokes what was granted in them, as {@link endSession} does with one. No browser is trusted any more.
 * @returns null when there was no session
 */
export async function endUserSessions(
  transactions: Transactions,
  userId: string,
  change: Change,
): Promise<EndedSessions | null> {
  return transactions.run(async (transaction) => {
    const { rows: ended } = await transaction.query(endUserSessionsStatement, { userId });
    await forgetTrustedBrowsers(transaction, userId);
    const sessionIds = ended.map(({ id }) => id);
    if (sessionIds.length === 0) return null;
    // A statement of its own sees the grant of a sign-in that kept its session's row from being deleted until it was there.
    const revokedGrants = await revokeOnlineGrants(transaction, { sessionIds }, change.now);
    await recordChange(transaction, change, { sessions: sessionIds.length, revoked_grants: revokedGrants });
    return { sessions: sessionIds.length, revokedGrants };
  });
}
