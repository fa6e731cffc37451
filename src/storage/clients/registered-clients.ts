import { type Audit, auditRow } from '../audit/audit-events.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { Client } from '../schema/clients.js';

import { isUsable } from './registration-tokens.js';

type RegisteredState = Pick<Client, 'clientId' | 'metadata' | 'secretHash' | 'sealedSecret'>;

interface Recorded {
  readonly now: Date;
  readonly audit: Audit;
}

interface NewRegistration extends RegisteredState, Recorded {
  readonly registrationTokenHash: Buffer;
  readonly expiresAt: Date;
  /** Hash of the initial access token, of which this is one use; null where there is none. */
  readonly tokenHash: Buffer | null;
  /** Nothing is stored while so many wait for their first sign-in; callers at the same moment may exceed it by their number. */
  readonly mostUnused: number;
}

const registerClientStatement = statement<NewRegistration>(
  'register_client',
  (p) => `
   WITH room AS (
     SELECT WHERE (SELECT count(*) FROM (SELECT FROM clients WHERE expires_at IS NOT NULL LIMIT ${p.mostUnused}::bigint) unused) < ${p.mostUnused}::bigint
   ), admitted AS (
     UPDATE registration_tokens SET uses_left = uses_left - 1
     WHERE ${isUsable({ tokenHash: `${p.tokenHash}::bytea`, now: `${p.now}::timestamptz` })} AND EXISTS (SELECT FROM room)
     RETURNING id
   ), registered AS (
     INSERT INTO clients (client_id, metadata, secret_hash, sealed_secret, origin, registration_token_hash, created_at, updated_at, expires_at)
     SELECT ${p.clientId}::text, ${p.metadata}::jsonb, ${p.secretHash}::bytea, ${p.sealedSecret}::bytea, 'registration',
       ${p.registrationTokenHash}::bytea, ${p.now}::timestamptz, ${p.now}::timestamptz, ${p.expiresAt}::timestamptz
     FROM room WHERE ${p.tokenHash}::bytea IS NULL OR EXISTS (SELECT FROM admitted)
     RETURNING client_id
   )
   ${auditRow({ audit: p.audit, now: `${p.now}::timestamptz`, from: 'registered', clientId: 'client_id' })}`,
);

/** Stores a client that registered itself (RFC 7591 §3). @returns false when too many are unused, or the token has been used up meanwhile */
export async function registerClient(sql: Sql, registration: NewRegistration): Promise<boolean> {
  return (await sql.query(registerClientStatement, registration)).rowCount === 1;
}

interface Replacement extends RegisteredState, Recorded {
  /** What was read of it: another secret that was made meanwhile is not overwritten. */
  readonly previousSecretHash: Buffer | null;
}

const replaceRegistrationStatement = statement<Replacement>(
  'replace_registration',
  (p) => `
   WITH replaced AS (
     UPDATE clients SET metadata = ${p.metadata}::jsonb, secret_hash = ${p.secretHash}::bytea, sealed_secret = ${p.sealedSecret}::bytea,
       updated_at = ${p.now}::timestamptz
     WHERE client_id = ${p.clientId} AND origin = 'registration' AND disabled_at IS NULL
       AND secret_hash IS NOT DISTINCT FROM ${p.previousSecretHash}::bytea
     RETURNING client_id
   )
   ${auditRow({ audit: p.audit, now: `${p.now}::timestamptz`, from: 'replaced', clientId: 'client_id' })}`,
);

/** Replaces a registration (RFC 7592 §2.2). @returns false when the client was changed or deleted meanwhile */
export async function replaceRegistration(sql: Sql, replacement: Replacement): Promise<boolean> {
  return (await sql.query(replaceRegistrationStatement, replacement)).rowCount === 1;
}

// Grants before consents, and in order, as whatever else ends both.
const deleteRegistrationStatement = statement<Recorded & { readonly clientId: string }>(
  'delete_registration',
  (p) => `
   WITH locked AS (
     SELECT id FROM authorization_grants WHERE client_id = ${p.clientId} AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE
   ), revoked AS (
     UPDATE authorization_grants SET revoked_at = ${p.now}::timestamptz WHERE id IN (SELECT id FROM locked)
   ), forgotten AS (
     DELETE FROM consents WHERE client_id = ${p.clientId}
   ), deleted AS (
     DELETE FROM clients WHERE client_id = ${p.clientId} AND origin = 'registration' RETURNING client_id
   )
   ${auditRow({ audit: p.audit, now: `${p.now}::timestamptz`, from: 'deleted', clientId: 'client_id' })}`,
);

/** Deletes a client that registered itself, with its consents, and ends its authorization grants (RFC 7592 §2.3). @returns false when it is gone */
export async function deleteRegistration(
  sql: Sql,
  deletion: Recorded & { readonly clientId: string },
): Promise<boolean> {
  return (await sql.query(deleteRegistrationStatement, deletion)).rowCount === 1;
}
