import { after } from '../clock.js';
import { keyIdOf } from '../crypto/encryption.js';
import type { KeyAlgorithm } from '../crypto/jwt.js';
import { requestEncryptions } from '../protocol/client/request-encryption.js';
import { isSigningAlgorithm } from '../protocol/signing-algorithm.js';
import { listEncryptionKeys } from '../storage/encryption-keys.js';
import * as stored from '../storage/key-pairs.js';
import { keySetLife, listSigningKeys } from '../storage/signing-keys.js';
import { ensurePairwiseSecret } from '../storage/subjects.js';
import { type Administration, makeChange } from './administration.js';
import { AdministrationError } from './administration-error.js';

const hour = 3_600_000;

/**
 * How long a replaced key is kept. One that signed: until no token of it is of use any more, and an ID token serves as a hint as long as
 * a session may last (OIDC RP-Initiated Logout §2). One that is encrypted to: as long as anybody may have it from a cache.
 */
const overlapOf = ({ config: { lifetimes, signingKeys } }: Administration, alg: KeyAlgorithm): number =>
  hour +
  (isSigningAlgorithm(alg)
    ? Math.max(lifetimes.idToken, lifetimes.accessToken, lifetimes.sessionAbsolute)
    : signingKeys.publishLead);

/** How keys of an algorithm are rotated under a configuration. */
const rotationOf = (administration: Administration, alg: KeyAlgorithm): stored.KeyRotation => ({
  keys: administration.config.keyEncryptionKeys,
  random: administration.random,
  publishLead: administration.config.signingKeys.publishLead,
  overlap: overlapOf(administration, alg),
});

/** For which there are keys: to sign with, as configured, and to encrypt request objects to. */
const algorithmsOf = ({ config }: Administration): readonly KeyAlgorithm[] => [
  ...config.signingKeys.algorithms,
  ...requestEncryptions,
];

const rotated = (alg: KeyAlgorithm) =>
  ({ type: isSigningAlgorithm(alg) ? 'signing_key_rotated' : 'encryption_key_rotated' }) as const;

const withdrawn = (alg: KeyAlgorithm) =>
  ({ type: isSigningAlgorithm(alg) ? 'signing_key_withdrawn' : 'encryption_key_withdrawn' }) as const;

const told = ({ alg, kid }: stored.PublishedKey) => ({ detail: { alg, kid } });

/**
 * Makes a key for each algorithm that has none, and the secret of pairwise subjects. Call it under the provisioning lock.
 * @returns the algorithms that got one
 */
export async function ensureKeys(administration: Administration): Promise<readonly KeyAlgorithm[]> {
  const { transactions, config, random } = administration;
  await ensurePairwiseSecret(transactions, { keys: config.keyEncryptionKeys, random });
  const made = await Promise.all(
    algorithmsOf(administration).map((alg) =>
      makeChange(
        administration,
        rotated(alg),
        (change) => stored.ensureKey(transactions, alg, rotationOf(administration, alg), change),
        (key) => told(key),
      ),
    ),
  );
  return made.flatMap((key) => (key ? [key.alg] : []));
}

/** A published key, without its private half. */
export interface KeyView extends stored.PublishedKey {
  /** The newest that is active is `in use`; it was `waiting` before and is `replaced` once a newer one is. */
  readonly state: 'waiting' | 'in use' | 'replaced';
  /** When it is withdrawn; null until it has a successor. */
  readonly expiresAt: Date | null;
  /** Of the key-encryption key that its private half is encrypted under. */
  readonly keyEncryptionKeyId: string;
}

