import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { after } from '../clock.js';
import { decrypt, encrypt, type KeyEncryptionKeys, keyIdOf } from '../crypto/encryption.js';
import { generateKeyPair, importPrivateKey, type KeyAlgorithm } from '../crypto/jwt.js';
import type { Random } from '../crypto/random.js';
import { isSigningAlgorithm } from '../protocol/signing-algorithm.js';
import { type Change, recordChange } from './audit/change.js';
import { rewrapClientSecrets } from './clients/client-secrets.js';
import { type Columns, selected } from './connection/columns.js';
import { statement } from './connection/statement.js';
import type { Transaction, Transactions } from './connection/transactions.js';
import { rewrapTotpSecrets } from './factors/totp-authenticators.js';
import { rewrapUpstreamSessions } from './federation/upstream-sessions.js';
import type { KeyPairRow, KeyTable } from './schema/key-pairs.js';
import { rewrapPairwiseSecret } from './subjects.js';

const keyTables: readonly KeyTable[] = ['signing_keys', 'encryption_keys'];

const tableOf = (alg: KeyAlgorithm): KeyTable => (isSigningAlgorithm(alg) ? 'signing_keys' : 'encryption_keys');

const contextOf = (table: KeyTable, kid: string): string => `${table}.private_jwk ${kid}`;

/** Newest first within each algorithm. */
export const listStatement = <Alg extends KeyAlgorithm>(table: KeyTable) =>
  statement<{ now: Date }, KeyPairRow<Alg>>(
    `list_${table}`,
    (p) => `
     SELECT kid, alg, public_jwk AS "publicJwk", private_jwk AS "privateJwk", created_at AS "createdAt",
       activates_at AS "activatesAt", expires_at AS "expiresAt"
     FROM ${table} WHERE expires_at IS NULL OR expires_at > ${p.now} ORDER BY alg, activates_at DESC, kid`,
  );

/** The key pair of each algorithm that is in use: of those that are active the newest. */
export function keyPairsInUse<Alg extends KeyAlgorithm>(
  rows: readonly KeyPairRow<Alg>[],
  now: Date,
): ReadonlyMap<Alg, KeyPairRow<Alg>> {
  const inUse = new Map<Alg, KeyPairRow<Alg>>();
  for (const row of rows) if (row.activatesAt <= now && !inUse.has(row.alg)) inUse.set(row.alg, row);
  return inUse;
}

