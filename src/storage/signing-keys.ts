import { createPublicKey, type JsonWebKey } from 'node:crypto';
import {
  Column,
  Entity,
  type EntityManager,
  IsNull,
  LessThanOrEqual,
  PrimaryColumn,
  type QueryDeepPartialEntity,
} from 'typeorm';
import { remember } from '../cache/remembered.js';
import { after, type Clock } from '../clock.js';
import { decrypt, encrypt, type KeyEncryptionKeys, keyIdOf } from '../crypto/encryption.js';
import { generateKeyPair, importPrivateKey, type SigningKey, type VerificationKey } from '../crypto/jwt.js';
import type { Random } from '../crypto/random.js';
import type { SigningAlgorithm } from '../protocol/signing-algorithm.js';
import { type Change, recordChange } from './audit/change.js';
import { rewrapClientSecrets } from './clients/client-secrets.js';
import type { Sql } from './connection/sql.js';
import { statement } from './connection/statement.js';
import { rewrapTotpSecrets } from './factors/totp-authenticators.js';
import { rewrapPairwiseSecret } from './subjects.js';

/** A key pair that every process shares. The private half is encrypted under a key-encryption key. */
@Entity('signing_keys')
export class SigningKeyRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'signing_keys_pkey' })
  kid!: string;
  @Column('text')
  alg!: SigningAlgorithm;
  @Column('jsonb', { name: 'public_jwk' })
  publicJwk!: JsonWebKey;
  @Column('bytea', { name: 'private_jwk' })
  privateJwk!: Buffer;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  /** Published before, signs from here on. */
  @Column('timestamptz', { name: 'activates_at' })
  activatesAt!: Date;
  /** Null until a successor is made; then when the last token signed with it is gone. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
}

const contextOf = (kid: string): string => `signing_keys.private_jwk ${kid}`;

const listSigningKeysStatement = statement<{ now: Date }, SigningKeyRow>(
  'list_signing_keys',
  (p) => `
   SELECT kid, alg, public_jwk AS "publicJwk", private_jwk AS "privateJwk", created_at AS "createdAt",
     activates_at AS "activatesAt", expires_at AS "expiresAt"
   FROM signing_keys WHERE expires_at IS NULL OR expires_at > ${p.now} ORDER BY alg, activates_at DESC, kid`,
);

/** Newest first within each algorithm. */
export async function listSigningKeys(sql: Sql, now: Date): Promise<SigningKeyRow[]> {
  return (await sql.query(listSigningKeysStatement, { now })).rows;
}

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

/** Milliseconds between two attempts to read them while it has none. */
const retryInterval = 500;

export function createSigningKeys(sql: Sql, keys: KeyEncryptionKeys, clock: Clock): SigningKeys {
  const imported = new Map<string, SigningKey & VerificationKey>();

  function importRow(row: SigningKeyRow): SigningKey & VerificationKey {
    const present = imported.get(row.kid);
    if (present) return present;
    const privateJwk = JSON.parse(decrypt(keys, row.privateJwk, contextOf(row.kid)).toString()) as JsonWebKey;
    const key = {
      kid: row.kid,
      alg: row.alg,
      privateKey: importPrivateKey(privateJwk),
      publicKey: createPublicKey({ key: row.publicJwk, format: 'jwk' }),
    };
    imported.set(row.kid, key);
    return key;
  }

  async function read(): Promise<KeySet> {
    const now = clock.now();
    const rows = await listSigningKeys(sql, now);
    const byKid = new Map(rows.map((row) => [row.kid, importRow(row)]));
    for (const kid of imported.keys()) if (!byKid.has(kid)) imported.delete(kid);
    return describeKeySet(rows, byKid, now);
  }

  const remembered = remember(read, clock, {
    freshFor: keySetLife,
    // After an idle hour the first who asks must not get what was right then.
    waitsForRenewal: true,
    keepFor: Number.POSITIVE_INFINITY,
    cooldown: keySetLife,
    retryInterval,
  });
  return { keySet: remembered.get };
}

