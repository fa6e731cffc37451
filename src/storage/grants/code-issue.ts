import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import { type Audit, auditRow } from '../audit/audit-events.js';
import { columnsIn } from '../connection/coalesced-statement.js';
import { type Columns, jsonObject } from '../connection/columns.js';
import { jsonKey } from '../connection/statement.js';
import type { UserClaims } from '../people/users.js';
import type { SignedInOutcome } from '../schema/interactions.js';
import { rememberedClients } from '../sessions/session-clients.js';
import type { CodePayload, FoundCode } from '../tokens/authorization-code.js';
import type { GrantFacts } from './authorization-grants.js';

/** An authorization request that is answered with a code, and all that is stored of the answer. */
export interface AnsweredRequest extends GrantFacts {
  readonly clientId: string;
  readonly payload: CodePayload;
  readonly codeHash: Buffer;
  readonly codeExpiresAt: Date;
  readonly now: Date;
  readonly audit: Audit;
}

const requestKey = jsonKey<ValidatedAuthorizationRequest>;
const outcomeKey = jsonKey<SignedInOutcome>;

const textArray = (column: string, key: string) => `ARRAY(SELECT jsonb_array_elements_text(${column} -> ${key}))`;

/** Columns of the CTE `answered` where request and outcome are two jsonb columns that have these names. */
export const grantOfOutcome: Columns<Omit<GrantFacts, 'authorizationGrantId'>> = {
  userId: `(outcome ->> ${outcomeKey('userId')})::uuid`,
  sessionId: `(outcome ->> ${outcomeKey('sessionId')})::uuid`,
  scopes: textArray('outcome', outcomeKey('scopes')),
  resources: textArray('request', requestKey('resources')),
  authTime: `to_timestamp((outcome ->> ${outcomeKey('authTime')})::double precision / 1000)`,
  amr: textArray('outcome', outcomeKey('amr')),
  acr: `outcome ->> ${outcomeKey('acr')}`,
  requestedClaims: `outcome -> ${outcomeKey('requestedClaims')}`,
};

/** … and there what the token endpoint will compare (RFC 6749 §4.1.3, RFC 7636 §4.6); `traceparent` is a third column. */
export const payloadOfRequest = `jsonb_strip_nulls(${jsonObject<CodePayload>({
  redirectUri: `request -> ${requestKey('redirectUri')}`,
  redirectUriNamed: `request -> ${requestKey('redirectUriNamed')}`,
  nonce: `request -> ${requestKey('nonce')}`,
  codeChallenge: `request -> ${requestKey('codeChallenge')}`,
  traceparent: 'traceparent',
})})`;

/** The same, of a request that no row has. */
export const codePayload = (
  { redirectUri, redirectUriNamed, nonce, codeChallenge }: ValidatedAuthorizationRequest,
  traceparent: string | null,
): CodePayload => ({
  redirectUri,
  redirectUriNamed,
  ...(nonce === undefined ? {} : { nonce }),
  ...(codeChallenge === undefined ? {} : { codeChallenge }),
  ...(traceparent === null ? {} : { traceparent }),
});

/** A code that has just been stored, as it would be found. */
export const codeOf = (
  { codeExpiresAt, ...answer }: Omit<AnsweredRequest, 'audit' | 'codeHash' | 'now'>,
  user: UserClaims,
): FoundCode => ({ ...answer, expiresAt: codeExpiresAt, consumedAt: null, alive: true, ...user });

/** The CTE `answered`: a row for each request, with these columns. */
const answered = columnsIn<AnsweredRequest>('answered');

/** A CTE that stores the authorization grant for each row of the CTE `answered`. */
export const grantedAnswer = `
   granted AS (
     INSERT INTO authorization_grants
       (id, client_id, user_id, session_id, scopes, resources, auth_time, amr, acr, requested_claims, created_at, expires_at)
     SELECT ${answered.authorizationGrantId}, ${answered.clientId}, ${answered.userId}, ${answered.sessionId}, ${answered.scopes},
       ${answered.resources}, ${answered.authTime}, ${answered.amr}, ${answered.acr}, ${answered.requestedClaims}, ${answered.now},
       ${answered.codeExpiresAt}
     FROM answered
   )`;

/** A CTE that remembers for each row of the CTE `answered` that its session has to do with the client. */
export const rememberedAnswer = rememberedClients({
  from: 'answered',
  sessionId: answered.sessionId,
  clientId: answered.clientId,
  where: `'openid' = ANY (${answered.scopes})`,
});

/** CTEs that store the authorization grant, its code and the audit row for each row of the CTE `answered`. */
export const issuedCode = `
   ${grantedAnswer}, code AS (
     INSERT INTO tokens (value_hash, kind, client_id, user_id, authorization_grant_id, payload, issued_at, expires_at)
     SELECT ${answered.codeHash}, 'authorization_code', ${answered.clientId}, ${answered.userId}, ${answered.authorizationGrantId},
       ${answered.payload}, ${answered.now}, ${answered.codeExpiresAt}
     FROM answered
   ), audited AS (
     ${auditRow({ audit: answered.audit, now: answered.now, from: 'answered', userId: answered.userId, clientId: answered.clientId, sessionId: answered.sessionId, grantId: answered.authorizationGrantId })}
   )`;
