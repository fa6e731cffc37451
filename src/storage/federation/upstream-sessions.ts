import { decrypt, encrypt, type KeyEncryptionKeys, keyIdOf } from '../../crypto/encryption.js';
import type { Sql } from '../connection/sql.js';
import { statement } from '../connection/statement.js';
import type { Transaction } from '../connection/transactions.js';

/** By what a session at another provider is ended together with ours. */
export interface UpstreamSession {
  readonly provider: string;
  readonly endSessionUrl: string;
  /** Says whose session it is. */
  readonly idToken: string;
}

/** One in another user's row does not open. */
const contextOf = (userId: string): string => `upstream session ${userId}`;

const sealedFor = (keys: KeyEncryptionKeys, userId: string, session: UpstreamSession): Buffer =>
  encrypt(keys, Buffer.from(JSON.stringify(session)), contextOf(userId));

/** @throws Error when the key is not at hand any more, or the session is another user's */
export const openUpstreamSession = (keys: KeyEncryptionKeys, userId: string, sealed: Buffer): UpstreamSession =>
  JSON.parse(decrypt(keys, sealed, contextOf(userId)).toString('utf8')) as UpstreamSession;

interface SealedSession {
  readonly id: string;
  readonly userId: string;
  readonly sealed: Buffer;
}

const lockUpstreamSessionsStatement = statement<object, SealedSession>(
  'lock_upstream_sessions',
  () => `
   SELECT id, user_id AS "userId", upstream_session AS sealed FROM sessions
   WHERE upstream_session IS NOT NULL ORDER BY id FOR UPDATE`,
);

const rewrapUpstreamSessionStatement = statement<Pick<SealedSession, 'id' | 'sealed'>>(
  'rewrap_upstream_session',
  (p) => `UPDATE sessions SET upstream_session = ${p.sealed} WHERE id = ${p.id}`,
);

/**
 * Encrypts those of sessions under the current key-encryption key (`keys rewrap`). One of a sign-in that is under way goes on as it is.
 * @returns how many were not yet
 */
export async function rewrapUpstreamSessions(transaction: Transaction, keys: KeyEncryptionKeys): Promise<number> {
  const { rows } = await transaction.query(lockUpstreamSessionsStatement, {});
  const stale = rows.filter(({ sealed }) => keyIdOf(sealed) !== keys.current.id);
  for (const { id, userId, sealed } of stale) {
    const rewrapped = sealedFor(keys, userId, openUpstreamSession(keys, userId, sealed));
    await transaction.query(rewrapUpstreamSessionStatement, { id, sealed: rewrapped });
  }
  return stale.length;
}

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
  await sql.query(keepUpstreamSessionStatement, { ...kept, sealed: sealedFor(keys, userId, session) });
}
