import { hmacSha256 } from '../crypto/digest.js';
import { decrypt, encrypt, type KeyEncryptionKeys, keyIdOf } from '../crypto/encryption.js';
import { pseudonymOf, uuidOf } from '../crypto/pseudonym.js';
import type { Random } from '../crypto/random.js';
import { type SectorMember, sectorOf } from '../protocol/client/subject-type.js';
import type { Sql } from './connection/sql.js';
import { statement } from './connection/statement.js';
import type { Transaction, Transactions } from './connection/transactions.js';

const context = 'installation.pairwise_secret';

const findPairwiseSecretStatement = statement<object, { sealed: Buffer | null }>(
  'find_pairwise_secret',
  () => 'SELECT pairwise_secret AS sealed FROM installation',
);

const setPairwiseSecretStatement = statement<{ readonly sealed: Buffer }>(
  'set_pairwise_secret',
  (p) => `UPDATE installation SET pairwise_secret = ${p.sealed} WHERE pairwise_secret IS NULL`,
);

/** Makes the secret of pairwise subjects where there is none: with another one every such subject would be another. Call it under the provisioning lock. */
export async function ensurePairwiseSecret(
  transactions: Transactions,
  { keys, random }: { readonly keys: KeyEncryptionKeys; readonly random: Random },
): Promise<void> {
  if ((await transactions.query(findPairwiseSecretStatement, {})).rows[0]?.sealed) return;
  await transactions.query(setPairwiseSecretStatement, { sealed: encrypt(keys, random.bytes(32), context) });
}

const lockPairwiseSecretStatement = statement<object, { readonly sealed: Buffer | null }>(
  'lock_pairwise_secret',
  () => 'SELECT pairwise_secret AS sealed FROM installation FOR UPDATE',
);

const rewrapPairwiseSecretStatement = statement<{ readonly sealed: Buffer }>(
  'rewrap_pairwise_secret',
  (p) => `UPDATE installation SET pairwise_secret = ${p.sealed}`,
);

/** Encrypts the secret under the current key-encryption key (`keys rewrap`). @returns how many were not yet */
export async function rewrapPairwiseSecret(transaction: Transaction, keys: KeyEncryptionKeys): Promise<number> {
  const sealed = (await transaction.query(lockPairwiseSecretStatement, {})).rows[0]?.sealed;
  if (!sealed || keyIdOf(sealed) === keys.current.id) return 0;
  const rewrapped = encrypt(keys, decrypt(keys, sealed, context), context);
  await transaction.query(rewrapPairwiseSecretStatement, { sealed: rewrapped });
  return 1;
}

async function findPairwiseSecret(sql: Sql, keys: KeyEncryptionKeys): Promise<Buffer> {
  const sealed = (await sql.query(findPairwiseSecretStatement, {})).rows[0]?.sealed;
  if (!sealed) throw new Error('there is no secret for pairwise subjects: a start of this release makes it');
  return decrypt(keys, sealed, context);
}

/** The names under which a client knows users and sessions (OIDC Core §8, OIDC Back-Channel Logout §2.1). */
export interface SubjectIdentifiers {
  subjectOf(userId: string): string;
  /** The user of a `sub`; a UUID that is nobody's where no user has it here. */
  userOf(subject: string): string;
  /** The `sid` of a session: as telling as a `sub`, since clients of one browser share the session. */
  sidOf(sessionId: string): string;
  sessionOf(sid: string): string;
}

const itself = (id: string): string => id;
export const publicIdentifiers: SubjectIdentifiers = {
  subjectOf: itself,
  userOf: itself,
  sidOf: itself,
  sessionOf: itself,
};

function identifiersIn(sector: string, secret: Buffer): SubjectIdentifiers {
  const [users, sessions] = [hmacSha256(secret, 'sub', sector), hmacSha256(secret, 'sid', sector)];
  return {
    subjectOf: (userId) => pseudonymOf(users, userId),
    userOf: (subject) => uuidOf(users, subject),
    sidOf: (sessionId) => pseudonymOf(sessions, sessionId),
    sessionOf: (sid) => uuidOf(sessions, sid),
  };
}

/** SQL: what {@link Subjects.seenBy} has to know of the client of a row. */
export const pairwiseClient = (client: string): string =>
  `CASE WHEN ${client}.metadata ->> 'subject_type' = 'pairwise' THEN ${client}.metadata END`;

export interface Subjects {
  /** @param client null for one with public subjects */
  seenBy(client: SectorMember | null): Promise<SubjectIdentifiers>;
}

/** The secret is read once, when the first client needs it: it never changes. */
export function createSubjects(sql: Sql, keys: KeyEncryptionKeys): Subjects {
  let secret: Promise<Buffer> | undefined;
  const remembered = (): Promise<Buffer> => {
    secret ??= findPairwiseSecret(sql, keys).catch((error: unknown) => {
      secret = undefined;
      throw error;
    });
    return secret;
  };
  return {
    async seenBy(client) {
      const sector = client ? sectorOf(client) : undefined;
      return sector === undefined ? publicIdentifiers : identifiersIn(sector, await remembered());
    },
  };
}
