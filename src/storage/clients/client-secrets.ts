import { type EntityManager, IsNull, Not } from 'typeorm';
import { hashToken } from '../../crypto/digest.js';
import { decrypt, encrypt, type KeyEncryptionKeys, keyIdOf } from '../../crypto/encryption.js';
import type { ClientAuthenticationMethod } from '../../protocol/client/client-metadata.js';
import { Client } from '../schema/clients.js';
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

/** Encrypts every secret under the current key-encryption key (`keys rewrap`). @returns how many were not yet */
export async function rewrapClientSecrets(transaction: EntityManager, keys: KeyEncryptionKeys): Promise<number> {
  const lock = { mode: 'pessimistic_write' } as const;
  const rows = await transaction.find(Client, { where: { sealedSecret: Not(IsNull()) }, lock });
  let count = 0;
  for (const { clientId, sealedSecret } of rows) {
    if (sealedSecret === null || keyIdOf(sealedSecret) === keys.current.id) continue;
    const secret = openClientSecret(keys, clientId, sealedSecret).toString();
    await transaction.update(Client, { clientId }, { sealedSecret: sealClientSecret(keys, clientId, secret) });
    count += 1;
  }
  return count;
}
