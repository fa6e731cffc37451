import { after } from '../clock.js';
import { keyIdOf } from '../crypto/encryption.js';
import type { SigningAlgorithm } from '../protocol/signing-algorithm.js';
import * as stored from '../storage/signing-keys.js';
import { ensurePairwiseSecret } from '../storage/subjects.js';
import { type Administration, makeChange } from './administration.js';
import { AdministrationError } from './administration-error.js';

const hour = 3_600_000;

/**
 * How keys are rotated under a configuration. A replaced key stays published until no token signed with it is of use any
 * more: an ID token serves as a hint as long as a session may last (OIDC RP-Initiated Logout §2).
 */
const rotationOf = ({ config, random }: Administration): stored.KeyRotation => ({
  keys: config.keyEncryptionKeys,
  random,
  publishLead: config.signingKeys.publishLead,
  overlap: Math.max(config.lifetimes.idToken, config.lifetimes.accessToken, config.lifetimes.sessionAbsolute) + hour,
});

const rotated = { type: 'signing_key_rotated' } as const;

const told = ({ alg, kid }: stored.PublishedKey) => ({ detail: { alg, kid } });

/**
 * Makes a key for each configured algorithm that has none, and the secret of pairwise subjects. Call it under the provisioning lock.
 * @returns the algorithms that got one
 */
export async function ensureKeys(administration: Administration): Promise<readonly SigningAlgorithm[]> {
  const { manager, config } = administration;
  const rotation = rotationOf(administration);
  await ensurePairwiseSecret(manager, rotation);
  const made = await Promise.all(
    config.signingKeys.algorithms.map((alg) =>
      makeChange(
        administration,
        rotated,
        (change) => stored.ensureSigningKey(manager, alg, rotation, change),
        (key) => told(key),
      ),
    ),
  );
  return made.flatMap((key) => (key ? [key.alg] : []));
}

/** A published key, without its private half. */
export interface KeyView extends stored.PublishedKey {
  /** The newest that is active signs; it was `waiting` before and is `published` once a newer one signs. */
  readonly state: 'waiting' | 'signing' | 'published';
  /** When it is withdrawn; null until it has a successor. */
  readonly expiresAt: Date | null;
  /** Of the key-encryption key that its private half is encrypted under. */
  readonly keyEncryptionKeyId: string;
}

/** By algorithm, newest first. */
export async function listKeys({ sql, clock }: Administration): Promise<readonly KeyView[]> {
  const now = clock.now();
  const signing = new Set<SigningAlgorithm>();
  return (await stored.listSigningKeys(sql, now)).map(({ kid, alg, activatesAt, expiresAt, privateJwk }) => {
    const state = activatesAt > now ? 'waiting' : signing.has(alg) ? 'published' : 'signing';
    if (state === 'signing') signing.add(alg);
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
  algorithms: readonly SigningAlgorithm[],
  rotation: stored.KeyRotation,
): Promise<readonly RotatedKey[]> {
  const outcomes: RotatedKey[] = [];
  for (const alg of algorithms) {
    outcomes.push(
      await makeChange(
        administration,
        rotated,
        (change) => stored.rotateSigningKey(administration.manager, alg, rotation, change),
        (key) => (key.alreadyWaiting ? null : told(key)),
      ),
    );
  }
  return outcomes;
}

/** Publishes the next keys; `immediately` lets them sign without the lead, for the case that a key is known to others. */
export function rotateKeys(
  administration: Administration,
  { immediately }: { readonly immediately: boolean },
): Promise<readonly RotatedKey[]> {
  const rotation = rotationOf(administration);
  const publishLead = immediately ? 0 : rotation.publishLead;
  return rotate(administration, administration.config.signingKeys.algorithms, { ...rotation, publishLead });
}

export interface WithdrawnKey {
  readonly alg: SigningAlgorithm;
  /** The key that signs in its place, where it was the one that signed. */
  readonly successor: stored.PublishedKey | null;
  /** Milliseconds until the last process of ours believes it no more; resource servers have times of their own. */
  readonly believedFor: number;
}

/**
 * Withdraws a key that is known to others: what it signed counts for nothing any more.
 * @throws AdministrationError not_found
 */
export async function withdrawKey(administration: Administration, kid: string): Promise<WithdrawnKey> {
  const withdrawn = await makeChange(
    administration,
    { type: 'signing_key_withdrawn' },
    (change) => stored.withdrawSigningKey(administration.manager, kid, rotationOf(administration), change),
    ({ alg }) => ({ detail: { alg, kid } }),
  );
  if (!withdrawn) throw new AdministrationError('not_found', `There is no published key "${kid}".`);
  return { ...withdrawn, believedFor: stored.keySetLife };
}

/** Publishes the successor of every key that will have signed for `rotation_interval` when the lead is over. */
export async function rotateDueKeys(administration: Administration): Promise<readonly RotatedKey[]> {
  const { sql, clock, config } = administration;
  const { rotationInterval, publishLead, algorithms } = config.signingKeys;
  const now = clock.now();
  const keys = await stored.listSigningKeys(sql, now);
  const due = algorithms.filter((alg) => {
    const newest = keys.find((key) => key.alg === alg);
    return newest && after(newest.activatesAt, rotationInterval - publishLead) <= now;
  });
  return rotate(administration, due, rotationOf(administration));
}

/** Encrypts private keys under the first of `key_encryption_keys`. @returns how many were not yet, and that key's id */
export async function rewrapKeys(
  administration: Administration,
): Promise<{ readonly count: number; readonly keyEncryptionKeyId: string }> {
  const { manager, config } = administration;
  const count = await makeChange(
    administration,
    { type: 'keys_rewrapped' },
    (change) => stored.rewrapSigningKeys(manager, config.keyEncryptionKeys, change),
    (rewrapped) => ({ detail: { count: rewrapped } }),
  );
  return { count, keyEncryptionKeyId: config.keyEncryptionKeys.current.id };
}
