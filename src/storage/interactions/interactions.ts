import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import type { RequestedClaims } from '../../protocol/authorization/claims-parameter.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import type { AuthenticationMethodReference } from '../../protocol/sign-in/authentication-context.js';
import type { GivenProof, InteractionError } from '../../protocol/sign-in/next-step.js';
import { type Columns, jsonObject, pick, selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';
import type { IdentitySnapshot } from '../federation/federated-identities.js';
import { consentColumns, type GivenConsent } from '../grants/consents.js';
import { enrolledMethods } from '../people/users.js';
import { challengesAnswered, type TakenProof, takenProof } from '../sign-in/proofs.js';
import { isPushedAs } from '../tokens/pushed-request.js';

/** Somebody is signed in, and the client may have what it asked for. */
export interface SignedInOutcome {
  readonly userId: string;
  readonly sessionId: string;
  /** Milliseconds since the epoch. */
  readonly authTime: number;
  readonly amr: readonly string[];
  readonly acr: string | null;
  readonly scopes: readonly string[];
  /** Single claims that the user was asked about; an earlier release asks about none, and grants none. */
  readonly requestedClaims?: RequestedClaims;
}

/** How the conversation at the identity provider ended. */
export type InteractionOutcome = SignedInOutcome | { readonly error: InteractionError };

/** An identity at another provider that is linked with an account once that has been proven in the interaction. */
export interface PendingLink {
  readonly provider: string;
  readonly subject: string;
  /** The account that has its address: no other is linked. */
  readonly userId: string;
  readonly snapshot: IdentitySnapshot;
}

/** What an interaction is for: the answer to an authorization request, to a device, or a person's own account. */
export type InteractionPurpose = 'authorize' | 'device' | 'account';

/** One trip of a browser through the identity provider. Every state is a fact with a time; there is no state column. */
@Entity('interactions')
@Check('interactions_purpose', `purpose IN ('authorize', 'device', 'account')`)
export class Interaction {
  /** Hash of the secret id in the URL. */
  @PrimaryColumn('bytea', { name: 'id_hash', primaryKeyConstraintName: 'interactions_pkey' })
  idHash!: Buffer;
  /** Null where somebody comes to their own account: no client asks then. */
  @Column('text', { name: 'client_id', nullable: true })
  clientId!: string | null;
  @Column('jsonb')
  request!: ValidatedAuthorizationRequest;
  /** Hash of the cookie that authz set: the browser that asked. Null where the purpose is another than `authorize`. */
  @Column('bytea', { name: 'authz_browser_hash', nullable: true })
  authzBrowserHash!: Buffer | null;
  /** Hash of the cookie that idp set before it rendered anything: the browser that answers. */
  @Column('bytea', { name: 'idp_browser_hash', nullable: true })
  idpBrowserHash!: Buffer | null;
  /** The device that is asked about, where that is the purpose. */
  @Column('bytea', { name: 'device_code_hash', nullable: true })
  deviceCodeHash!: Buffer | null;
  @Index('interactions_handle', { unique: true })
  @Column('bytea', { name: 'handle_hash', nullable: true })
  handleHash!: Buffer | null;
  @Column('jsonb', { nullable: true })
  outcome!: InteractionOutcome | null;
  @Column('text', { default: 'authorize' })
  purpose!: InteractionPurpose;
  /** Proofs of a sign-in that is not finished: given here, and not yet enough for a session. */
  @Column('jsonb', { default: [] })
  proofs!: GivenProof[];
  /** How many WebAuthn challenges were answered: the next follows from it, so that none is answered twice (WebAuthn Level 3 §13.4.3). */
  @Column('integer', { name: 'challenges_answered', default: 0 })
  challengesAnswered!: number;
  /** Waits for the proof of the account with which it is to be linked; gone with the next sign-in. */
  @Column('jsonb', { name: 'pending_link', nullable: true })
  pendingLink!: PendingLink | null;
  /** Encrypted: the session at another provider that goes with the one that is about to begin. */
  @Column('bytea', { name: 'upstream_session', nullable: true })
  upstreamSession!: Buffer | null;
  /** W3C trace context of the authorization request, to which later ones are linked. */
  @Column('text', { nullable: true })
  traceparent!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  /** The same moment by the database's clock: only that is compared with what other processes did. Null in rows from before. */
  @Column('timestamptz', { name: 'begun_at', nullable: true, default: () => 'clock_timestamp()' })
  begunAt!: Date | null;
  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
  @Column('timestamptz', { name: 'redeemed_at', nullable: true })
  redeemedAt!: Date | null;
  @Index('interactions_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

const requestKey = jsonKey<ValidatedAuthorizationRequest>;

interface NewInteraction {
  readonly idHash: Buffer;
  readonly clientId: string;
  readonly request: ValidatedAuthorizationRequest;
  readonly authzBrowserHash: Buffer;
  readonly now: Date;
  readonly expiresAt: Date;
  /** Of the authorization request, so that the traces of later ones can be linked with it. */
  readonly traceparent: string | null;
}

const startInteractionStatement = statement<NewInteraction>(
  'start_interaction',
  (p) => `
   WITH begun AS (
     UPDATE tokens t SET expires_at = GREATEST(t.expires_at, ${p.expiresAt}) WHERE ${isPushedAs(`${p.request}::jsonb`)}
   )
   INSERT INTO interactions (id_hash, client_id, request, authz_browser_hash, created_at, expires_at, traceparent)
   VALUES (${p.idHash}, ${p.clientId}, ${p.request}, ${p.authzBrowserHash}, ${p.now}, ${p.expiresAt}, ${p.traceparent})`,
);

/** authz opens the conversation: the first of the row's three verbs. A request that was pushed is kept for as long. */
export async function startInteraction(sql: Sql, interaction: NewInteraction): Promise<void> {
  await sql.query(startInteractionStatement, interaction);
}

type NewAccountInteraction = Omit<NewInteraction, 'clientId' | 'authzBrowserHash'>;

const startAccountInteractionStatement = statement<NewAccountInteraction>(
  'start_account_interaction',
  (p) => `
   INSERT INTO interactions (id_hash, request, purpose, created_at, expires_at, traceparent)
   VALUES (${p.idHash}, ${p.request}, 'account', ${p.now}, ${p.expiresAt}, ${p.traceparent})`,
);

/** idp opens one of its own for somebody who wants to see their account: neither a client nor authz has a part in it. */
export async function startAccountInteraction(sql: Sql, interaction: NewAccountInteraction): Promise<void> {
  await sql.query(startAccountInteractionStatement, interaction);
}

/** The live session of a browser, with its enabled user. */
interface VisitingSession {
  readonly id: string;
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
  /** When the account is deleted, where its owner asked for that. */
  readonly deleteAfter: Date | null;
}

/** All that the hub decides from, read at one instant. */
export interface VisitedInteraction {
  /** Null where the purpose is `account`, and so is what the client says of itself. */
  readonly clientId: string | null;
  readonly clientMetadata: ClientMetadata | null;
  readonly clientDisabledAt: Date | null;
  readonly purpose: InteractionPurpose;
  readonly proofs: readonly GivenProof[];
  readonly pendingLink: PendingLink | null;
  readonly challengesAnswered: number;
  readonly request: ValidatedAuthorizationRequest;
  readonly outcome: InteractionOutcome | null;
  readonly begunAt: Date;
  readonly completedAt: Date | null;
  readonly redeemedAt: Date | null;
  readonly expiresAt: Date;
  readonly traceparent: string | null;
  /** False where another browser has this interaction: nothing of it may be shown here. */
  readonly ours: boolean;
  readonly session: VisitingSession | null;
  /** What this user allowed this client before. */
  readonly consent: GivenConsent | null;
  /** Who gave the last of the proofs, while their account is enabled and has the password that it had then. */
  readonly candidate: VisitingCandidate | null;
}

/** Somebody who has proven who they are, but not enough to be signed in. */
interface VisitingCandidate {
  readonly userId: string;
  readonly username: string;
  readonly enrolled: readonly AuthenticationMethodReference[];
}

type InteractionFacts = Omit<VisitedInteraction, 'ours' | 'session' | 'consent' | 'candidate'>;

const interactionColumns: Columns<InteractionFacts> = {
  clientId: 'i.client_id',
  clientMetadata: 'c.metadata',
  clientDisabledAt: 'c.disabled_at',
  purpose: 'i.purpose',
  proofs: 'i.proofs',
  pendingLink: 'i.pending_link',
  challengesAnswered: 'i.challenges_answered',
  request: 'i.request',
  outcome: 'i.outcome',
  begunAt: 'COALESCE(i.begun_at, i.created_at)',
  completedAt: 'i.completed_at',
  redeemedAt: 'i.redeemed_at',
  expiresAt: 'i.expires_at',
  traceparent: 'i.traceparent',
};

const sessionColumns: Columns<VisitingSession> = {
  id: 's.id',
  userId: 'u.id',
  username: 'u.username',
  email: 'u.email',
  claims: 'u.claims',
  authTime: 's.auth_time',
  authenticatedAt: 'COALESCE(s.authenticated_at, s.auth_time)',
  lastSeenAt: 's.last_seen_at',
  amr: 's.amr',
  enrolled: enrolledMethods('u'),
  deleteAfter: 'u.delete_after',
};

const candidateColumns: Columns<VisitingCandidate> = {
  userId: 'w.id',
  username: 'w.username',
  enrolled: enrolledMethods('w'),
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
  (VisitingSession | { readonly id: null }) &
  (GivenConsent | { readonly scopes: null });

interface VisitingBrowser {
  readonly idHash: Buffer;
  readonly idpBrowserHash: Buffer | null;
  readonly sessionSecretHash: Buffer | null;
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
     ON s.secret_hash = ${p.sessionSecretHash} AND s.expires_at > ${p.now}
   LEFT JOIN consents n ON n.user_id = u.id AND n.client_id = i.client_id
   LEFT JOIN users w ON ${isProof('i.proofs -> -1', 'w')}
   WHERE i.id_hash = ${p.idHash} AND i.expires_at > ${p.now} AND (c.client_id IS NOT NULL OR i.purpose = 'account')`,
);

/**
 * Reads an interaction with this browser's session and consent, and on the first visit binds it to this browser; to none
 * where the browser brought nothing to bind to (null).
 * @returns null when it does not exist or has expired
 */
export async function visitInteraction(sql: Sql, browser: VisitingBrowser): Promise<VisitedInteraction | null> {
  const [row] = (await sql.query(visitInteractionStatement, browser)).rows;
  if (!row) return null;
  return {
    ...pick(row, interactionColumns),
    ours: row.ours,
    candidate: row.candidate,
    session: row.id === null ? null : pick(row, sessionColumns),
    consent: row.scopes === null ? null : pick(row, consentColumns),
  };
}

/** What one method has proven, under each of its names. */
interface KeptProof {
  readonly given: readonly GivenProof[];
}

interface NewProof extends TakenProof {
  readonly interactionIdHash: Buffer;
  readonly proof: KeptProof;
  readonly now: Date;
}

const recordProofStatement = statement<NewProof, { unchanged: boolean }>(
  'record_proof',
  (p) => `
   WITH ${takenProof(p, p)}, kept AS (
     UPDATE interactions SET proofs = proofs || (${p.proof}::jsonb -> ${jsonKey<KeptProof>('given')}),
       challenges_answered = ${challengesAnswered(p.effects)}
     WHERE id_hash = ${p.interactionIdHash} AND completed_at IS NULL AND expires_at > ${p.now} AND EXISTS (SELECT FROM unchanged)
   )
   SELECT EXISTS (SELECT FROM unchanged) AS unchanged`,
);

/**
 * Keeps a proof that is not enough for a session yet with its interaction, until another completes it (`beginSession`).
 * Forgives the failures before it and stores the proof's effects in the same statement.
 * @returns false when the user has been disabled or given another password meanwhile: then nothing is changed
 */
export async function recordProof(sql: Sql, proof: NewProof): Promise<boolean> {
  return (await sql.query(recordProofStatement, proof)).rows[0]?.unchanged ?? false;
}

interface KeptLink {
  readonly idHash: Buffer;
  readonly link: PendingLink;
  readonly now: Date;
}

const keepPendingLinkStatement = statement<KeptLink>(
  'keep_pending_link',
  (p) => `
   UPDATE interactions SET pending_link = ${p.link}
   WHERE id_hash = ${p.idHash} AND completed_at IS NULL AND expires_at > ${p.now}`,
);

/** Keeps an identity with the interaction until its account is proven (`beginSession`); a later one takes its place. */
export async function keepPendingLink(sql: Sql, kept: KeptLink): Promise<void> {
  await sql.query(keepPendingLinkStatement, kept);
}

interface Completion {
  readonly idHash: Buffer;
  readonly outcome: InteractionOutcome;
  readonly handleHash: Buffer;
  readonly now: Date;
}

const completeInteractionStatement = statement<Completion>(
  'complete_interaction',
  (p) => `
   UPDATE interactions SET outcome = ${p.outcome}, handle_hash = ${p.handleHash}, completed_at = ${p.now}
   WHERE id_hash = ${p.idHash} AND completed_at IS NULL AND expires_at > ${p.now}`,
);

/**
 * idp closes the conversation: the second verb. The first outcome stands.
 * @returns false when it was completed before (the handle, being derived from the id, is the same) or has expired
 */
export async function completeInteraction(sql: Sql, completion: Completion): Promise<boolean> {
  return (await sql.query(completeInteractionStatement, completion)).rowCount === 1;
}
