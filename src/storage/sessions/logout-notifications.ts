import type { SectorMember } from '../../protocol/client/subject-type.js';
import type { SigningAlgorithm } from '../../protocol/signing-algorithm.js';
import { type Audit, auditRow } from '../audit/audit-events.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { LogoutNotification } from '../schema/logout-notifications.js';
import { pairwiseClient } from '../subjects.js';

/** A notification as whoever delivers it gets it. */
export interface ClaimedNotification
  extends Pick<LogoutNotification, 'id' | 'clientId' | 'sessionId' | 'userId' | 'attempts'> {
  /** The session ended too long ago for anybody to be told after this attempt; by the database's clock, as its end is. */
  readonly isLast: boolean;
  /** Where the client wants to be told; null where it is gone, disabled or does not want to be any more. */
  readonly uri: string | null;
  /** Null where the client gets public subjects. */
  readonly pairwiseClient: SectorMember | null;
  /** With what its ID tokens are signed. */
  readonly alg: SigningAlgorithm | null;
}

/** How long a client that cannot be told is tried for. */
const longestWait = '24 hours';

const claimStatement = statement<{ now: Date; leasedUntil: Date }, ClaimedNotification>(
  'claim_logout_notification',
  (p) => `
   WITH claimed AS (
     UPDATE logout_notifications SET next_attempt_at = ${p.leasedUntil}, attempts = attempts + 1
     WHERE id = (
       SELECT n.id FROM logout_notifications n
       WHERE n.next_attempt_at <= ${p.now}
         AND NOT EXISTS (SELECT FROM logout_notifications before WHERE before.client_id = n.client_id AND before.id < n.id)
       ORDER BY n.next_attempt_at, n.id LIMIT 1 FOR UPDATE SKIP LOCKED
     )
     RETURNING *
   )
   SELECT n.id, n.client_id AS "clientId", n.session_id AS "sessionId", n.user_id AS "userId", n.attempts,
     n.created_at < clock_timestamp() - interval '${longestWait}' AS "isLast",
     c.metadata ->> 'backchannel_logout_uri' AS uri, c.metadata ->> 'id_token_signed_response_alg' AS alg,
     ${pairwiseClient('c')} AS "pairwiseClient"
   FROM claimed n LEFT JOIN clients c ON c.client_id = n.client_id AND c.disabled_at IS NULL`,
);

/**
 * Takes the notification that is due next, for as long as the lease goes: of each client the first one only, so that it hears of
 * sessions in the order in which they ended. Null where none is due.
 */
export const claimLogoutNotification = async (
  sql: Sql,
  now: Date,
  leasedUntil: Date,
): Promise<ClaimedNotification | null> => (await sql.query(claimStatement, { now, leasedUntil })).rows[0] ?? null;

/** A claim: nothing is changed where the lease has run out and another process has taken the notification since. */
type Claim = Pick<ClaimedNotification, 'id' | 'attempts'>;

const claimIsOurs = (p: { readonly id: string; readonly attempts: string }): string =>
  `id = ${p.id} AND attempts = ${p.attempts}`;

const forgetStatement = statement<Claim>(
  'forget_logout_notification',
  (p) => `DELETE FROM logout_notifications WHERE ${claimIsOurs(p)}`,
);

/** The client knows, or there is nobody any more who wants to. */
export async function forgetLogoutNotification(sql: Sql, { id, attempts }: Claim): Promise<void> {
  await sql.query(forgetStatement, { id, attempts });
}

interface Postponed extends Claim {
  readonly until: Date;
  readonly error: string;
}

const postponeStatement = statement<Postponed>(
  'postpone_logout_notification',
  (p) => `
   WITH postponed AS (
     UPDATE logout_notifications SET next_attempt_at = ${p.until}, last_error = ${p.error} WHERE ${claimIsOurs(p)}
     RETURNING id, client_id
   )
   UPDATE logout_notifications n SET next_attempt_at = ${p.until} FROM postponed
   WHERE n.client_id = postponed.client_id AND n.id <> postponed.id AND n.next_attempt_at < ${p.until}`,
);

/** An attempt has failed; the next is made from `until` on. All that waits for the same client waits with it. */
export async function postponeLogoutNotification(sql: Sql, postponed: Postponed): Promise<void> {
  await sql.query(postponeStatement, postponed);
}

interface GivenUp extends Claim {
  readonly now: Date;
  readonly audit: Audit;
}

const giveUpStatement = statement<GivenUp, { id: string }>(
  'give_up_logout_notification',
  (p) => `
   WITH given_up AS (
     DELETE FROM logout_notifications WHERE ${claimIsOurs(p)} RETURNING id, client_id, user_id, session_id
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'given_up', userId: 'user_id', clientId: 'client_id', sessionId: 'session_id' })}
   )
   SELECT id FROM given_up`,
);

/** The client is not told any more. @returns false where it is another process's by now */
export const giveUpLogoutNotification = async (sql: Sql, given: GivenUp): Promise<boolean> =>
  (await sql.query(giveUpStatement, given)).rowCount === 1;

export interface WaitingNotifications {
  readonly count: number;
  /** When the session ended whose client has waited for longest. */
  readonly oldest: Date | null;
  /** When the next attempt is due; null where nothing waits for its time. */
  readonly next: Date | null;
}

const waitingStatement = statement<object, WaitingNotifications>(
  'waiting_logout_notifications',
  () => `
   SELECT count(*)::integer AS count, min(created_at) AS oldest,
     min(next_attempt_at) FILTER (WHERE next_attempt_at > '-infinity') AS next
   FROM logout_notifications`,
);

export async function waitingLogoutNotifications(sql: Sql): Promise<WaitingNotifications> {
  const [row] = (await sql.query(waitingStatement, {})).rows;
  return row ?? { count: 0, oldest: null, next: null };
}
