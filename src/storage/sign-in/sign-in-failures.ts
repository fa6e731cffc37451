import { type Columns, jsonObject } from '../connection/columns.js';
import type { Sql } from '../connection/sql.js';
import { jsonKey, statement } from '../connection/statement.js';

/** A key to count under, and how long the n-th failure in a row (index n − 1; the last for all beyond) delays the next attempt. */
export interface DelayingCounter {
  /** Hexadecimal. */
  readonly key: string;
  /** Milliseconds. */
  readonly delays: readonly number[];
}

/**
 * A key that is granted so many failures, and of these one anew after each so many milliseconds. Its row holds the moment from
 * which another attempt is granted, which each failure moves on (the generic cell rate algorithm).
 */
export interface PacedCounter {
  /** Hexadecimal. */
  readonly key: string;
  readonly most: number;
  /** Milliseconds. */
  readonly every: number;
}

export type FailureCounter = DelayingCounter | PacedCounter;

/** What has been counted under a key. */
export interface FailureState {
  readonly failures: number;
  /** Milliseconds since the epoch; not in the future where no delay is due. */
  readonly blockedUntil: number;
}

/** By key; one under which nothing is counted is not there. */
export type FailureStates = Readonly<Record<string, FailureState>>;

const stateColumns: Columns<FailureState> = {
  failures: 'failures',
  blockedUntil: 'ceil(extract(epoch FROM blocked_until) * 1000)',
};

/** SQL: {@link FailureStates} of the keys in the array `keys` (hexadecimal). */
export const failureStates = (keys: string, now: string): string => `(
  SELECT COALESCE(jsonb_object_agg(encode(key, 'hex'), ${jsonObject(stateColumns)}), '{}')
  FROM sign_in_failures WHERE key = ANY (ARRAY(SELECT decode(hex, 'hex') FROM unnest(${keys}::text[]) hex)) AND expires_at > ${now}
)`;

interface Failure {
  readonly counted: { readonly counters: readonly FailureCounter[] };
  readonly now: Date;
  readonly expiresAt: Date;
}

/** SQL: milliseconds as an interval. */
const milliseconds = (number: string): string => `(${number}) * interval '1 millisecond'`;

/** SQL: when the next attempt may be made after so many failures. */
const delayed = (failures: string, now: string): string => `(
  SELECT CASE WHEN delay > 0 THEN ${now}::timestamptz + ${milliseconds('delay')} ELSE 'epoch' END
  FROM (SELECT (c.delays ->> LEAST(${failures}, jsonb_array_length(c.delays)) - 1)::double precision AS delay) d
)`;

/** SQL: the same where failures are paced; `before` is what the row said until now. */
const paced = (before: string, now: string): string =>
  `GREATEST(${before}, ${now}::timestamptz + ${milliseconds('(1 - c.most) * c.every')}) + ${milliseconds('c.every')}`;

const countSignInFailureStatement = statement<Failure>('count_sign_in_failure', (p) => {
  const failures = `CASE WHEN f.expires_at <= ${p.now} THEN 1 ELSE f.failures + 1 END`;
  const until = `CASE WHEN c.delays IS NULL THEN ${paced('f.blocked_until', p.now)} ELSE ${delayed(failures, p.now)} END`;
  return `
   WITH counter AS (
     SELECT decode(c ->> ${jsonKey<FailureCounter>('key')}, 'hex') AS key, c -> ${jsonKey<FailureCounter>('delays')} AS delays,
       (c ->> ${jsonKey<FailureCounter>('most')})::double precision AS most,
       (c ->> ${jsonKey<FailureCounter>('every')})::double precision AS every
     FROM jsonb_array_elements(${p.counted}::jsonb -> ${jsonKey<Failure['counted']>('counters')}) c
   )
   INSERT INTO sign_in_failures AS f (key, failures, blocked_until, expires_at)
   SELECT c.key, 1, CASE WHEN c.delays IS NULL THEN ${paced("'-infinity'", p.now)} ELSE ${delayed('1', p.now)} END,
     CASE WHEN c.delays IS NULL THEN ${p.now}::timestamptz + ${milliseconds('c.every')} ELSE ${p.expiresAt}::timestamptz END
   FROM counter c ORDER BY c.key
   ON CONFLICT (key) DO UPDATE SET failures = ${failures},
     (blocked_until, expires_at) = (
       SELECT until, CASE WHEN c.delays IS NULL THEN until + ${milliseconds('(c.most - 1) * c.every')} ELSE EXCLUDED.expires_at END
       FROM counter c, LATERAL (SELECT ${until} AS until) u WHERE c.key = f.key
     )`;
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
