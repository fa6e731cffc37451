import { jsonKey, type Placeholders } from './connection/statement.js';

/** What a proof changes about the account that it proves. */
export interface ProofEffects {
  /** A password hash to be replaced, because its parameters are no longer today's. */
  readonly rehash?: { readonly from: string; readonly to: string };
}

/** What is stored of a proof in the statement that takes it. */
export interface TakenProof {
  readonly userId: string;
  /** The sign-in failures that the proof forgives. */
  readonly failureKeys: readonly Buffer[];
  readonly effects: ProofEffects;
}

/** The CTEs that do so. */
export function takenProof({ userId, failureKeys, effects }: Placeholders<TakenProof>): string {
  const rehash = `${effects}::jsonb -> ${jsonKey<ProofEffects>('rehash')}`;
  return `forgiven AS (
     DELETE FROM sign_in_failures WHERE key = ANY (${failureKeys}::bytea[])
   ), rehashed AS (
     UPDATE users SET password_hash = ${rehash} ->> 'to' WHERE id = ${userId} AND password_hash = ${rehash} ->> 'from'
   )`;
}
