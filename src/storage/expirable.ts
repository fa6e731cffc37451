import type { Sql } from './connection/sql.js';
import { type Statement, statement } from './connection/statement.js';

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
  'audit_events',
  'outgoing_mails',
  'mail_allowances',
  'mailed_links',
  'federation_requests',
  'device_authorizations',
] as const;

/** What strangers can fill within minutes: swept each minute, beside all others. */
export const shortLivedTables = [
  'interactions',
  'used_assertions',
  'sign_in_failures',
  'federation_requests',
  'device_authorizations',
] as const satisfies readonly ExpirableTable[];

export type ExpirableTable = (typeof expirableTables)[number];

interface Sweep {
  readonly now: Date;
  readonly limit: number;
}

const sweepStatement = (table: ExpirableTable) =>
  statement<Sweep>(
    `sweep_${table}`,
    (p) => `
     DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM ${table} WHERE expires_at < ${p.now} LIMIT ${p.limit} FOR UPDATE SKIP LOCKED))`,
  );

const sweepStatements = Object.fromEntries(expirableTables.map((table) => [table, sweepStatement(table)])) as Readonly<
  Record<ExpirableTable, Statement<Sweep, never>>
>;

/** Deletes at most `limit` expired rows. @returns how many */
export async function sweepTable(sql: Sql, table: ExpirableTable, now: Date, limit: number): Promise<number> {
  return (await sql.query(sweepStatements[table], { now, limit })).rowCount;
}
