import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import { type Audit, auditRow } from '../audit/audit-events.js';
import { columnsIn } from '../connection/coalesced-statement.js';
import { type Columns, jsonObject } from '../connection/columns.js';
import { jsonKey } from '../connection/statement.js';
import type { UserClaims } from '../people/users.js';
import type { SignedInOutcome } from '../schema/interactions.js';
import { rememberedClients } from '../sessions/session-clients.js';
import type { CodePayload, FoundCode } from '../tokens/authorization-code.js';

/** An authorization request that is answered with a code, and all that is stored of the answer. */
export interface AnsweredRequest {
  readonly clientId: string;
  readonly request: ValidatedAuthorizationRequest;
  readonly outcome: SignedInOutcome;
  /** Of the authorization request. */
  readonly traceparent: string | null;
  readonly authorizationGrantId: string;
  readonly codeHash: Buffer;
  readonly codeExpiresAt: Date;
  readonly now: Date;
  readonly audit: Audit;
}

const requestKey = jsonKey<ValidatedAuthorizationRequest>;
const outcomeKey = jsonKey<SignedInOutcome>;

/** The CTE `answered`: a row for each request, with these columns. */
const answered = columnsIn<AnsweredRequest>('answered');

/** SQL: the session in which a row of `answered` is answered. */
export const answeringSession = `(${answered.outcome} ->> ${outcomeKey('sessionId')})::uuid`;

const userId = `(${answered.outcome} ->> ${outcomeKey('userId')})::uuid`;

const textArray = (column: string, key: string) => `ARRAY(SELECT jsonb_array_elements_text(${column} -> ${key}))`;

/** What a code's payload is made of: what the token endpoint will compare (RFC 6749 §4.1.3, RFC 7636 §4.6). */
const codePayload: Columns<CodePayload> = {
  redirectUri: `${answered.request} -> ${requestKey('redirectUri')}`,
  redirectUriNamed: `${answered.request} -> ${requestKey('redirectUriNamed')}`,
  nonce: `${answered.request} -> ${requestKey('nonce')}`,
  codeChallenge: `${answered.request} -> ${requestKey('codeChallenge')}`,
  traceparent: answered.traceparent,
};

/** A code that has just been stored, as it would be found. */
export const codeOf = (
  { clientId, request, outcome, traceparent, authorizationGrantId, codeExpiresAt }: Omit<AnsweredRequest, 'audit'>,
  user: UserClaims,
): FoundCode => ({
  clientId,
  payload: {
    redirectUri: request.redirectUri,
    redirectUriNamed: request.redirectUriNamed,
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
    ...(request.codeChallenge === undefined ? {} : { codeChallenge: request.codeChallenge }),
    ...(traceparent === null ? {} : { traceparent }),
  },
  expiresAt: codeExpiresAt,
  consumedAt: null,
  alive: true,
  authorizationGrantId,
  userId: outcome.userId,
  sessionId: outcome.sessionId,
  scopes: outcome.scopes,
  resources: request.resources,
  authTime: new Date(outcome.authTime),
  amr: outcome.amr,
  acr: outcome.acr,
  requestedClaims: outcome.requestedClaims ?? null,
  ...user,
});

/** CTEs that store the authorization grant for each row of the CTE `answered`, and that its session has to do with the client. */
export const grantedAnswer = `
   granted AS (
     INSERT INTO authorization_grants
       (id, client_id, user_id, session_id, scopes, resources, auth_time, amr, acr, requested_claims, created_at, expires_at)
     SELECT ${answered.authorizationGrantId}, ${answered.clientId}, ${userId}, ${answeringSession},
       ${textArray(answered.outcome, outcomeKey('scopes'))}, ${textArray(answered.request, requestKey('resources'))},
       to_timestamp((${answered.outcome} ->> ${outcomeKey('authTime')})::double precision / 1000),
       ${textArray(answered.outcome, outcomeKey('amr'))}, ${answered.outcome} ->> ${outcomeKey('acr')},
       ${answered.outcome} -> ${outcomeKey('requestedClaims')}, ${answered.now}, ${answered.codeExpiresAt}
     FROM answered
   ), ${rememberedClients({
     from: 'answered',
     sessionId: answeringSession,
     clientId: answered.clientId,
     where: `${answered.outcome} -> ${outcomeKey('scopes')} ? 'openid'`,
   })}`;

/** CTEs that store the authorization grant, its code and the audit row for each row of the CTE `answered`. */
export const issuedCode = `
   ${grantedAnswer}, code AS (
     INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     SELECT ${answered.codeHash}, 'authorization_code', ${answered.clientId}, ${userId}, ${answered.authorizationGrantId},
       jsonb_strip_nulls(${jsonObject(codePayload)}), ${answered.now}, ${answered.codeExpiresAt}
     FROM answered
   ), audited AS (
     ${auditRow({ audit: answered.audit, now: answered.now, from: 'answered', userId, clientId: answered.clientId, sessionId: answeringSession, grantId: answered.authorizationGrantId })}
   )`;
