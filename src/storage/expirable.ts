import { type Sql, statement } from './connection/sql.js';

/** Every table with an `expires_at`: what the sweeper sweeps. test/architecture.test.ts holds that none is missing. */
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
] as const;

export type ExpirableTable = (typeof expirableTables)[number];

const sweep = (table: ExpirableTable) =>
  statement(
    `sweep_${table}`,
    `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`,
  );

/** Deletes at most `limit` expired rows. @returns how many */
export async function sweepTable(sql: Sql, table: ExpirableTable, now: Date, limit: number): Promise<number> {
  return (await sql.query(sweep(table), [now, limit])).rowCount;
}