/** A key pair that can be used. */
export interface KeyPair<Alg extends KeyAlgorithm = KeyAlgorithm> {
  readonly kid: string;
  readonly alg: Alg;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Opens what is stored, each key pair once. @returns them by `kid` */
export function createKeyPairOpener<Alg extends KeyAlgorithm>(keys: KeyEncryptionKeys) {
  let opened: ReadonlyMap<string, KeyPair<Alg>> = new Map();

  function open({ kid, alg, publicJwk, privateJwk }: KeyPairRow<Alg>): KeyPair<Alg> {
    const decrypted = decrypt(keys, privateJwk, contextOf(tableOf(alg), kid)).toString();
    const privateKey = importPrivateKey(JSON.parse(decrypted) as JsonWebKey);
    return { kid, alg, privateKey, publicKey: createPublicKey({ key: publicJwk, format: 'jwk' }) };
  }

  return (rows: readonly KeyPairRow<Alg>[]): ReadonlyMap<string, KeyPair<Alg>> => {
    opened = new Map(rows.map((row) => [row.kid, opened.get(row.kid) ?? open(row)]));
    return opened;
  };
}

export interface KeyRotation {
  readonly keys: KeyEncryptionKeys;
  readonly random: Random;
  /** Milliseconds between publication and first use: longer than anybody caches the JWKS. 0 only in an emergency. */
  readonly publishLead: number;
  /** Milliseconds that a replaced key is kept: longer than anything made with it is of use. */
  readonly overlap: number;
}

/** A key pair, without its private half. */
export type PublishedKey = Readonly<Pick<KeyPairRow, 'kid' | 'alg' | 'activatesAt'>>;

const publishedKey = ({ kid, alg, activatesAt }: KeyPairRow): PublishedKey => ({ kid, alg, activatesAt });

async function makeRow(
  { keys, random }: Pick<KeyRotation, 'keys' | 'random'>,
  { alg, createdAt, activatesAt }: Pick<KeyPairRow, 'alg' | 'createdAt' | 'activatesAt'>,
): Promise<KeyPairRow> {
  const kid = random.token(12).replace(/^-/, '_'); // on a command line a dash would begin a flag
  const { publicJwk, privateJwk } = await generateKeyPair(alg);
  const sealed = encrypt(keys, Buffer.from(JSON.stringify(privateJwk)), contextOf(tableOf(alg), kid));
  return { kid, alg, publicJwk, privateJwk: sealed, createdAt, activatesAt, expiresAt: null };
}

const keyColumns = selected({
  kid: 'kid',
  alg: 'alg',
  publicJwk: 'public_jwk',
  privateJwk: 'private_jwk',
  createdAt: 'created_at',
  activatesAt: 'activates_at',
  expiresAt: 'expires_at',
} satisfies Columns<KeyPairRow>);

/** What is done with the keys of one table. */
const statementsOf = (table: KeyTable) => ({
  insert: statement<KeyPairRow>(
    `insert_into_${table}`,
    (p) => `
     INSERT INTO ${table} (kid, alg, public_jwk, private_jwk, created_at, activates_at, expires_at)
     VALUES (${p.kid}, ${p.alg}, ${p.publicJwk}, ${p.privateJwk}, ${p.createdAt}, ${p.activatesAt}, ${p.expiresAt})`,
  ),
  newest: statement<Pick<KeyPairRow, 'alg'>, KeyPairRow>(
    `newest_of_${table}`,
    (p) => `SELECT ${keyColumns} FROM ${table} WHERE alg = ${p.alg} ORDER BY activates_at DESC LIMIT 1`,
  ),
  find: statement<Pick<KeyPairRow, 'kid'>, KeyPairRow>(
    `find_in_${table}`,
    (p) => `SELECT ${keyColumns} FROM ${table} WHERE kid = ${p.kid}`,
  ),
  active: statement<Pick<KeyPairRow, 'alg'> & { readonly now: Date }, KeyPairRow>(
    `active_of_${table}`,
    (p) => `
     SELECT ${keyColumns} FROM ${table}
     WHERE alg = ${p.alg} AND activates_at <= ${p.now} AND expires_at IS NULL LIMIT 1`,
  ),
  replace: statement<Pick<KeyPairRow, 'alg'> & { readonly expiresAt: Date }>(
    `replace_in_${table}`,
    (p) => `UPDATE ${table} SET expires_at = ${p.expiresAt} WHERE alg = ${p.alg} AND expires_at IS NULL`,
  ),
  end: statement<Pick<KeyPairRow, 'kid'> & { readonly now: Date }>(
    `end_in_${table}`,
    (p) => `UPDATE ${table} SET expires_at = ${p.now} WHERE kid = ${p.kid}`,
  ),
  lock: statement<object, KeyPairRow>(
    `lock_${table}`,
    () => `SELECT ${keyColumns} FROM ${table} ORDER BY kid FOR UPDATE`,
  ),
  rewrap: statement<Pick<KeyPairRow, 'kid' | 'privateJwk'>>(
    `rewrap_in_${table}`,
    (p) => `UPDATE ${table} SET private_jwk = ${p.privateJwk} WHERE kid = ${p.kid}`,
  ),
});

const statements = { signing_keys: statementsOf('signing_keys'), encryption_keys: statementsOf('encryption_keys') };

const statementsFor = (alg: KeyAlgorithm) => statements[tableOf(alg)];

const insertRow = (transaction: Transaction, row: KeyPairRow) => transaction.query(statementsFor(row.alg).insert, row);

const lockRotationStatement = statement<object>(
  'lock_rotation',
  () => "SELECT pg_advisory_xact_lock(hashtextextended('rotate_signing_keys', 0))",
);

/**
 * Makes a key that is used at once, for an algorithm that has none. Call it under the provisioning lock.
 * @returns null when there is one already
 */
export async function ensureKey(
  transactions: Transactions,
  alg: KeyAlgorithm,
  rotation: Pick<KeyRotation, 'keys' | 'random'>,
  change: Change,
): Promise<PublishedKey | null> {
  if ((await transactions.query(statementsFor(alg).newest, { alg })).rowCount > 0) return null;
  const row = await makeRow(rotation, { alg, createdAt: change.now, activatesAt: change.now });
  await transactions.run(async (transaction) => {
    await insertRow(transaction, row);
    await recordChange(transaction, change, { alg, kid: row.kid });
  });
  return publishedKey(row);
}

/**
 * Makes the next key of an algorithm, to be used after the lead, and sets the end of the one that it replaces.
 * Nothing happens while a next key waits already, unless the lead is 0: then the new one is used from now on.
 */
export async function rotateKey(
  transactions: Transactions,
  alg: KeyAlgorithm,
  rotation: KeyRotation,
  change: Change,
): Promise<PublishedKey & { readonly alreadyWaiting: boolean }> {
  const { now } = change;
  const { newest, replace } = statementsFor(alg);
  return transactions.run(async (transaction) => {
    await transaction.query(lockRotationStatement, {});
    const [latest] = (await transaction.query(newest, { alg })).rows;
    if (latest && latest.activatesAt > now && rotation.publishLead > 0) {
      return { ...publishedKey(latest), alreadyWaiting: true };
    }
    const activatesAt = after(now, rotation.publishLead);
    await transaction.query(replace, { alg, expiresAt: after(activatesAt, rotation.overlap) });
    const row = await makeRow(rotation, { alg, createdAt: now, activatesAt });
    await insertRow(transaction, row);
    await recordChange(transaction, change, { alg, kid: row.kid });
    return { ...publishedKey(row), alreadyWaiting: false };
  });
}

/**
 * Ends a key at this moment: it is published no more, and verifies and decrypts nothing. Where it was the one in use, a new one takes
 * its place from now on, in the same transaction.
 * @returns the key that took its place if one had to; undefined when there is no such key
 */
export async function withdrawKey(
  transactions: Transactions,
  { kid, alg }: Pick<KeyPairRow, 'kid' | 'alg'>,
  rotation: Pick<KeyRotation, 'keys' | 'random'>,
  change: Change,
): Promise<{ readonly successor: PublishedKey | null } | undefined> {
  const { now } = change;
  const { find, end, active } = statementsFor(alg);
  return transactions.run(async (transaction) => {
    await transaction.query(lockRotationStatement, {});
    const [row] = (await transaction.query(find, { kid })).rows;
    if (!row || (row.expiresAt && row.expiresAt <= now)) return undefined;
    await transaction.query(end, { kid, now });
    await recordChange(transaction, change, { alg, kid });
    if ((await transaction.query(active, { alg, now })).rowCount > 0) return { successor: null };
    const made = await makeRow(rotation, { alg, createdAt: now, activatesAt: now });
    await insertRow(transaction, made);
    return { successor: publishedKey(made) };
  });
}

async function rewrapTable(transaction: Transaction, table: KeyTable, keys: KeyEncryptionKeys): Promise<number> {
  const { lock, rewrap } = statements[table];
  const { rows } = await transaction.query(lock, {});
  const stale = rows.filter((row) => keyIdOf(row.privateJwk) !== keys.current.id);
  for (const { kid, privateJwk } of stale) {
    const context = contextOf(table, kid);
    const rewrapped = encrypt(keys, decrypt(keys, privateJwk, context), context);
    await transaction.query(rewrap, { kid, privateJwk: rewrapped });
  }
  return stale.length;
}

/** Encrypts every private key and every other secret that has to be recoverable under the current key-encryption key (`keys rewrap`). @returns how many were not yet */
export async function rewrapKeys(transactions: Transactions, keys: KeyEncryptionKeys, change: Change): Promise<number> {
  return transactions.run(async (transaction) => {
    let count = 0;
    for (const table of keyTables) count += await rewrapTable(transaction, table, keys);
    count += await rewrapTotpSecrets(transaction, keys);
    count += await rewrapClientSecrets(transaction, keys);
    count += await rewrapPairwiseSecret(transaction, keys);
    count += await rewrapUpstreamSessions(transaction, keys);
    await recordChange(transaction, change, { count });
    return count;
  });
}
