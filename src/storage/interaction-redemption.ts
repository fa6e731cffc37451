import type { ValidatedAuthorizationRequest } from '../protocol/authorization/authorization-request.js';
import { type Audit, auditRow } from './audit-events.js';
import { type Columns, jsonObject } from './connection/columns.js';
import type { Sql } from './connection/sql.js';
import { jsonKey, statement } from './connection/statement.js';
import type { InteractionOutcome } from './interactions.js';
import type { CodePayload } from './tokens/authorization-code.js';

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

const requestKey = jsonKey<ValidatedAuthorizationRequest>;
const outcomeKey = jsonKey<InteractionOutcome>;

/** What a code's payload is made of, of a row `r`: what the token endpoint will compare (RFC 6749 §4.1.3, RFC 7636 §4.6). */
const codePayload: Columns<CodePayload> = {
  redirectUri: `r.request -> ${requestKey('redirectUri')}`,
  redirectUriNamed: `r.request -> ${requestKey('redirectUriNamed')}`,
  nonce: `r.request -> ${requestKey('nonce')}`,
  codeChallenge: `r.request -> ${requestKey('codeChallenge')}`,
  traceparent: 'r.traceparent',
};

const textArray = (column: string, key: string) => `ARRAY(SELECT jsonb_array_elements_text(${column} -> ${key}))`;

// A success counts only as long as the session that it came from: whoever was signed out, disabled or given another password
// meanwhile must not get a new authorization grant out of it. The lock makes what ends the session wait, and then see the grant.
const redeemInteractionStatement = statement<InteractionRedemption, RedeemedInteraction>(
  'redeem_interaction',
  (p) => `
   WITH alive AS (
     SELECT s.id FROM interactions i
     JOIN sessions s ON s.id = (i.outcome ->> ${outcomeKey('sessionId')})::uuid
       AND s.user_id = (i.outcome ->> ${outcomeKey('userId')})::uuid AND s.expires_at > ${p.now}
     WHERE i.handle_hash = ${p.handleHash}
     FOR KEY SHARE OF s
   ), redeemed AS (
     UPDATE interactions SET redeemed_at = ${p.now}
     WHERE handle_hash = ${p.handleHash} AND purpose = 'authorize' AND redeemed_at IS NULL AND expires_at > ${p.now}
       AND (outcome ? ${outcomeKey('error')}
       OR (authz_browser_hash = ANY (${p.authzBrowserHashes}::bytea[]) AND EXISTS (SELECT FROM alive)))
     RETURNING client_id, request, outcome, traceparent
   ), granted AS (
     INSERT INTO authorization_grants
       (id, client_id, user_id, session_id, scopes, resources, auth_time, amr, acr, requested_claims, created_at, expires_at)
     SELECT ${p.authorizationGrantId}, client_id, (outcome ->> ${outcomeKey('userId')})::uuid,
       (outcome ->> ${outcomeKey('sessionId')})::uuid, ${textArray('outcome', outcomeKey('scopes'))},
       ${textArray('request', requestKey('resources'))},
       to_timestamp((outcome ->> ${outcomeKey('authTime')})::double precision / 1000), ${textArray('outcome', outcomeKey('amr'))},
       outcome ->> ${outcomeKey('acr')}, outcome -> ${outcomeKey('requestedClaims')}, ${p.now}, ${p.codeExpiresAt}
     FROM redeemed WHERE NOT outcome ? ${outcomeKey('error')}
     RETURNING id, client_id, user_id, session_id
   ), code AS (
     INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     SELECT ${p.codeHash}, 'authorization_code', g.client_id, g.user_id, g.id,
       jsonb_strip_nulls(${jsonObject(codePayload)}), ${p.now}, ${p.codeExpiresAt}
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
   FROM interactions i WHERE i.handle_hash = ${p.handleHash} AND i.purpose = 'authorize' AND i.outcome IS NOT NULL`,
);

/** Looks at a handle that {@link redeemInteraction} did not take. */
export async function findInteractionByHandle(sql: Sql, lookup: HandleLookup): Promise<UnredeemedInteraction | null> {
  return (await sql.query(findInteractionByHandleStatement, lookup)).rows[0] ?? null;
}
