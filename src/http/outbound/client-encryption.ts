import { encryptJwe } from '../../crypto/jwe.js';
import type { ClientMetadata } from '../../protocol/client/client-metadata.js';
import { type Encryption, findEncryptionKey, type KeyEncryption } from '../../protocol/client/encrypted-answers.js';
import type { JsonWebKeySet } from '../../protocol/client/member-reader.js';
import { faults } from '../../protocol/fault-sentences.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import type { ClientKeys } from './client-keys.js';

type Key = JsonWebKeySet['keys'][number];

const keyMissing = (alg: KeyEncryption, cause?: unknown): OAuthError =>
  new OAuthError('invalid_request', { fault: faults.encryptionKeyMissing(alg), cause });

/** Of the keys at hand, or else of those that the client publishes by now (OIDC Core §10.2.1). */
async function findKey(keys: ClientKeys, metadata: ClientMetadata, alg: KeyEncryption): Promise<Key | undefined> {
  const keyOf = async (options?: { readonly unknownKey: boolean }) =>
    findEncryptionKey((await keys.find(metadata, options))?.jwks().keys ?? [], alg);
  return (await keyOf()) ?? (await keyOf({ unknownKey: true }));
}

/**
 * The client's key for an answer (OIDC Core §10.2); undefined where it is not encrypted.
 * @throws OAuthError invalid_request when the client has no such key
 */
export async function requireEncryptionKey(
  keys: ClientKeys,
  metadata: ClientMetadata,
  encryption: Encryption | undefined,
): Promise<Key | undefined> {
  if (!encryption) return undefined;
  const { alg } = encryption;
  const key = await findKey(keys, metadata, alg).catch((cause: unknown) => {
    throw keyMissing(alg, cause); // its keys cannot be fetched
  });
  if (!key) throw keyMissing(alg);
  return key;
}

/**
 * An answer as the client registered it (OIDC Core §10.2): encrypted for one of its keys, or as it is where no encryption is given.
 * @throws OAuthError invalid_request when the client has no such key
 */
export async function encryptForClient(
  keys: ClientKeys,
  metadata: ClientMetadata,
  encryption: Encryption | undefined,
  text: string,
  content: 'JWT' | 'json' = 'JWT',
): Promise<string> {
  const key = await requireEncryptionKey(keys, metadata, encryption);
  if (!encryption || !key) return text;
  try {
    return await encryptJwe(text, { ...encryption, key, content });
  } catch (cause) {
    // One that is malformed or too short says so only when it is used.
    throw keyMissing(encryption.alg, cause);
  }
}
