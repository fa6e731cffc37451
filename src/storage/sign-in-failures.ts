import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Sql } from './connection/sql.js';
import { type Placeholders, statement } from './connection/statement.js';

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

interface Reservation {
  readonly now: Date;
  readonly expiresAt: Date;
  readonly narrowKey: Buffer;
  readonly narrowDelays: readonly number[];
  readonly wideKey: Buffer | null;
  readonly wideDelays: readonly number[];
}

interface Count extends Pick<Placeholders<Reservation>, 'now' | 'expiresAt'> {
  readonly key: `$${number}`;
  readonly delays: `$${number}`;
  /** SQL: counts only where it is true. */
  readonly condition: string;
}

const count = ({ now, expiresAt, key, delays, condition }: Count) => `
  INSERT INTO sign_in_failures AS f (key, failures, blocked_until, expires_at)
  SELECT ${key}::bytea, 1, ${now}::timestamptz + (${delays}::double precision[])[1] * interval '1 millisecond',
    ${expiresAt}::timestamptz
  WHERE ${condition}
  ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN f.expires_at <= ${now} THEN 1 ELSE f.failures + 1 END,
    blocked_until = ${now}::timestamptz + interval '1 millisecond' * (${delays}::double precision[])[
      CASE WHEN f.expires_at <= ${now} THEN 1 ELSE LEAST(f.failures + 1, cardinality(${delays}::double precision[])) END],
    expires_at = ${expiresAt}
  WHERE f.blocked_until <= ${now} OR f.expires_at <= ${now}
  RETURNING key`;

const narrowCount = ({ now, expiresAt, narrowKey, narrowDelays }: Placeholders<Reservation>) =>
  count({ now, expiresAt, key: narrowKey, delays: narrowDelays, condition: 'true' });

const wideCount = ({ now, expiresAt, wideKey, wideDelays }: Placeholders<Reservation>) => {
  const condition = `${wideKey}::bytea IS NOT NULL AND EXISTS (SELECT FROM narrow)`;
  return count({ now, expiresAt, key: wideKey, delays: wideDelays, condition });
};

const reserveSignInAttemptStatement = statement<Reservation, { allowed: boolean; until: Date | null }>(
  'reserve_sign_in_attempt',
  (p) => `
   WITH narrow AS (${narrowCount(p)}), wide AS (${wideCount(p)})
   SELECT EXISTS (SELECT FROM narrow) AND (${p.wideKey}::bytea IS NULL OR EXISTS (SELECT FROM wide)) AS allowed,
     (SELECT max(blocked_until) FROM sign_in_failures WHERE key IN (${p.narrowKey}, ${p.wideKey})) AS until`,
);

/**
 * Counts an attempt as failed before its password is looked at, so that parallel guesses cannot slip past; success
 * forgives it (`beginSession`). The wide counter is asked only where the narrow one lets pass.
 */
export async function reserveSignInAttempt(
  sql: Sql,
  attempt: { narrow: SignInCounter; wide: SignInCounter | null; now: Date; expiresAt: Date },
): Promise<SignInReservation> {
  const { narrow, wide, now, expiresAt } = attempt;
  const { rows } = await sql.query(reserveSignInAttemptStatement, {
    now,
    expiresAt,
    narrowKey: narrow.key,
    narrowDelays: narrow.delays,
    wideKey: wide?.key ?? null,
    wideDelays: wide?.delays ?? [0],
  });
  const [row] = rows;
  if (row?.allowed) return { allowed: true };
  // A row that another attempt made at this moment is not in our snapshot yet: a second is what it costs at least.
  const soonest = new Date(now.getTime() + 1000);
  return { allowed: false, until: row?.until && row.until > soonest ? row.until : soonest };
}
