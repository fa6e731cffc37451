import type { RequestHandler } from 'express';
import { sendText } from '../http/request/send-text.js';
import type { KeySet } from '../storage/signing-keys.js';
import type { Authz } from './deps.js';

/** Seconds that others may keep the set: far below the time that a key is published before it signs. */
const maxAge = 60;

/** GET /jwks (RFC 7517 §5, RFC 8414 §2 `jwks_uri`): public halves, the next and the previous keys included */
export function jwks({ signingKeys }: Authz): RequestHandler {
  let serialised: { readonly of: KeySet; readonly text: string } | undefined;
  return async (_req, res) => {
    const keys = await signingKeys.keySet();
    if (serialised?.of !== keys) serialised = { of: keys, text: JSON.stringify(keys.jwks) };
    const { text } = serialised;
    sendText(res, { type: 'application/jwk-set+json', cacheControl: `public, max-age=${maxAge}`, text });
  };
}
