import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import type { AuthenticationMethodReference } from '../../protocol/sign-in/authentication-context.js';
import type { GivenProof } from '../../protocol/sign-in/next-step.js';
import { type Columns, jsonObject, pick, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';
import { consentColumns, type GivenConsent } from '../grants/consents.js';
import { enrolledMethods, groupsOf } from '../people/users.js';
import type { ClientOrigin } from '../schema/clients.js';
import type { InteractionOutcome, InteractionPurpose, PendingLink } from '../schema/interactions.js';

const requestKey = jsonKey<ValidatedAuthorizationRequest>;

/** A live session of a browser, with its enabled user. */
export interface VisitingSession {
  readonly id: string;
  readonly secretHash: Buffer;
  readonly userId: string;
  readonly username: string;
  readonly email: string | null;
  readonly claims: Record<string, unknown>;
  readonly authTime: Date;
  /** The same, by the database's clock. */
  readonly authenticatedAt: Date;
  readonly lastSeenAt: Date;
  readonly amr: string[];
  /** The ways to prove who they are that the user has set up. */
  readonly enrolled: readonly AuthenticationMethodReference[];
  readonly groups: readonly string[];
  /** When the account is deleted, where its owner asked for that. */
  readonly deleteAfter: Date | null;
  /** What this user allowed the client of the interaction before. */
  readonly consent: GivenConsent | null;
}

/** All that the hub decides from, read at one instant. */
export interface VisitedInteraction {
  /** Null where the purpose is `account`, and so is what the client says of itself. */
  readonly clientId: string | null;
  readonly clientMetadata: ClientMetadata | null;
  readonly clientOrigin: ClientOrigin | null;
  readonly clientDisabledAt: Date | null;
  readonly purpose: InteractionPurpose;
  readonly proofs: readonly GivenProof[];
  readonly pendingLink: PendingLink | null;
  readonly challengesAnswered: number;
  /** They said no to setting up what the client only wishes for. */
  readonly enrolmentDeclined: boolean;
  /** Of the browser's sessions the one that its person chose in this interaction. */
  readonly chosenSessionId: string | null;
  readonly request: ValidatedAuthorizationRequest;
  readonly outcome: InteractionOutcome | null;
  readonly begunAt: Date;
  readonly completedAt: Date | null;
  readonly redeemedAt: Date | null;
  readonly expiresAt: Date;
  readonly traceparent: string | null;
  /** False where another browser has this interaction: nothing of it may be shown here. */
  readonly ours: boolean;
  /** All that the browser brings. */
  readonly sessions: readonly VisitingSession[];
  /** Who gave the last of the proofs, while their account is enabled and has the password that it had then. */
  readonly candidate: VisitingCandidate | null;
}

/** Somebody who has proven who they are, but not enough to be signed in. */
interface VisitingCandidate {
  readonly userId: string;
  readonly username: string;
  readonly enrolled: readonly AuthenticationMethodReference[];
  readonly groups: readonly string[];
}

type InteractionFacts = Omit<VisitedInteraction, 'ours' | 'sessions' | 'candidate'>;

const interactionColumns: Columns<InteractionFacts> = {
  clientId: 'i.client_id',
  clientMetadata: 'c.metadata',
  clientOrigin: 'c.origin',
  clientDisabledAt: 'c.disabled_at',
  purpose: 'i.purpose',
  proofs: 'i.proofs',
  pendingLink: 'i.pending_link',
  challengesAnswered: 'i.challenges_answered',
  enrolmentDeclined: 'i.enrolment_declined_at IS NOT NULL',
  chosenSessionId: 'i.chosen_session_id',
  request: 'i.request',
  outcome: 'i.outcome',
  begunAt: 'COALESCE(i.begun_at, i.created_at)',
  completedAt: 'i.completed_at',
  redeemedAt: 'i.redeemed_at',
  expiresAt: 'i.expires_at',
  traceparent: 'i.traceparent',
};

const sessionColumns: Columns<Omit<VisitingSession, 'consent'>> = {
  id: 's.id',
  secretHash: 's.secret_hash',
  userId: 'u.id',
  username: 'u.username',
  email: 'u.email',
  claims: 'u.claims',
  authTime: 's.auth_time',
  authenticatedAt: 'COALESCE(s.authenticated_at, s.auth_time)',
  lastSeenAt: 's.last_seen_at',
  amr: 's.amr',
  enrolled: enrolledMethods('u'),
  groups: groupsOf('u'),
  deleteAfter: 'u.delete_after',
};

const candidateColumns: Columns<VisitingCandidate> = {
  userId: 'w.id',
  username: 'w.username',
  enrolled: enrolledMethods('w'),
  groups: groupsOf('w'),
};

const proofKey = jsonKey<GivenProof>;

/** SQL: whether a proof is of the user of a row, who is enabled and has had the same password since. */
export const isProof = (proof: string, user: string): string =>
  `(${user}.id = (${proof} ->> ${proofKey('subject')})::uuid AND ${user}.disabled_at IS NULL AND (
     ${user}.password_changed_at IS NULL
       OR (${proof} ->> ${proofKey('at')})::double precision >= extract(epoch FROM ${user}.password_changed_at) * 1000))`;

/** Without a session its members are null, and without a consent that one's. */
type VisitRow = InteractionFacts &
  Pick<VisitedInteraction, 'ours' | 'candidate'> &
  (Omit<VisitingSession, 'consent'> | { readonly id: null }) &
  (GivenConsent | { readonly scopes: null });

interface VisitingBrowser {
  readonly idHash: Buffer;
  readonly idpBrowserHash: Buffer | null;
  /** Of all sessions that the browser brings. */
  readonly sessionSecretHashes: readonly Buffer[];
  readonly now: Date;
}

// With prompt=none nothing is rendered and nothing is bound: in an iframe no cookie of ours may arrive. The subselect keeps
// later visits from writing; where two first visits of one browser race, the second finds its own hash once it has waited.
const visitInteractionStatement = statement<VisitingBrowser, VisitRow>(
  'visit_interaction',
  (p) => `
   WITH bound AS (
     UPDATE interactions SET idp_browser_hash = ${p.idpBrowserHash}
     WHERE id_hash = ${p.idHash} AND (idp_browser_hash IS NULL OR idp_browser_hash = ${p.idpBrowserHash})
       AND expires_at > ${p.now} AND NOT request -> ${requestKey('prompts')} ? 'none' AND ${p.idpBrowserHash}::bytea IS NOT NULL
       AND (SELECT first.idp_browser_hash IS NULL FROM interactions first WHERE first.id_hash = ${p.idHash})
     RETURNING id_hash
   )
   SELECT ${selected(interactionColumns, sessionColumns, consentColumns)},
     (i.request -> ${requestKey('prompts')} ? 'none' OR i.idp_browser_hash IS NOT DISTINCT FROM ${p.idpBrowserHash}::bytea
       OR EXISTS (SELECT FROM bound)) AS ours,
     CASE WHEN w.id IS NOT NULL THEN ${jsonObject(candidateColumns)} END AS candidate
   FROM interactions i
   LEFT JOIN clients c ON c.client_id = i.client_id
   LEFT JOIN (sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL)
     ON s.secret_hash = ANY (${p.sessionSecretHashes}::bytea[]) AND s.expires_at > ${p.now}
   LEFT JOIN consents n ON n.user_id = u.id AND n.client_id = i.client_id
   LEFT JOIN users w ON ${isProof('i.proofs -> -1', 'w')}
   WHERE i.id_hash = ${p.idHash} AND i.expires_at > ${p.now} AND (c.client_id IS NOT NULL OR i.purpose = 'account')`,
);

function sessionOf(row: VisitRow): readonly VisitingSession[] {
  if (row.id === null) return [];
  return [{ ...pick(row, sessionColumns), consent: row.scopes === null ? null : pick(row, consentColumns) }];
}

/**
 * Reads an interaction with this browser's sessions and what their users allowed its client, and on the first visit binds it to this browser; to none
 * where the browser brought nothing to bind to (null).
 * @returns null when it does not exist or has expired
 */
export async function visitInteraction(sql: Sql, browser: VisitingBrowser): Promise<VisitedInteraction | null> {
  const { rows } = await sql.query(visitInteractionStatement, browser);
  const [row] = rows;
  if (!row) return null;
  const { ours, candidate } = row;
  return { ...pick(row, interactionColumns), ours, candidate, sessions: rows.flatMap(sessionOf) };
}
