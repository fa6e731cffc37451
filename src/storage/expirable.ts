import type { Sql } from './connection/sql.js';
import { type Placeholders, type Statement, statement } from './connection/statement.js';

/** Every table with an `expires_at`: what the sweeper sweeps. test/architecture/names.test.ts holds that none is missing. */
export const expirableTables = [
  'tokens',
  'sessions',
  'interactions',
  'authorization_grants',
  'revoked_access_tokens',
  'used_assertions',
  'sign_in_failures',
  'signing_keys',
  'encryption_keys',
  'audit_events',
  'outgoing_mails',
  'mail_allowances',
  'mailed_links',
  'invitations',
  'email_codes',
  'federation_requests',
  'device_authorizations',
  'trusted_browsers',
  'clients',
  'registration_tokens',
] as const;

/** What strangers can fill within minutes: swept each minute, beside all others. */
export const shortLivedTables = [
  'interactions',
  'used_assertions',
  'sign_in_failures',
  'email_codes',
  'federation_requests',
  'device_authorizations',
] as const satisfies readonly ExpirableTable[];

export type ExpirableTable = (typeof expirableTables)[number];

interface Sweep {
  readonly now: Date;
  readonly limit: number;
}

/** SQL: deletes rows that have expired, but those that somebody holds. @param only a further condition on them, as `e` */
const expiredRows = (table: ExpirableTable, { now, limit }: Placeholders<Sweep>, only = ''): string =>
  `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM ${table} e WHERE expires_at < ${now} ${only} LIMIT ${limit} FOR UPDATE SKIP LOCKED))`;

const sweepStatement = (table: ExpirableTable) => statement<Sweep>(`sweep_${table}`, (p) => expiredRows(table, p));

// What was granted in a session ends with it, but for offline access (OIDC Back-Channel Logout §2.7). Of the clients a trigger tells.
const sweepSessionsStatement = statement<Sweep>(
  'sweep_sessions',
  (p) => `
   WITH ended AS (
     ${expiredRows('sessions', p)} RETURNING id
   ), locked AS (
     SELECT id FROM authorization_grants
     WHERE session_id IN (SELECT id FROM ended) AND revoked_at IS NULL AND NOT 'offline_access' = ANY (scopes)
     ORDER BY id FOR NO KEY UPDATE
   ), revoked AS (
     UPDATE authorization_grants SET revoked_at = ${p.now} WHERE id IN (SELECT id FROM locked)
   )
   SELECT FROM ended`,
);

// A client that registered itself has been used once somebody granted it something; what is left of that may go, and the client stays.
// Clients before grants, as whoever deletes or disables a client takes them.
const sweepGrantsStatement = statement<Sweep>(
  'sweep_authorization_grants',
  (p) => `
   WITH expired AS MATERIALIZED (
     SELECT id, client_id FROM authorization_grants WHERE expires_at < ${p.now} LIMIT ${p.limit}
   ), used AS (
     UPDATE clients SET expires_at = NULL
     WHERE expires_at IS NOT NULL AND client_id IN (SELECT client_id FROM expired)
     RETURNING client_id
   )
   DELETE FROM authorization_grants WHERE ctid = ANY (ARRAY(
     SELECT ctid FROM authorization_grants
     WHERE id IN (SELECT id FROM expired) AND expires_at < ${p.now} AND (SELECT count(*) FROM used) >= 0
     FOR UPDATE SKIP LOCKED))`,
);

const sweepClientsStatement = statement<Sweep>(
  'sweep_clients',
  (p) => `
   WITH unused AS (
     ${expiredRows('clients', p, 'AND NOT EXISTS (SELECT FROM authorization_grants g WHERE g.client_id = e.client_id)')} RETURNING client_id
   ), forgotten AS (
     DELETE FROM consents n USING unused WHERE n.client_id = unused.client_id
   )
   SELECT FROM unused`,
);

const ownSweeps: Partial<Record<ExpirableTable, Statement<Sweep, never>>> = {
  sessions: sweepSessionsStatement,
  authorization_grants: sweepGrantsStatement,
  clients: sweepClientsStatement,
};

const sweepStatements = Object.fromEntries(
  expirableTables.map((table) => [table, ownSweeps[table] ?? sweepStatement(table)]),
) as Readonly<Record<ExpirableTable, Statement<Sweep, never>>>;

/** Deletes at most `limit` expired rows. @returns how many */
export async function sweepTable(sql: Sql, table: ExpirableTable, now: Date, limit: number): Promise<number> {
  return (await sql.query(sweepStatements[table], { now, limit })).rowCount;
}
