import type { RequestHandler } from 'express';
import { sendText } from '../http/request/send-text.js';
import type { EncryptionKeySet } from '../storage/encryption-keys.js';
import type { KeySet } from '../storage/signing-keys.js';
import type { Authz } from './deps.js';

/** Seconds that others may keep the set: far below the time that a key is published before it signs. */
const maxAge = 60;

interface Serialised {
  readonly signing: KeySet;
  readonly encryption: EncryptionKeySet;
  readonly text: string;
}

/**
 * GET /jwks (RFC 7517 §5, RFC 8414 §2 `jwks_uri`): public halves of the keys that sign, the next and the previous ones included, and
 * of those that request objects are encrypted to (OIDC Core §10.2)
 */
export function jwks({ signingKeys, encryptionKeys }: Authz): RequestHandler {
  let last: Serialised | undefined;
  return async (_req, res) => {
    const [signing, encryption] = await Promise.all([signingKeys.keySet(), encryptionKeys.get()]);
    if (last?.signing !== signing || last.encryption !== encryption) {
      const keys = [...signing.jwks.keys, ...encryption.published];
      last = { signing, encryption, text: JSON.stringify({ keys }) };
    }
    const { text } = last;
    sendText(res, { type: 'application/jwk-set+json', cacheControl: `public, max-age=${maxAge}`, text });
  };
}