function describeKeySet(
  rows: readonly SigningKeyRow[],
  byKid: ReadonlyMap<string, SigningKey & VerificationKey>,
  now: Date,
): KeySet {
  const signing = new Map<SigningAlgorithm, SigningKeyRow>();
  for (const row of rows) if (row.activatesAt <= now && !signing.has(row.alg)) signing.set(row.alg, row);
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

export interface KeyRotation {
  readonly keys: KeyEncryptionKeys;
  readonly random: Random;
  /** Milliseconds between publication and first signature: longer than anybody caches the JWKS. 0 only in an emergency. */
  readonly publishLead: number;
  /** Milliseconds that a replaced key stays published: longer than any token lives. */
  readonly overlap: number;
}

/** A published key, without its private half. */
export type PublishedKey = Readonly<Pick<SigningKeyRow, 'kid' | 'alg' | 'activatesAt'>>;

const publishedKey = ({ kid, alg, activatesAt }: SigningKeyRow): PublishedKey => ({ kid, alg, activatesAt });

async function makeRow(
  { keys, random }: Pick<KeyRotation, 'keys' | 'random'>,
  { alg, createdAt, activatesAt }: Pick<SigningKeyRow, 'alg' | 'createdAt' | 'activatesAt'>,
): Promise<SigningKeyRow> {
  const kid = random.token(12).replace(/^-/, '_'); // on a command line a dash would begin a flag
  const { publicJwk, privateJwk } = await generateKeyPair(alg);
  const sealed = encrypt(keys, Buffer.from(JSON.stringify(privateJwk)), contextOf(kid));
  return { kid, alg, publicJwk, privateJwk: sealed, createdAt, activatesAt, expiresAt: null };
}

async function insertRow(transaction: EntityManager, row: SigningKeyRow, change: Change): Promise<void> {
  await transaction.insert(SigningKeyRow, row as QueryDeepPartialEntity<SigningKeyRow>);
  await recordChange(transaction, change, { alg: row.alg, kid: row.kid });
}

/**
 * Makes a key that signs at once, for an algorithm that has none. Call it under the provisioning lock.
 * @returns null when there is one already
 */
export async function ensureSigningKey(
  manager: EntityManager,
  alg: SigningAlgorithm,
  rotation: Pick<KeyRotation, 'keys' | 'random'>,
  change: Change,
): Promise<PublishedKey | null> {
  if (await manager.existsBy(SigningKeyRow, { alg })) return null;
  const row = await makeRow(rotation, { alg, createdAt: change.now, activatesAt: change.now });
  await manager.transaction((transaction) => insertRow(transaction, row, change));
  return publishedKey(row);
}

/**
 * Publishes the next key of an algorithm, to sign after the lead, and sets the end of the one that it replaces.
 * Nothing happens while a next key waits already, unless the lead is 0: then the new one signs from now on.
 */
export async function rotateSigningKey(
  manager: EntityManager,
  alg: SigningAlgorithm,
  rotation: KeyRotation,
  change: Change,
): Promise<PublishedKey & { readonly alreadyWaiting: boolean }> {
  const { now } = change;
  return manager.transaction(async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('rotate_signing_keys', 0))");
    const newest = await transaction.findOne(SigningKeyRow, { where: { alg }, order: { activatesAt: 'DESC' } });
    if (newest && newest.activatesAt > now && rotation.publishLead > 0) {
      return { ...publishedKey(newest), alreadyWaiting: true };
    }
    const activatesAt = after(now, rotation.publishLead);
    const retire = 'UPDATE signing_keys SET expires_at = $2 WHERE alg = $1 AND expires_at IS NULL';
    await transaction.query(retire, [alg, after(activatesAt, rotation.overlap)]);
    const row = await makeRow(rotation, { alg, createdAt: now, activatesAt });
    await insertRow(transaction, row, change);
    return { ...publishedKey(row), alreadyWaiting: false };
  });
}

/**
 * Ends a key at this moment: it is published no more and verifies nothing. Where it was the one that signs, a new one signs from
 * now on, in the same transaction.
 * @returns the algorithm, and the key that took its place if one had to; null when there is no such key
 */
export async function withdrawSigningKey(
  manager: EntityManager,
  kid: string,
  rotation: Pick<KeyRotation, 'keys' | 'random'>,
  change: Change,
): Promise<{ readonly alg: SigningAlgorithm; readonly successor: PublishedKey | null } | null> {
  const { now } = change;
  return manager.transaction(async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('rotate_signing_keys', 0))");
    const row = await transaction.findOneBy(SigningKeyRow, { kid });
    if (!row || (row.expiresAt && row.expiresAt <= now)) return null;
    await transaction.update(SigningKeyRow, { kid }, { expiresAt: now });
    await recordChange(transaction, change, { alg: row.alg, kid });
    const signs = await transaction.findOneBy(SigningKeyRow, {
      alg: row.alg,
      activatesAt: LessThanOrEqual(now),
      expiresAt: IsNull(),
    });
    if (signs) return { alg: row.alg, successor: null };
    const made = await makeRow(rotation, { alg: row.alg, createdAt: now, activatesAt: now });
    await transaction.insert(SigningKeyRow, made as QueryDeepPartialEntity<SigningKeyRow>);
    return { alg: row.alg, successor: publishedKey(made) };
  });
}

/** Encrypts every private key and every other secret that has to be recoverable under the current key-encryption key (`keys rewrap`). @returns how many were not yet */
export async function rewrapSigningKeys(
  manager: EntityManager,
  keys: KeyEncryptionKeys,
  change: Change,
): Promise<number> {
  return manager.transaction(async (transaction) => {
    const rows = await transaction.find(SigningKeyRow, { lock: { mode: 'pessimistic_write' } });
    const stale = rows.filter((row) => keyIdOf(row.privateJwk) !== keys.current.id);
    for (const row of stale) {
      const privateJwk = encrypt(keys, decrypt(keys, row.privateJwk, contextOf(row.kid)), contextOf(row.kid));
      await transaction.update(SigningKeyRow, { kid: row.kid }, { privateJwk });
    }
    const secrets = (await rewrapTotpSecrets(transaction, keys)) + (await rewrapClientSecrets(transaction, keys));
    const count = stale.length + secrets + (await rewrapPairwiseSecret(transaction, keys));
    await recordChange(transaction, change, { count });
    return count;
  });
}