/** By algorithm, newest first. */
export async function listKeys({ sql, clock }: Administration): Promise<readonly KeyView[]> {
  const now = clock.now();
  const rows = [...(await listSigningKeys(sql, now)), ...(await listEncryptionKeys(sql, now))];
  const inUse = new Set(stored.keyPairsInUse(rows, now).values());
  return rows.map((row) => {
    const { kid, alg, activatesAt, expiresAt, privateJwk } = row;
    const state = activatesAt > now ? 'waiting' : inUse.has(row) ? 'in use' : 'replaced';
    return { kid, alg, activatesAt, expiresAt, state, keyEncryptionKeyId: keyIdOf(privateJwk) };
  });
}

export interface RotatedKey extends stored.PublishedKey {
  /** It was published before and waits to sign: nothing was changed. */
  readonly alreadyWaiting: boolean;
}

/** Each algorithm in a transaction of its own: one that fails leaves the others rotated. */
async function rotate(
  administration: Administration,
  algorithms: readonly KeyAlgorithm[],
  changed: Partial<stored.KeyRotation> = {},
): Promise<readonly RotatedKey[]> {
  const outcomes: RotatedKey[] = [];
  for (const alg of algorithms) {
    const rotation = { ...rotationOf(administration, alg), ...changed };
    outcomes.push(
      await makeChange(
        administration,
        rotated(alg),
        (change) => stored.rotateKey(administration.transactions, alg, rotation, change),
        (key) => (key.alreadyWaiting ? null : told(key)),
      ),
    );
  }
  return outcomes;
}

/** Makes the next keys; `immediately` has them used without the lead, for the case that a key is known to others. */
export const rotateKeys = (
  administration: Administration,
  { immediately }: { readonly immediately: boolean },
): Promise<readonly RotatedKey[]> =>
  rotate(administration, algorithmsOf(administration), immediately ? { publishLead: 0 } : {});

export interface WithdrawnKey {
  readonly alg: KeyAlgorithm;
  /** The key that is used in its place, where it was the one in use. */
  readonly successor: stored.PublishedKey | null;
  /** Milliseconds until the last process of ours believes it no more; resource servers have times of their own. */
  readonly believedFor: number;
}

/**
 * Withdraws a key that is known to others: what it signed counts for nothing any more, and nothing is decrypted by it.
 * @throws AdministrationError not_found
 */
export async function withdrawKey(administration: Administration, kid: string): Promise<WithdrawnKey> {
  const key = (await listKeys(administration)).find((each) => each.kid === kid);
  const ended =
    key &&
    (await makeChange(
      administration,
      withdrawn(key.alg),
      (change) => stored.withdrawKey(administration.transactions, key, rotationOf(administration, key.alg), change),
      (outcome) => (outcome ? { detail: { alg: key.alg, kid } } : null),
    ));
  if (!ended) throw new AdministrationError('not_found', `There is no published key "${kid}".`);
  return { alg: key.alg, successor: ended.successor, believedFor: keySetLife };
}

/** Makes the successor of every key that will have been in use for `rotation_interval` when the lead is over. */
export async function rotateDueKeys(administration: Administration): Promise<readonly RotatedKey[]> {
  const { clock, config } = administration;
  const { rotationInterval, publishLead } = config.signingKeys;
  const now = clock.now();
  const keys = await listKeys(administration);
  const due = algorithmsOf(administration).filter((alg) => {
    const newest = keys.find((key) => key.alg === alg);
    return newest && after(newest.activatesAt, rotationInterval - publishLead) <= now;
  });
  return rotate(administration, due);
}

/** Encrypts private keys under the first of `key_encryption_keys`. @returns how many were not yet, and that key's id */
export async function rewrapKeys(
  administration: Administration,
): Promise<{ readonly count: number; readonly keyEncryptionKeyId: string }> {
  const { transactions, config } = administration;
  const count = await makeChange(
    administration,
    { type: 'keys_rewrapped' },
    (change) => stored.rewrapKeys(transactions, config.keyEncryptionKeys, change),
    (rewrapped) => ({ detail: { count: rewrapped } }),
  );
  return { count, keyEncryptionKeyId: config.keyEncryptionKeys.current.id };
}
