import { type Change, recordChange } from '../audit/change.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { Transactions } from '../connection/transactions.js';
import type { RegistrationToken } from '../schema/registration-tokens.js';

const insertRegistrationTokenStatement = statement<RegistrationToken>(
  'insert_registration_token',
  (p) => `
   INSERT INTO registration_tokens (id, token_hash, note, uses_left, created_at, expires_at)
   VALUES (${p.id}, ${p.tokenHash}, ${p.note}, ${p.usesLeft}, ${p.createdAt}, ${p.expiresAt})`,
);

export async function insertRegistrationToken(
  transactions: Transactions,
  token: Omit<RegistrationToken, 'createdAt'>,
  change: Change,
): Promise<void> {
  await transactions.run(async (transaction) => {
    await transaction.query(insertRegistrationTokenStatement, { ...token, createdAt: change.now });
    await recordChange(transaction, change);
  });
}

const listRegistrationTokensStatement = statement<{ readonly now: Date }, RegistrationToken>(
  'list_registration_tokens',
  (p) => `
   SELECT id, token_hash AS "tokenHash", note, uses_left AS "usesLeft", created_at AS "createdAt", expires_at AS "expiresAt"
   FROM registration_tokens WHERE expires_at > ${p.now} ORDER BY created_at, id`,
);

/** Those that have not expired, the oldest first, used up or not. */
export const listRegistrationTokens = async (
  transactions: Transactions,
  now: Date,
): Promise<readonly RegistrationToken[]> => (await transactions.query(listRegistrationTokensStatement, { now })).rows;

const deleteRegistrationTokenStatement = statement<{ readonly id: string }>(
  'delete_registration_token',
  (p) => `DELETE FROM registration_tokens WHERE id = ${p.id}`,
);

/** @returns false when there is none, or none any more */
export const deleteRegistrationToken = (transactions: Transactions, id: string, change: Change): Promise<boolean> =>
  transactions.run(async (transaction) => {
    if ((await transaction.query(deleteRegistrationTokenStatement, { id })).rowCount === 0) return false;
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
