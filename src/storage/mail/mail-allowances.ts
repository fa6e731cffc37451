interface AllowanceSource {
  /** The array of keys under which each row of `from` counts. */
  readonly keys: string;
  readonly from: string;
  /** How many within an hour are allowed under each key, for all rows of `from` alike. */
  readonly most: string;
  readonly now: `$${number}`;
}

/**
 * SQL: takes one under each key, and gives the keys under which there was one left. The row is locked meanwhile, so of any number
 * of statements at once only so many find one. Rows are taken in the order of their keys, so that no two wait for each other.
 */
export const takenAllowances = ({ keys, from, most, now }: AllowanceSource): string => `
  INSERT INTO mail_allowances AS a (key, moments, expires_at)
  SELECT key, ARRAY[${now}::timestamptz], ${now}::timestamptz + interval '1 hour'
  FROM ${from}, LATERAL unnest(${keys}) key ORDER BY key
  ON CONFLICT (key) DO UPDATE
  SET moments = (EXCLUDED.moments || a.moments)[1:${most}], expires_at = EXCLUDED.expires_at
  WHERE (a.moments[${most}] > ${now}::timestamptz - interval '1 hour') IS NOT TRUE
  RETURNING key`;
