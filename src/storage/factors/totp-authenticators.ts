import { decrypt, encrypt, type KeyEncryptionKeys, keyIdOf } from '../../crypto/encryption.js';
import { statement } from '../connection/statement.js';
import type { Transaction } from '../connection/transactions.js';
import type { TotpAuthenticator } from '../schema/totp-authenticators.js';

/** SQL: `otp` where the user of a row has an authenticator app. A scalar subquery, which every plan answers by the primary key. */
export const enrolledTotp = (user: string): string =>
  `(SELECT 'otp' FROM totp_authenticators t WHERE t.user_id = ${user}.id)`;

/** A secret in another user's row does not open. */
const contextOf = (userId: string): string => `totp authenticator ${userId}`;

export const sealTotpSecret = (keys: KeyEncryptionKeys, userId: string, secret: Buffer): Buffer =>
  encrypt(keys, secret, contextOf(userId));

/** @throws Error when the key is not at hand any more, or the secret is another user's */
export const openTotpSecret = (keys: KeyEncryptionKeys, userId: string, sealed: Buffer): Buffer =>
  decrypt(keys, sealed, contextOf(userId));

type SealedSecret = Pick<TotpAuthenticator, 'userId' | 'sealedSecret'>;

const lockTotpSecretsStatement = statement<object, SealedSecret>(
  'lock_totp_secrets',
  () => `
   SELECT user_id AS "userId", sealed_secret AS "sealedSecret" FROM totp_authenticators ORDER BY user_id FOR UPDATE`,
);

const rewrapTotpSecretStatement = statement<SealedSecret>(
  'rewrap_totp_secret',
  (p) => `UPDATE totp_authenticators SET sealed_secret = ${p.sealedSecret} WHERE user_id = ${p.userId}`,
);

/** Encrypts every secret under the current key-encryption key (`keys rewrap`). @returns how many were not yet */
export async function rewrapTotpSecrets(transaction: Transaction, keys: KeyEncryptionKeys): Promise<number> {
  const { rows } = await transaction.query(lockTotpSecretsStatement, {});
  const stale = rows.filter(({ sealedSecret }) => keyIdOf(sealedSecret) !== keys.current.id);
  for (const { userId, sealedSecret } of stale) {
    const rewrapped = sealTotpSecret(keys, userId, openTotpSecret(keys, userId, sealedSecret));
    await transaction.query(rewrapTotpSecretStatement, { userId, sealedSecret: rewrapped });
  }
  return stale.length;
}
