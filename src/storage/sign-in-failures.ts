import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { type Columns, jsonObject } from './connection/columns.js';
import type { Sql } from './connection/sql.js';
import { jsonKey, statement } from './connection/statement.js';

/** Failed sign-ins under one key: a keyed hash of what is counted, for example of (identifier, address). */
@Entity('sign_in_failures')
export class SignInFailure {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'sign_in_failures_pkey' })
  key!: Buffer;
  @Column('integer')
  failures!: number;
  /** The Unix epoch where no delay is due. */
  @Column('timestamptz', { name: 'blocked_until' })
  blockedUntil!: Date;
  @Index('sign_in_failures_expiry')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

/** A key to count under, and how long the n-th failure in a row (index n − 1; the last for all beyond) delays the next attempt. */
export interface FailureCounter {
  /** Hexadecimal. */
  readonly key: string;
  /** Milliseconds. */
  readonly delays: readonly number[];
}

/** What has been counted under a key. */
export interface FailureState {
  readonly failures: number;
  /** Milliseconds since the epoch; 0 where no delay is due. */
  readonly blockedUntil: number;
}

/** By key; one under which nothing is counted is not there. */
export type FailureStates = Readonly<Record<string, FailureState>>;

/** SQL: the keys as they are stored, from an array of them in hexadecimal. */
export const keysOf = (keys: string): string => `ARRAY(SELECT decode(hex, 'hex') FROM unnest(${keys}::text[]) hex)`;

const stateColumns: Columns<FailureState> = {
  failures: 'failures',
  blockedUntil: 'ceil(extract(epoch FROM blocked_until) * 1000)',
};

/** SQL: {@link FailureStates} of the keys in the array `keys` (hexadecimal). */
export const failureStates = (keys: string, now: string): string => `(
  SELECT COALESCE(jsonb_object_agg(encode(key, 'hex'), ${jsonObject(stateColumns)}), '{}')
  FROM sign_in_failures WHERE key = ANY (${keysOf(keys)}) AND expires_at > ${now}
)`;

interface Failure {
  readonly counted: { readonly counters: readonly FailureCounter[] };
  readonly now: Date;
  readonly expiresAt: Date;
}

/** SQL: when the next attempt may be made after so many failures. */
const blockedUntil = (failures: string, delays: string, now: string): string => `(
  SELECT CASE WHEN delay > 0 THEN ${now}::timestamptz + delay * interval '1 millisecond' ELSE 'epoch' END
  FROM (SELECT (${delays} ->> LEAST(${failures}, jsonb_array_length(${delays})) - 1)::double precision AS delay) d
)`;

const countSignInFailureStatement = statement<Failure>('count_sign_in_failure', (p) => {
  const failures = `CASE WHEN f.expires_at <= ${p.now} THEN 1 ELSE f.failures + 1 END`;
  return `
   WITH counter AS (
     SELECT decode(c ->> ${jsonKey<FailureCounter>('key')}, 'hex') AS key, c -> ${jsonKey<FailureCounter>('delays')} AS delays
     FROM jsonb_array_elements(${p.counted}::jsonb -> ${jsonKey<Failure['counted']>('counters')}) c
   )
   INSERT INTO sign_in_failures AS f (key, failures, blocked_until, expires_at)
   SELECT key, 1, ${blockedUntil('1', 'delays', p.now)}, ${p.expiresAt} FROM counter ORDER BY key
   ON CONFLICT (key) DO UPDATE SET failures = ${failures}, expires_at = EXCLUDED.expires_at,
     blocked_until = (SELECT ${blockedUntil(failures, 'c.delays', p.now)} FROM counter c WHERE c.key = f.key)`;
});

/**
 * Counts a failure that has been judged under each of the keys. Rows are always locked in the order of their keys, here and
 * where a success forgives them (`takenProof`), so that no two statements wait for each other.
 */
export async function countSignInFailure(
  sql: Sql,
  { counters, now, expiresAt }: { counters: readonly FailureCounter[]; now: Date; expiresAt: Date },
): Promise<void> {
  await sql.query(countSignInFailureStatement, { counted: { counters }, now, expiresAt });
}
