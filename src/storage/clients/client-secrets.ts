import { hashToken } from '../../crypto/digest.js';
import { decrypt, encrypt, type KeyEncryptionKeys, keyIdOf } from '../../crypto/encryption.js';
import type { ClientAuthenticationMethod } from '../../protocol/client/client-metadata.js';
import { statement } from '../connection/statement.js';
import type { Transaction } from '../connection/transactions.js';
import type { KeptSecret } from './clients.js';

/** A secret in another client's row does not open. */
const contextOf = (clientId: string): string => `client secret ${clientId}`;

/** Of a client that signs with its secret; of any other a hash is enough. */
const sealClientSecret = (keys: KeyEncryptionKeys, clientId: string, secret: string): Buffer =>
  encrypt(keys, Buffer.from(secret), contextOf(clientId));

/** @throws Error when the key is not at hand any more, or the secret is another client's */
export const openClientSecret = (keys: KeyEncryptionKeys, clientId: string, sealed: Buffer): Buffer =>
  decrypt(keys, sealed, contextOf(clientId));

/** What is kept of a secret: its hash, and where the client signs with it, the secret itself, encrypted. */
export const keptSecret = (
  keys: KeyEncryptionKeys,
  clientId: string,
  method: ClientAuthenticationMethod,
  secret: string | undefined,
): Required<KeptSecret> => ({
  secretHash: secret === undefined ? null : hashToken(secret),
  sealedSecret:
    secret !== undefined && method === 'client_secret_jwt' ? sealClientSecret(keys, clientId, secret) : null,
});

type SealedSecret = { readonly clientId: string; readonly sealedSecret: Buffer };

const lockSealedSecretsStatement = statement<object, SealedSecret>(
  'lock_sealed_client_secrets',
  () => `
   SELECT client_id AS "clientId", sealed_secret AS "sealedSecret" FROM clients
   WHERE sealed_secret IS NOT NULL ORDER BY client_id FOR UPDATE`,
);

const rewrapClientSecretStatement = statement<SealedSecret>(
  'rewrap_client_secret',
  (p) => `UPDATE clients SET sealed_secret = ${p.sealedSecret} WHERE client_id = ${p.clientId}`,
);

/** Encrypts every secret under the current key-encryption key (`keys rewrap`). @returns how many were not yet */
export async function rewrapClientSecrets(transaction: Transaction, keys: KeyEncryptionKeys): Promise<number> {
  const { rows } = await transaction.query(lockSealedSecretsStatement, {});
  const stale = rows.filter(({ sealedSecret }) => keyIdOf(sealedSecret) !== keys.current.id);
  for (const { clientId, sealedSecret } of stale) {
    const secret = openClientSecret(keys, clientId, sealedSecret).toString();
    const rewrapped = sealClientSecret(keys, clientId, secret);
    await transaction.query(rewrapClientSecretStatement, { clientId, sealedSecret: rewrapped });
  }
  return stale.length;
}
