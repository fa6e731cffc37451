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
     ORDER BY key FOR UPDATE
   ), forgiven AS (
     DELETE FROM sign_in_failures WHERE key IN (SELECT key FROM failed WHERE is_share IS NOT TRUE)
   ), forgiven_share AS (
     UPDATE sign_in_failures SET blocked_until = blocked_until - ${earlier}, expires_at = expires_at - ${earlier}
     WHERE key IN (SELECT key FROM failed WHERE is_share)
   )`;
}

/** The CTEs that do so. */
export function takenProof({ userId, forgiven, effects }: Placeholders<TakenProof>): string {
  const rehash = `${effects}::jsonb -> ${jsonKey<ProofEffects>('rehash')}`;
  return `${forgiveness(forgiven)}, rehashed AS (
     UPDATE users SET password_hash = ${rehash} ->> 'to' WHERE id = ${userId} AND password_hash = ${rehash} ->> 'from'
   )`;
}
