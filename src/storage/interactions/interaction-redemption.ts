import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import type { Audit } from '../audit/audit-events.js';
import { keyIs } from '../connection/coalesced-statement.js';
import { selected } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';
import { grantOfOutcome, issuedCode, payloadOfRequest, rememberedAnswer } from '../grants/code-issue.js';
import type { InteractionOutcome, SignedInOutcome } from '../schema/interactions.js';
import { isPushedAs, wasPushed } from '../tokens/pushed-request.js';

/** An interaction whose answer the client may have. */
export interface CollectedInteraction {
  readonly clientId: string;
  readonly request: ValidatedAuthorizationRequest;
  readonly outcome: InteractionOutcome;
  readonly traceparent: string | null;
  /** Of the secret by which idp knows the session; null where it has none or it has ended. */
  readonly sessionSecretHash: Buffer | null;
}

export interface RedeemedInteraction extends CollectedInteraction {
  /** authz knows the session by the new secret from now on. */
  readonly isNewlyKnown: boolean;
}

interface InteractionRedemption {
  readonly handleHash: Buffer;
  readonly authzBrowserHashes: readonly Buffer[];
  readonly now: Date;
  readonly authorizationGrantId: string;
  readonly codeHash: Buffer;
  readonly codeExpiresAt: Date;
  /** Of the cookie by which the browser brought a session that authz knows, if any. */
  readonly currentSecretHash: Buffer | null;
  /** Of the one that it gets where authz does not know the session by the current one. */
  readonly newSecretHash: Buffer;
  readonly audit: Audit;
}

const outcomeKey = jsonKey<InteractionOutcome>;
const signedInKey = jsonKey<SignedInOutcome>;

// A request that was pushed is used up by its answer, and answered once, however many interactions it began (RFC 9126 §7.3).
// A success counts only as long as the session that it came from: whoever was signed out, disabled or given another password
// meanwhile must not get a new authorization grant out of it. The lock makes what ends the session wait, and then see the grant.
const redeemInteractionStatement = statement<InteractionRedemption, RedeemedInteraction>(
  'redeem_interaction',
  (p) => `
   WITH alive AS (
     SELECT s.id, s.secret_hash FROM interactions i
     JOIN sessions s ON s.id = (i.outcome ->> ${outcomeKey('sessionId')})::uuid
       AND s.user_id = (i.outcome ->> ${outcomeKey('userId')})::uuid AND s.expires_at > ${p.now}
     WHERE i.handle_hash = ${p.handleHash}
     FOR KEY SHARE OF s
   ), redeemable AS (
     SELECT id_hash, request FROM interactions
     WHERE handle_hash = ${p.handleHash} AND purpose = 'authorize' AND redeemed_at IS NULL AND expires_at > ${p.now}
       AND (outcome ? ${outcomeKey('error')}
       OR (authz_browser_hash = ANY (${p.authzBrowserHashes}::bytea[]) AND EXISTS (SELECT FROM alive)))
     FOR UPDATE
   ), used AS (
     UPDATE tokens t SET consumed_at = ${p.now} FROM redeemable
     WHERE ${isPushedAs('redeemable.request')} AND t.consumed_at IS NULL
     RETURNING t.value_hash
   ), redeemed AS (
     UPDATE interactions i SET redeemed_at = ${p.now} FROM redeemable
     WHERE ${keyIs('i.id_hash', 'redeemable.id_hash')} AND (NOT ${wasPushed('redeemable.request')} OR EXISTS (SELECT FROM used))
     RETURNING i.client_id, i.request, i.outcome, i.traceparent
   ), answered AS (
     SELECT client_id AS "clientId", ${selected(grantOfOutcome)}, ${payloadOfRequest} AS payload,
       outcome ? ${signedInKey('isKept')} AS is_kept, ${p.authorizationGrantId}::uuid AS "authorizationGrantId", ${p.codeHash}::bytea AS "codeHash", ${p.codeExpiresAt}::timestamptz AS "codeExpiresAt", ${p.now}::timestamptz AS now,
       ${p.audit}::jsonb AS audit
     FROM redeemed WHERE NOT outcome ? ${outcomeKey('error')}
   ), ${issuedCode}, ${rememberedAnswer}, known AS (
     UPDATE sessions s SET authz_secret_hash = ${p.newSecretHash}
     FROM answered
     WHERE s.id = "sessionId" AND NOT is_kept AND (s.authz_secret_hash = ${p.currentSecretHash}::bytea) IS NOT TRUE
     RETURNING s.id
   )
   SELECT client_id AS "clientId", request, outcome, traceparent, EXISTS (SELECT FROM known) AS "isNewlyKnown",
     (SELECT secret_hash FROM alive) AS "sessionSecretHash"
   FROM redeemed`,
);

/**
 * authz redeems the handle, once: the third verb. A success needs the browser that asked (one of the cookies it brought) and
 * its session still alive, an error the handle only. The authorization grant, its code and the audit row are made in the same
 * statement, and from then on authz knows the session by a secret of its own.
 * @returns null when the handle is unknown, expired, redeemed, not this browser's, its session has ended, or its request was
 *   pushed and has been answered; nothing is burnt then
 */
export async function redeemInteraction(
  sql: Sql,
  redemption: InteractionRedemption,
): Promise<RedeemedInteraction | null> {
  return (await sql.query(redeemInteractionStatement, redemption)).rows[0] ?? null;
}

/** Why a handle could not be redeemed. */
export interface UnredeemedInteraction extends CollectedInteraction {
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
       AS "codeUnused",
     (SELECT s.secret_hash FROM sessions s WHERE s.id = (i.outcome ->> ${outcomeKey('sessionId')})::uuid) AS "sessionSecretHash"
   FROM interactions i WHERE i.handle_hash = ${p.handleHash} AND i.purpose = 'authorize' AND i.outcome IS NOT NULL`,
);

/** Looks at a handle that {@link redeemInteraction} did not take. */
export async function findInteractionByHandle(sql: Sql, lookup: HandleLookup): Promise<UnredeemedInteraction | null> {
  return (await sql.query(findInteractionByHandleStatement, lookup)).rows[0] ?? null;
}
