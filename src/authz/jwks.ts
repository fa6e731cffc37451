import type { RequestHandler } from 'express';
import type { KeySet } from '../storage/signing-keys.js';
import type { Authz } from './deps.js';

/** Seconds that others may keep the set: far below the time that a key is published before it signs. */
const maxAge = 60;

/** GET /jwks (RFC 7517 §5, RFC 8414 §2 `jwks_uri`): public halves, the next and the previous keys included */
export function jwks({ signingKeys }: Authz): RequestHandler {
  let serialised: { readonly of: KeySet; readonly body: Buffer } | undefined;
  return async (_req, res) => {
    const keys = await signingKeys.keySet();
    if (serialised?.of !== keys) serialised = { of: keys, body: Buffer.from(JSON.stringify(keys.jwks)) };
    res.set('Cache-Control', `public, max-age=${maxAge}`).set('Content-Type', 'application/jwk-set+json');
    res.send(serialised.body);
  };
}
