import type { JsonWebKey } from 'node:crypto';
import { type Freshness, remember } from '../cache/remembered.js';
import type { Clock } from '../clock.js';
import type { KeyEncryptionKeys } from '../crypto/encryption.js';
import type { SigningKey, VerificationKey } from '../crypto/jwt.js';
import type { SigningAlgorithm } from '../protocol/signing-algorithm.js';
import type { Sql } from './connection/sql.js';
import { createKeyPairOpener, type KeyPair, keyPairsInUse, listStatement } from './key-pairs.js';
import type { KeyPairRow } from './schema/key-pairs.js';

const listSigningKeysStatement = listStatement<SigningAlgorithm>('signing_keys');

/** Newest first within each algorithm. */
export const listSigningKeys = async (sql: Sql, now: Date): Promise<KeyPairRow<SigningAlgorithm>[]> =>
  (await sql.query(listSigningKeysStatement, { now })).rows;

/** The keys as they are at one moment. */
export interface KeySet {
  /** The key that signs. @throws Error when there is none for the algorithm */
  current(alg: SigningAlgorithm): SigningKey;
  /** A published key, the next and the previous ones included. */
  find(kid: string): VerificationKey | undefined;
  /** RFC 7517 §5: public members, `kid`, `alg` and `use` only. */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };
  /** Age of the signing key of each algorithm, in seconds. */
  readonly ages: ReadonlyMap<SigningAlgorithm, number>;
}

export interface SigningKeys {
  /**
   * At most five seconds old; a successor is published far longer before it signs. While the database is away the keys of before
   * are still right.
   */
  keySet(): Promise<KeySet>;
}

/** Milliseconds that a process goes on with the keys that it has read. */
export const keySetLife = 5_000;

export const keyFreshness: Freshness = {
  freshFor: keySetLife,
  // After an idle hour the first who asks must not get what was right then.
  waitsForRenewal: true,
  keepFor: Number.POSITIVE_INFINITY,
  cooldown: keySetLife,
  retryInterval: 500,
};

export function createSigningKeys(sql: Sql, keys: KeyEncryptionKeys, clock: Clock): SigningKeys {
  const open = createKeyPairOpener<SigningAlgorithm>(keys);

  async function read(): Promise<KeySet> {
    const now = clock.now();
    const rows = await listSigningKeys(sql, now);
    return describeKeySet(rows, open(rows), now);
  }

  return { keySet: remember(read, clock, keyFreshness).get };
}

function describeKeySet(
  rows: readonly KeyPairRow<SigningAlgorithm>[],
  byKid: ReadonlyMap<string, KeyPair<SigningAlgorithm>>,
  now: Date,
): KeySet {
  const signing = keyPairsInUse(rows, now);
  return {
    current(alg) {
      const key = byKid.get(signing.get(alg)?.kid ?? '');
      if (!key) throw new Error(`there is no signing key for ${alg}`);
      return key;
    },
    find: (kid) => byKid.get(kid),
    jwks: { keys: rows.map(({ kid, alg, publicJwk }) => ({ ...publicJwk, kid, alg, use: 'sig' })) },
    ages: new Map([...signing].map(([alg, row]) => [alg, (now.getTime() - row.activatesAt.getTime()) / 1000])),
  };
}
