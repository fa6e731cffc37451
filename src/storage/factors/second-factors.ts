import type { EntityManager } from 'typeorm';
import { type Change, recordChange } from '../audit/change.js';
import { Passkey } from '../schema/passkeys.js';
import { RecoveryCode } from '../schema/recovery-codes.js';
import { TotpAuthenticator } from '../schema/totp-authenticators.js';
import { TrustedBrowser } from '../schema/trusted-browsers.js';

/** Where each kind of second factor is stored: a further kind is a further line. */
const entities = { totp: TotpAuthenticator, 'recovery-codes': RecoveryCode, passkeys: Passkey } as const;

export type SecondFactor = keyof typeof entities;
export const secondFactors = Object.keys(entities) as readonly SecondFactor[];

/** What a user has of one kind; recovery codes count while they are unused. */
export interface StoredFactor {
  readonly factor: SecondFactor;
  readonly count: number;
  readonly createdAt: Date;
  /** Null where it was not used since it was set up. */
  readonly lastUsedAt: Date | null;
}

const listFactorsQuery = `
  SELECT 'totp' AS factor, 1 AS count, created_at AS "createdAt", last_used_at AS "lastUsedAt"
  FROM totp_authenticators WHERE user_id = $1
  UNION ALL
  SELECT 'recovery-codes', count(*) FILTER (WHERE used_at IS NULL)::integer, min(created_at), max(used_at)
  FROM recovery_codes WHERE user_id = $1 HAVING count(*) > 0
  UNION ALL
  SELECT 'passkeys', count(*)::integer, min(created_at), max(last_used_at)
  FROM passkeys WHERE user_id = $1 HAVING count(*) > 0`;

export const listFactors = (manager: EntityManager, userId: string): Promise<readonly StoredFactor[]> =>
  manager.query<StoredFactor[]>(listFactorsQuery, [userId]);

/**
 * Takes second factors away. Recovery codes stand in for the app and go with it, and no browser is trusted any more.
 * @returns those that there were; null where there was none, and then nothing is recorded
 */
export async function removeFactors(
  manager: EntityManager,
  userId: string,
  factors: readonly SecondFactor[],
  change: Change,
): Promise<readonly SecondFactor[] | null> {
  const withApp: readonly SecondFactor[] = factors.includes('totp') ? ['recovery-codes'] : [];
  const kinds = secondFactors.filter((kind) => factors.includes(kind) || withApp.includes(kind));
  return manager.transaction(async (transaction) => {
    const removed: SecondFactor[] = [];
    for (const kind of kinds) {
      const { affected } = await transaction.delete(entities[kind], { userId });
      if (affected) removed.push(kind);
    }
    await transaction.delete(TrustedBrowser, { userId });
    if (removed.length === 0) return null;
    await recordChange(transaction, change, { factors: removed });
    return removed;
  });
}
