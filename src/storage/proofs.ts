import { jsonKey, type Placeholders } from './connection/statement.js';
import { keysOf } from './sign-in-failures.js';

/** What a proof changes about the account that it proves. */
export interface ProofEffects {
  /** A password hash to be replaced, because its parameters are no longer today's. */
  readonly rehash?: { readonly from: string; readonly to: string };
}

/** What is stored of a proof in the statement that takes it. */
export interface TakenProof {
  readonly userId: string;
  /** Under which failures to sign in are forgiven; hexadecimal. */
  readonly failureKeys: readonly string[];
  readonly effects: ProofEffects;
}

/** The CTEs that do so. */
export function takenProof({ userId, failureKeys, effects }: Placeholders<TakenProof>): string {
  const rehash = `${effects}::jsonb -> ${jsonKey<ProofEffects>('rehash')}`;
  return `forgiven AS (
     DELETE FROM sign_in_failures WHERE key IN (
       SELECT key FROM sign_in_failures WHERE key = ANY (${keysOf(failureKeys)}) ORDER BY key FOR UPDATE
     )
   ), rehashed AS (
     UPDATE users SET password_hash = ${rehash} ->> 'to' WHERE id = ${userId} AND password_hash = ${rehash} ->> 'from'
   )`;
}
