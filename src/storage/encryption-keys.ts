import type { JsonWebKey, KeyObject } from 'node:crypto';
import { type Remembered, remember } from '../cache/remembered.js';
import type { Clock } from '../clock.js';
import type { KeyEncryptionKeys } from '../crypto/encryption.js';
import type { RequestEncryption } from '../protocol/client/request-encryption.js';
import type { Sql } from './connection/sql.js';
import { createKeyPairOpener, keyPairsInUse, listStatement } from './key-pairs.js';
import type { KeyPairRow } from './schema/key-pairs.js';
import { keyFreshness } from './signing-keys.js';

const listEncryptionKeysStatement = listStatement<RequestEncryption>('encryption_keys');

/** Newest first within each algorithm. */
export const listEncryptionKeys = async (sql: Sql, now: Date): Promise<KeyPairRow<RequestEncryption>[]> =>
  (await sql.query(listEncryptionKeysStatement, { now })).rows;

/** The keys as they are at one moment. */
export interface EncryptionKeySet {
  /** The private key that a JWE names, replaced ones included; for one that names none the published one of its algorithm. */
  find(alg: string, kid: string | undefined): KeyObject | undefined;
  /** One for each algorithm: what is replaced is encrypted to no more (OIDC Core §10.2.1). */
  readonly published: readonly JsonWebKey[];
}

/** At most five seconds old, as the keys that sign. */
export type EncryptionKeys = Pick<Remembered<EncryptionKeySet>, 'get'>;

export function createEncryptionKeys(sql: Sql, keys: KeyEncryptionKeys, clock: Clock): EncryptionKeys {
  const open = createKeyPairOpener<RequestEncryption>(keys);

  async function read(): Promise<EncryptionKeySet> {
    const now = clock.now();
    const rows = await listEncryptionKeys(sql, now);
    const byKid = open(rows);
    const inUse = [...keyPairsInUse(rows, now).values()];
    return {
      find(alg, kid) {
        const key = byKid.get(kid ?? inUse.find((row) => row.alg === alg)?.kid ?? '');
        return key?.alg === alg ? key.privateKey : undefined;
      },
      published: inUse.map(({ kid, alg, publicJwk }) => ({ ...publicJwk, kid, alg, use: 'enc' })),
    };
  }

  return remember(read, clock, keyFreshness);
}
