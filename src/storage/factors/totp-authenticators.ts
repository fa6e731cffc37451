import type { EntityManager } from 'typeorm';
import { decrypt, encrypt, type KeyEncryptionKeys, keyIdOf } from '../../crypto/encryption.js';
import { TotpAuthenticator } from '../schema/totp-authenticators.js';

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

/** Encrypts every secret under the current key-encryption key (`keys rewrap`). @returns how many were not yet */
export async function rewrapTotpSecrets(transaction: EntityManager, keys: KeyEncryptionKeys): Promise<number> {
  const rows = await transaction.find(TotpAuthenticator, { lock: { mode: 'pessimistic_write' } });
  const stale = rows.filter(({ sealedSecret }) => keyIdOf(sealedSecret) !== keys.current.id);
  for (const { userId, sealedSecret } of stale) {
    const secret = openTotpSecret(keys, userId, sealedSecret);
    await transaction.update(TotpAuthenticator, { userId }, { sealedSecret: sealTotpSecret(keys, userId, secret) });
  }
  return stale.length;
}
