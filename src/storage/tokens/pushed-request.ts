import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import { keyIs } from '../connection/coalesced-statement.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';

interface PushedRequest {
  /** Of the whole request_uri. */
  readonly valueHash: Buffer;
  readonly clientId: string;
  readonly request: ValidatedAuthorizationRequest;
  readonly now: Date;
  readonly expiresAt: Date;
}

const insertPushedRequestStatement = statement<PushedRequest>(
  'insert_pushed_request',
  (p) => `
   INSERT INTO tokens (value_hash, kind, client_id, payload, issued_at, expires_at)
   VALUES (${p.valueHash}, 'pushed_request', ${p.clientId}, ${p.request}, ${p.now}, ${p.expiresAt})`,
);

/** Keeps a request that was pushed until a browser brings its request_uri (RFC 9126 §2.2). */
export async function insertPushedRequest(sql: Sql, pushed: PushedRequest): Promise<void> {
  await sql.query(insertPushedRequestStatement, pushed);
}

type PushedRequestLookup = Pick<PushedRequest, 'valueHash' | 'clientId' | 'now'>;

const findPushedRequestStatement = statement<PushedRequestLookup, Pick<PushedRequest, 'request'>>(
  'find_pushed_request',
  (p) => `
   SELECT payload AS request FROM tokens
   WHERE value_hash = ${p.valueHash} AND kind = 'pushed_request' AND client_id = ${p.clientId} AND consumed_at IS NULL
     AND expires_at > ${p.now}`,
);

/**
 * This client's own pushed request, with the mark by which its answer uses it up. Looking does not: whoever loads the page again
 * before it is answered gets there again (RFC 9126 §4).
 */
export async function findPushedRequest(
  sql: Sql,
  lookup: PushedRequestLookup,
): Promise<ValidatedAuthorizationRequest | null> {
  const [found] = (await sql.query(findPushedRequestStatement, lookup)).rows;
  return found ? { ...found.request, pushedAs: lookup.valueHash.toString('hex') } : null;
}

/** SQL: as what a request, a jsonb column, was pushed. */
const pushedAs = (request: string): string => `(${request} ->> ${jsonKey<ValidatedAuthorizationRequest>('pushedAs')})`;

/** SQL: whether a request, a jsonb column, was pushed. */
export const wasPushed = (request: string): string => `${pushedAs(request)} IS NOT NULL`;

/** SQL: whether a row of `tokens t` is what a request, a jsonb column, was pushed as. */
export const isPushedAs = (request: string): string =>
  `${keyIs('t.value_hash', `decode(${pushedAs(request)}, 'hex')`)} AND t.kind = 'pushed_request'`;
