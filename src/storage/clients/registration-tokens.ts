import { type EntityManager, MoreThan } from 'typeorm';
import { type Change, recordChange } from '../audit/change.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import { RegistrationToken } from '../schema/registration-tokens.js';

export async function insertRegistrationToken(
  manager: EntityManager,
  token: Omit<RegistrationToken, 'createdAt'>,
  change: Change,
): Promise<void> {
  await manager.transaction(async (transaction) => {
    await transaction.insert(RegistrationToken, { ...token, createdAt: change.now });
    await recordChange(transaction, change);
  });
}

/** Those that have not expired, the oldest first, used up or not. */
export const listRegistrationTokens = (manager: EntityManager, now: Date): Promise<RegistrationToken[]> =>
  manager.find(RegistrationToken, { where: { expiresAt: MoreThan(now) }, order: { createdAt: 'ASC', id: 'ASC' } });

/** @returns false when there is none, or none any more */
export const deleteRegistrationToken = (manager: EntityManager, id: string, change: Change): Promise<boolean> =>
  manager.transaction(async (transaction) => {
    if (!(await transaction.delete(RegistrationToken, { id })).affected) return false;
    await recordChange(transaction, change);
    return true;
  });

interface PresentedToken {
  readonly tokenHash: Buffer;
  readonly now: Date;
}

/** SQL: a client may still be registered with the token. */
export const isUsable = (p: Readonly<Record<keyof PresentedToken, string>>): string =>
  `token_hash = ${p.tokenHash} AND uses_left > 0 AND expires_at > ${p.now}`;

const findStatement = statement<PresentedToken, Pick<RegistrationToken, 'id'>>(
  'find_registration_token',
  (p) => `SELECT id FROM registration_tokens WHERE ${isUsable(p)}`,
);

/** @returns its id; null when it is unknown, expired or used up */
export async function findRegistrationToken(sql: Sql, presented: PresentedToken): Promise<string | null> {
  return (await sql.query(findStatement, presented)).rows[0]?.id ?? null;
}
