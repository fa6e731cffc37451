/** SQL expressions over the rows of `from`, of which there is one or none. */
interface CodeSource {
  readonly from: string;
  readonly userId: string;
  /** A JSON array of hashes in hexadecimal; null where nothing is to be replaced. */
  readonly hashes: string;
  readonly now: string;
}

/**
 * CTEs that put a set of recovery codes in the place of any other. Of several at once each takes the place of the one before it:
 * rows of one number are written one after another, where a deletion would miss those that come meanwhile.
 */
export const replacedRecoveryCodes = ({
  from,
  userId,
  hashes,
  now,
}: CodeSource): string => `unnumbered_recovery_codes AS (
     DELETE FROM recovery_codes WHERE number IS NULL AND ${hashes} IS NOT NULL AND user_id IN (SELECT ${userId} FROM ${from})
   ), new_recovery_codes AS (
     INSERT INTO recovery_codes (hash, user_id, number, created_at)
     SELECT decode(code.hex, 'hex'), ${userId}, code.number, ${now}
     FROM ${from}, jsonb_array_elements_text(${hashes}) WITH ORDINALITY code (hex, number) ORDER BY code.number
     ON CONFLICT (user_id, number) DO UPDATE SET hash = EXCLUDED.hash, created_at = EXCLUDED.created_at, used_at = NULL
   )`;
