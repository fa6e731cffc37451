import { errors } from 'jose';
import { decryptJwe } from '../../crypto/jwe.js';
import { invalidRequestObject } from '../../protocol/authorization/request-object.js';
import { allowedRequestEncryptions } from '../../protocol/client/request-encryption.js';
import { isCompactJwe } from '../../protocol/compact-jws.js';
import { faults } from '../../protocol/fault-sentences.js';
import type { Authz } from '../deps.js';
import type { RegisteredClient } from './validate-request.js';

/**
 * What is inside an encrypted request object, or the object itself where it is not encrypted (RFC 9101 §6.1). Nothing is believed for
 * having been encrypted: anybody can encrypt to our keys.
 * @throws OAuthError invalid_request_object
 */
export async function decryptRequestObject(
  { encryptionKeys }: Pick<Authz, 'encryptionKeys'>,
  { metadata }: RegisteredClient,
  object: string,
): Promise<string> {
  if (!isCompactJwe(object)) return object;
  const allowed = allowedRequestEncryptions(metadata);
  const { find } = await encryptionKeys.get();
  try {
    return await decryptJwe(object, find, allowed);
  } catch (error) {
    if (!(error instanceof errors.JOSEAlgNotAllowed)) throw invalidRequestObject(faults.requestObjectDecryption, error);
    const [alg, enc] = [allowed.alg.join(' or '), allowed.enc.join(' or ')];
    throw invalidRequestObject(faults.requestObjectEncryption(alg, enc), error);
  }
}
