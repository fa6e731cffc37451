import { type Change, recordChange } from '../audit/change.js';
import { statement } from '../connection/statement.js';
import type { Transaction, Transactions } from '../connection/transactions.js';
import { forgetTrustedBrowsers } from './trusted-browsers.js';

/** Where each kind of second factor is stored: a further kind is a further line. */
const tables = { totp: 'totp_authenticators', 'recovery-codes': 'recovery_codes', passkeys: 'passkeys' } as const;

export type SecondFactor = keyof typeof tables;
export const secondFactors = Object.keys(tables) as readonly SecondFactor[];

/** What a user has of one kind; recovery codes count while they are unused. */
export interface StoredFactor {
  readonly factor: SecondFactor;
  readonly count: number;
  readonly createdAt: Date;
  /** Null where it was not used since it was set up. */
  readonly lastUsedAt: Date | null;
}

const listFactorsStatement = statement<{ userId: string }, StoredFactor>(
  'list_factors',
  (p) => `
   SELECT 'totp' AS factor, 1 AS count, created_at AS "createdAt", last_used_at AS "lastUsedAt"
   FROM totp_authenticators WHERE user_id = ${p.userId}
   UNION ALL
   SELECT 'recovery-codes', count(*) FILTER (WHERE used_at IS NULL)::integer, min(created_at), max(used_at)
   FROM recovery_codes WHERE user_id = ${p.userId} HAVING count(*) > 0
   UNION ALL
   SELECT 'passkeys', count(*)::integer, min(created_at), max(last_used_at)
   FROM passkeys WHERE user_id = ${p.userId} HAVING count(*) > 0`,
);

export const listFactors = async (transactions: Transactions, userId: string): Promise<readonly StoredFactor[]> =>
  (await transactions.query(listFactorsStatement, { userId })).rows;

const removalOf = (kind: SecondFactor) =>
  statement<{ userId: string }>(
    `remove_${tables[kind]}`,
    (p) => `DELETE FROM ${tables[kind]} WHERE user_id = ${p.userId}`,
  );

const removals: Readonly<Record<SecondFactor, ReturnType<typeof removalOf>>> = {
  totp: removalOf('totp'),
  'recovery-codes': removalOf('recovery-codes'),
  passkeys: removalOf('passkeys'),
};

/** Takes away all of one kind. @returns how many there were */
const removeKind = async (transaction: Transaction, userId: string, kind: SecondFactor): Promise<number> =>
  (await transaction.query(removals[kind], { userId })).rowCount;

/**
 * Takes second factors away. Recovery codes stand in for the app and go with it, and no browser is trusted any more.
 * @returns those that there were; null where there was none, and then nothing is recorded
 */
export async function removeFactors(
  transactions: Transactions,
  userId: string,
  factors: readonly SecondFactor[],
  change: Change,
): Promise<readonly SecondFactor[] | null> {
  const withApp: readonly SecondFactor[] = factors.includes('totp') ? ['recovery-codes'] : [];
  const kinds = secondFactors.filter((kind) => factors.includes(kind) || withApp.includes(kind));
  return transactions.run(async (transaction) => {
    const removed: SecondFactor[] = [];
    for (const kind of kinds) if ((await removeKind(transaction, userId, kind)) > 0) removed.push(kind);
    await forgetTrustedBrowsers(transaction, userId);
    if (removed.length === 0) return null;
    await recordChange(transaction, change, { factors: removed });
    return removed;
  });
}

/** @returns how many there were; null when the user had none */
export const removeAllPasskeys = (transactions: Transactions, userId: string, change: Change): Promise<number | null> =>
  transactions.run(async (transaction) => {
    const passkeys = await removeKind(transaction, userId, 'passkeys');
    if (passkeys === 0) return null;
    await recordChange(transaction, change, { passkeys });
    return passkeys;
  });
