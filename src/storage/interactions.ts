import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ValidatedAuthorizationRequest } from '../protocol/authorization/authorization-request.js';
import type { ClientMetadata } from '../protocol/client/client-metadata.js';
import type { InteractionError } from '../protocol/sign-in/next-step.js';
import { type Audit, auditRow } from './audit-events.js';
import type { Sql } from './connection/sql.js';
import { statement } from './connection/statement.js';

/** How the conversation at the identity provider ended. */
export type InteractionOutcome =
  | {
      readonly userId: string;
      readonly sessionId: string;
      /** Milliseconds since the epoch. */
      readonly authTime: number;
      readonly amr: readonly string[];
      readonly acr: string | null;
      readonly scopes: readonly string[];
    }
  | { readonly error: InteractionError };

/** One trip of a browser through the identity provider. Every state is a fact with a time; there is no state column. */
@Entity('interactions')
export class Interaction {
  /** Hash of the secret id in the URL. */
  @PrimaryColumn('bytea', { name: 'id_hash', primaryKeyConstraintName: 'interactions_pkey' })
  idHash!: Buffer;
  @Column('text', { name: 'client_id' })
  clientId!: string;
  @Column('jsonb')
  request!: ValidatedAuthorizationRequest;
  /** Hash of the cookie that authz set: the browser that asked. */
  @Column('bytea', { name: 'authz_browser_hash' })
  authzBrowserHash!: Buffer;
  /** Hash of the cookie that idp set before it rendered anything: the browser that answers. */
  @Column('bytea', { name: 'idp_browser_hash', nullable: true })
  idpBrowserHash!: Buffer | null;
  @Index('interactions_handle', { unique: true })
  @Column('bytea', { name: 'handle_hash', nullable: true })
  handleHash!: Buffer | null;
  @Column('jsonb', { nullable: true })
  outcome!: InteractionOutcome | null;
  /** W3C trace context of the authorization request, to which later ones are linked. */
  @Column('text', { nullable: true })
  traceparent!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
  @Column('timestamptz', { name: 'redeemed_at', nullable: true })
  redeemedAt!: Date | null;
  @Index('interactions_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

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
   INSERT INTO interactions (id_hash, client_id, request, authz_browser_hash, created_at, expires_at, traceparent)
   VALUES (${p.idHash}, ${p.clientId}, ${p.request}, ${p.authzBrowserHash}, ${p.now}, ${p.expiresAt}, ${p.traceparent})`,
);

/** authz opens the conversation: the first of the row's three verbs. */
export async function startInteraction(sql: Sql, interaction: NewInteraction): Promise<void> {
  await sql.query(startInteractionStatement, interaction);
}

/** All that the hub decides from, read at one instant. */
export interface VisitedInteraction {
  readonly clientId: string;
  readonly clientMetadata: ClientMetadata;
  readonly clientDisabledAt: Date | null;
  readonly request: ValidatedAuthorizationRequest;
  readonly outcome: InteractionOutcome | null;
  readonly createdAt: Date;
  readonly completedAt: Date | null;
  readonly redeemedAt: Date | null;
  readonly expiresAt: Date;
  readonly traceparent: string | null;
  /** False where another browser has this interaction: nothing of it may be shown here. */
  readonly ours: boolean;
  /** The live session of this browser, with its enabled user. */
  readonly session: {
    readonly id: string;
    readonly userId: string;
    readonly username: string;
    readonly email: string | null;
    readonly claims: Record<string, unknown>;
    readonly authTime: Date;
    readonly lastSeenAt: Date;
    readonly amr: string[];
    readonly acr: string | null;
  } | null;
  /** What this user allowed this client before. */
  readonly consent: { readonly scopes: string[]; readonly grantedAt: Date } | null;
}

interface VisitRow extends Omit<VisitedInteraction, 'session' | 'consent'> {
  sessionId: string | null;
  userId: string;
  username: string;
  email: string | null;
  claims: Record<string, unknown>;
  authTime: Date;
  lastSeenAt: Date;
  amr: string[];
  acr: string | null;
  consentScopes: string[] | null;
  consentGrantedAt: Date;
}

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
       AND expires_at > ${p.now} AND NOT request -> 'prompts' ? 'none' AND ${p.idpBrowserHash}::bytea IS NOT NULL
       AND (SELECT first.idp_browser_hash IS NULL FROM interactions first WHERE first.id_hash = ${p.idHash})
     RETURNING id_hash
   )
   SELECT i.client_id AS "clientId", c.metadata AS "clientMetadata", c.disabled_at AS "clientDisabledAt", i.request, i.outcome,
     i.created_at AS "createdAt", i.completed_at AS "completedAt", i.redeemed_at AS "redeemedAt", i.expires_at AS "expiresAt",
     (i.request -> 'prompts' ? 'none' OR i.idp_browser_hash IS NOT DISTINCT FROM ${p.idpBrowserHash}::bytea
       OR EXISTS (SELECT FROM bound)) AS ours,
     s.id AS "sessionId", u.id AS "userId", u.username, u.email, u.claims, s.auth_time AS "authTime",
     s.last_seen_at AS "lastSeenAt", s.amr, s.acr, n.scopes AS "consentScopes", n.granted_at AS "consentGrantedAt",
     i.traceparent
   FROM interactions i
   JOIN clients c ON c.client_id = i.client_id
   LEFT JOIN (sessions s JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL)
     ON s.secret_hash = ${p.sessionSecretHash} AND s.expires_at > ${p.now}
   LEFT JOIN consents n ON n.user_id = u.id AND n.client_id = i.client_id
   WHERE i.id_hash = ${p.idHash} AND i.expires_at > ${p.now}`,
);

/**
 * Reads an interaction with this browser's session and consent, and on the first visit binds it to this browser; to none
 * where the browser brought nothing to bind to (null).
 * @returns null when it does not exist or has expired
 */
export async function visitInteraction(sql: Sql, browser: VisitingBrowser): Promise<VisitedInteraction | null> {
  const [row] = (await sql.query(visitInteractionStatement, browser)).rows;
  if (!row) return null;
  const { sessionId, userId, username, email, claims, authTime, lastSeenAt, amr, acr, consentScopes, ...rest } = row;
  const { consentGrantedAt, ...interaction } = rest;
  return {
    ...interaction,
    session: sessionId ? { id: sessionId, userId, username, email, claims, authTime, lastSeenAt, amr, acr } : null,
    consent: consentScopes ? { scopes: consentScopes, grantedAt: consentGrantedAt } : null,
  };
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

export interface RedeemedInteraction {
  readonly clientId: string;
  readonly request: ValidatedAuthorizationRequest;
  readonly outcome: InteractionOutcome;
  readonly traceparent: string | null;
}

interface InteractionRedemption {
  readonly handleHash: Buffer;
  readonly authzBrowserHashes: readonly Buffer[];
  readonly now: Date;
  readonly authorizationGrantId: string;
  readonly codeHash: Buffer;
  readonly codeExpiresAt: Date;
  readonly audit: Audit;
}

// A success counts only as long as the session that it came from: whoever was signed out, disabled or given another password
// meanwhile must not get a new authorization grant out of it. The lock makes what ends the session wait, and then see the grant.
// The payload keeps of the request what the token endpoint will compare (RFC 6749 §4.1.3, RFC 7636 §4.6).
const redeemInteractionStatement = statement<InteractionRedemption, RedeemedInteraction>(
  'redeem_interaction',
  (p) => `
   WITH alive AS (
     SELECT s.id FROM interactions i
     JOIN sessions s ON s.id = (i.outcome ->> 'sessionId')::uuid AND s.user_id = (i.outcome ->> 'userId')::uuid
       AND s.expires_at > ${p.now}
     WHERE i.handle_hash = ${p.handleHash}
     FOR KEY SHARE OF s
   ), redeemed AS (
     UPDATE interactions SET redeemed_at = ${p.now}
     WHERE handle_hash = ${p.handleHash} AND redeemed_at IS NULL AND expires_at > ${p.now} AND (outcome ? 'error'
       OR (authz_browser_hash = ANY (${p.authzBrowserHashes}::bytea[]) AND EXISTS (SELECT FROM alive)))
     RETURNING client_id, request, outcome, traceparent
   ), granted AS (
     INSERT INTO authorization_grants
       (id, client_id, user_id, session_id, scopes, resources, auth_time, amr, acr, created_at, expires_at)
     SELECT ${p.authorizationGrantId}, client_id, (outcome ->> 'userId')::uuid, (outcome ->> 'sessionId')::uuid,
       ARRAY(SELECT jsonb_array_elements_text(outcome -> 'scopes')), ARRAY(SELECT jsonb_array_elements_text(request -> 'resources')),
       to_timestamp((outcome ->> 'authTime')::double precision / 1000), ARRAY(SELECT jsonb_array_elements_text(outcome -> 'amr')),
       outcome ->> 'acr', ${p.now}, ${p.codeExpiresAt}
     FROM redeemed WHERE NOT outcome ? 'error'
     RETURNING id, client_id, user_id, session_id
   ), code AS (
     INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     SELECT ${p.codeHash}, 'authorization_code', g.client_id, g.user_id, g.id,
       jsonb_strip_nulls(jsonb_build_object('redirectUri', r.request -> 'redirectUri',
         'redirectUriNamed', r.request -> 'redirectUriNamed', 'nonce', r.request -> 'nonce',
         'codeChallenge', r.request -> 'codeChallenge', 'traceparent', r.traceparent)), ${p.now}, ${p.codeExpiresAt}
     FROM granted g CROSS JOIN redeemed r
   ), audited AS (
     ${auditRow({ audit: p.audit, now: p.now, from: 'granted', userId: 'user_id', clientId: 'client_id', sessionId: 'session_id', grantId: 'id' })}
   )
   SELECT client_id AS "clientId", request, outcome, traceparent FROM redeemed`,
);

/**
 * authz redeems the handle, once: the third verb. A success needs the browser that asked (one of the cookies it brought) and
 * its session still alive, an error the handle only. The authorization grant, its code and the audit row are made in the same
 * statement.
 * @returns null when the handle is unknown, expired, redeemed, not this browser's, or its session has ended; nothing is
 *   burnt then
 */
export async function redeemInteraction(
  sql: Sql,
  redemption: InteractionRedemption,
): Promise<RedeemedInteraction | null> {
  return (await sql.query(redeemInteractionStatement, redemption)).rows[0] ?? null;
}

/** Why a handle could not be redeemed. */
export interface UnredeemedInteraction extends RedeemedInteraction {
  readonly redeemedAt: Date | null;
  readonly expiresAt: Date;
  /** The browser that asked is the one that is here. */
  readonly ours: boolean;
  /** The code made at the redemption is still unused. */
  readonly codeUnused: boolean;
}

interface HandleLookup {
  readonly handleHash: Buffer;
  readonly authzBrowserHashes: readonly Buffer[];
  readonly codeHash: Buffer;
  readonly now: Date;
}

const findInteractionByHandleStatement = statement<HandleLookup, UnredeemedInteraction>(
  'find_interaction_by_handle',
  (p) => `
   SELECT i.client_id AS "clientId", i.request, i.outcome, i.traceparent, i.redeemed_at AS "redeemedAt", i.expires_at AS "expiresAt",
     i.authz_browser_hash = ANY (${p.authzBrowserHashes}::bytea[]) AS ours,
     EXISTS (SELECT FROM tokens t WHERE t.value_hash = ${p.codeHash} AND t.consumed_at IS NULL AND t.expires_at > ${p.now})
       AS "codeUnused"
   FROM interactions i WHERE i.handle_hash = ${p.handleHash} AND i.outcome IS NOT NULL`,
);

/** Looks at a handle that {@link redeemInteraction} did not take. */
export async function findInteractionByHandle(sql: Sql, lookup: HandleLookup): Promise<UnredeemedInteraction | null> {
  return (await sql.query(findInteractionByHandleStatement, lookup)).rows[0] ?? null;
}
