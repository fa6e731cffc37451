import { decrypt, encrypt, type KeyEncryptionKeys } from '../../crypto/encryption.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';

/** By what a session at another provider is ended together with ours. */
export interface UpstreamSession {
  readonly provider: string;
  readonly endSessionUrl: string;
  /** Says whose session it is. */
  readonly idToken: string;
}

/** One in another user's row does not open. */
const contextOf = (userId: string): string => `upstream session ${userId}`;

/** @throws Error when the key is not at hand any more, or the session is another user's */
export const openUpstreamSession = (keys: KeyEncryptionKeys, userId: string, sealed: Buffer): UpstreamSession =>
  JSON.parse(decrypt(keys, sealed, contextOf(userId)).toString('utf8')) as UpstreamSession;

interface Kept {
  readonly idHash: Buffer;
  readonly sealed: Buffer;
  readonly now: Date;
}

const keepUpstreamSessionStatement = statement<Kept>(
  'keep_upstream_session',
  (p) => `
   UPDATE interactions SET upstream_session = ${p.sealed}
   WHERE id_hash = ${p.idHash} AND completed_at IS NULL AND expires_at > ${p.now}`,
);

/** Keeps it with the interaction, until the session begins to which it belongs (`beginSession`). */
export async function keepUpstreamSession(
  sql: Sql,
  keys: KeyEncryptionKeys,
  { userId, session, ...kept }: Omit<Kept, 'sealed'> & { readonly userId: string; readonly session: UpstreamSession },
): Promise<void> {
  const sealed = encrypt(keys, Buffer.from(JSON.stringify(session)), contextOf(userId));
  await sql.query(keepUpstreamSessionStatement, { ...kept, sealed });
}
