import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';

interface AccountChoice {
  readonly interactionIdHash: Buffer;
  /** Of the session that becomes the browser's current one, */
  readonly chosenSecretHash: Buffer;
  /** … and of the others that it brings. */
  readonly otherSecretHashes: readonly Buffer[];
  readonly now: Date;
}

const chooseSessionStatement = statement<AccountChoice, { id: string }>(
  'choose_session',
  (p) => `
   WITH brought AS MATERIALIZED (
     SELECT id, secret_hash = ${p.chosenSecretHash} AS chosen FROM sessions
     WHERE secret_hash = ANY (${p.otherSecretHashes}::bytea[] || ${p.chosenSecretHash}::bytea) AND expires_at > ${p.now}
     ORDER BY id FOR NO KEY UPDATE
   ), chosen AS (
     UPDATE interactions i SET chosen_session_id = brought.id FROM brought
     WHERE brought.chosen AND i.id_hash = ${p.interactionIdHash} AND i.completed_at IS NULL AND i.expires_at > ${p.now}
     RETURNING brought.id
   ), kept AS (
     UPDATE sessions SET authz_secret_hash = NULL
     WHERE id IN (SELECT id FROM brought WHERE NOT chosen) AND authz_secret_hash IS NOT NULL AND EXISTS (SELECT FROM chosen)
   )
   SELECT id FROM chosen`,
);

/**
 * Takes the choice of a person for an interaction. authz does not know the browser by any of its other sessions any more, and asks idp
 * until it gets to know it by the chosen one.
 * @returns false where the session or the interaction has ended meanwhile: then nothing is changed
 */
export const chooseSession = async (sql: Sql, choice: AccountChoice): Promise<boolean> =>
  (await sql.query(chooseSessionStatement, choice)).rowCount === 1;
