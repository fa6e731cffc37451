import { jsonKey, type Placeholders } from './connection/statement.js';
import type { PacedCounter } from './sign-in-failures.js';

/** What a proof changes about the account that it proves. */
export interface ProofEffects {
  /** A password hash to be replaced, because its parameters are no longer today's. */
  readonly rehash?: { readonly from: string; readonly to: string };
}

/** What a success makes good of the failures before it. */
export interface Forgiven {
  /** Under which they are forgotten; hexadecimal. */
  readonly keys: readonly string[];
  /** Under which one of them is granted anew. */
  readonly share: Pick<PacedCounter, 'key' | 'every'> | null;
}

/** What is stored of a proof in the statement that takes it. */
export interface TakenProof {
  readonly userId: string;
  /** The account's when it was looked at: nothing comes of a proof when it has another by now. */
  readonly passwordHash: string | null;
  readonly forgiven: Forgiven;
  readonly effects: ProofEffects;
}

function forgiveness(forgiven: string): string {
  const keys = `${forgiven}::jsonb -> ${jsonKey<Forgiven>('keys')}`;
  const share = `${forgiven}::jsonb -> ${jsonKey<Forgiven>('share')}`;
  const shareKey = `${share} -> ${jsonKey<PacedCounter>('key')}`;
  const earlier = `(${share} ->> ${jsonKey<PacedCounter>('every')})::double precision * interval '1 millisecond'`;
  return `failed AS (
     SELECT key, encode(key, 'hex') = ${shareKey} #>> '{}' AS is_share FROM sign_in_failures
     WHERE key = ANY (ARRAY(
       SELECT decode(hex, 'hex') FROM jsonb_array_elements_text((${keys}) || COALESCE(${shareKey}, '[]')) hex
     ))
     AND EXISTS (SELECT FROM unchanged) ORDER BY key FOR UPDATE
   ), forgiven AS (
     DELETE FROM sign_in_failures WHERE key IN (SELECT key FROM failed WHERE is_share IS NOT TRUE)
   ), forgiven_share AS (
     UPDATE sign_in_failures SET blocked_until = blocked_until - ${earlier}, expires_at = expires_at - ${earlier}
     WHERE key IN (SELECT key FROM failed WHERE is_share)
   )`;
}

/**
 * The CTEs that do so, where the account is enabled and its password still the one that was looked at. `unchanged` has its row
 * then, locked: a change of password and a disabling wait for the statement, or it for them. What else a statement changes has
 * to depend on that. The lock is shared, but for a statement that changes the row itself: two of those could not both go on.
 */
export function takenProof(p: Placeholders<TakenProof>): string {
  const rehash = `${p.effects}::jsonb -> ${jsonKey<ProofEffects>('rehash')}`;
  const account = `
     SELECT id FROM users
     WHERE id = ${p.userId} AND disabled_at IS NULL AND password_hash IS NOT DISTINCT FROM ${p.passwordHash}::text`;
  return `shared AS (
     ${account} AND ${rehash} IS NULL FOR SHARE
   ), own AS (
     ${account} AND ${rehash} IS NOT NULL FOR NO KEY UPDATE
   ), unchanged AS (
     SELECT id FROM shared UNION ALL SELECT id FROM own
   ), ${forgiveness(p.forgiven)}, rehashed AS (
     UPDATE users SET password_hash = ${rehash} ->> 'to'
     WHERE id IN (SELECT id FROM unchanged) AND password_hash = ${rehash} ->> 'from'
   )`;
}
