import { decrypt, encrypt, type KeyEncryptionKeys } from '../crypto/encryption.js';

/** A secret in another mail's row does not open. */
const contextOf = (mailId: string): string => `outgoing mail ${mailId}`;

/** What only the recipient may learn, as the mail's row holds it. */
export const sealed = (keys: KeyEncryptionKeys, mailId: string, secret: string): Buffer =>
  encrypt(keys, Buffer.from(secret), contextOf(mailId));

/** @throws Error when the key is not at hand any more, or the secret is another mail's */
export const unsealed = (keys: KeyEncryptionKeys, mailId: string, secret: Buffer): string =>
  decrypt(keys, secret, contextOf(mailId)).toString();
