import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type Sql, statement } from './connection/sql.js';

/** Failed sign-ins under one key: a keyed hash of (account, address), (account, browser) or the account alone. */
@Entity('sign_in_failures')
export class SignInFailure {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'sign_in_failures_pkey' })
  key!: Buffer;
  @Column('integer')
  failures!: number;
  @Column('timestamptz', { name: 'blocked_until' })
  blockedUntil!: Date;
  @Index('sign_in_failures_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

/** A key to count under, and how long the n-th failure in a row (index n − 1; the last for all beyond) delays the next attempt. */
export interface SignInCounter {
  readonly key: Buffer;
  /** Milliseconds. */
  readonly delays: readonly number[];
}

export type SignInReservation = { readonly allowed: true } | { readonly allowed: false; readonly until: Date };

const count = (key: string, delays: string, condition: string) => `
  INSERT INTO sign_in_failures AS f (key, failures, blocked_until, expires_at)
  SELECT ${key}::bytea, 1, $1::timestamptz + (${delays}::double precision[])[1] * interval '1 millisecond', $2::timestamptz WHERE ${condition}
  ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN f.expires_at <= $1 THEN 1 ELSE f.failures + 1 END,
    blocked_until = $1::timestamptz + interval '1 millisecond' * (${delays}::double precision[])[
      CASE WHEN f.expires_at <= $1 THEN 1 ELSE LEAST(f.failures + 1, cardinality(${delays}::double precision[])) END],
    expires_at = $2
  WHERE f.blocked_until <= $1 OR f.expires_at <= $1
  RETURNING key`;

const reserve = statement(
  'reserve_sign_in_attempt',
  `WITH narrow AS (${count('$3', '$4', 'true')}),
   wide AS (${count('$5', '$6', '$5::bytea IS NOT NULL AND EXISTS (SELECT FROM narrow)')})
   SELECT EXISTS (SELECT FROM narrow) AND ($5::bytea IS NULL OR EXISTS (SELECT FROM wide)) AS allowed,
     (SELECT max(blocked_until) FROM sign_in_failures WHERE key IN ($3, $5)) AS until`,
);

/**
 * Counts an attempt as failed before its password is looked at, so that parallel guesses can't slip past; success
 * forgives it (`beginSession`). The wide counter is asked only where the narrow one lets pass.
 */
export async function reserveSignInAttempt(
  sql: Sql,
  attempt: { narrow: SignInCounter; wide: SignInCounter | null; now: Date; expiresAt: Date },
): Promise<SignInReservation> {
  const { narrow, wide, now, expiresAt } = attempt;
  const values = [now, expiresAt, narrow.key, narrow.delays, wide?.key ?? null, wide?.delays ?? [0]];
  const row = (await sql.query<{ allowed: boolean; until: Date | null }>(reserve, values)).rows[0];
  if (row?.allowed) return { allowed: true };
  // A row that another attempt made at this moment is not in our snapshot yet: a second is what it costs at least.
  const soonest = new Date(now.getTime() + 1000);
  return { allowed: false, until: row?.until && row.until > soonest ? row.until : soonest };
}
