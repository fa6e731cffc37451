import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { signJwt, verifyOwnJwt } from '../../../src/crypto/jwt.js';
import { systemRandom } from '../../../src/crypto/random.js';
import { createEncryptionKeys } from '../../../src/storage/encryption-keys.js';
import { ensureKey, type KeyRotation, rewrapKeys, rotateKey, withdrawKey } from '../../../src/storage/key-pairs.js';
import { createSigningKeys, keySetLife } from '../../../src/storage/signing-keys.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { change, later, start } from '../../support/rows.js';

const first = { id: 'first', key: Buffer.alloc(32, 1) };
const second = { id: 'second', key: Buffer.alloc(32, 2) };
const keys = { current: first, all: [first] };
const rotation: KeyRotation = {
  keys,
  random: systemRandom,
  publishLead: 60_000,
  overlap: 3_600_000,
};

let database: TestDatabase;
let now = start;
const clock = { now: () => now };
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  now = start;
  await database.pool.query('TRUNCATE signing_keys, encryption_keys');
  await ensureKey(database.transactions, 'ES256', rotation, change);
});
afterAll(() => database.close());

const rotate = (at: Date, how = rotation) => rotateKey(database.transactions, 'ES256', how, { ...change, now: at });
const kids = async () => (await createSigningKeys(database.sql, keys, clock).keySet()).jwks.keys.map(({ kid }) => kid);

describe('signing keys', () => {
  it('are made once for each algorithm', async () => {
    const ensure = (alg: 'ES256' | 'EdDSA') => ensureKey(database.transactions, alg, rotation, change);
    expect(await ensure('ES256')).toBeNull();
    expect(await ensure('EdDSA')).toEqual({ kid: expect.any(String), alg: 'EdDSA', activatesAt: start });
  });

  it('publish public members only (RFC 7517 §9.2)', async () => {
    const { jwks } = await createSigningKeys(database.sql, keys, clock).keySet();
    expect(jwks.keys).toEqual([
      expect.objectContaining({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: expect.any(String) }),
    ]);
    expect(JSON.stringify(jwks)).not.toContain('"d"');
  });

  it('are not readable in the database', async () => {
    const { rows } = await database.pool.query('SELECT private_jwk FROM signing_keys');
    expect(rows[0].private_jwk.toString('latin1')).not.toContain('"d"');
  });

  it('are published before they sign, and stay until the tokens of the old one are gone', async () => {
    const [old] = await kids();
    const next = await rotate(start);
    const at = async (moment: Date) => {
      now = moment;
      const set = await createSigningKeys(database.sql, keys, clock).keySet();
      return { signs: set.current('ES256').kid, published: (await kids()).length };
    };
    expect(await at(later(59_999))).toEqual({ signs: old, published: 2 });
    expect(await at(later(60_000))).toEqual({ signs: next.kid, published: 2 });
    expect(await at(later(3_659_999))).toEqual({ signs: next.kid, published: 2 });
    expect(await at(later(3_660_000))).toEqual({ signs: next.kid, published: 1 });
  });

  it('of twenty rotations at once publish one', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => rotate(start)));
    expect(outcomes.filter(({ alreadyWaiting }) => !alreadyWaiting)).toHaveLength(1);
    expect(await kids()).toHaveLength(2);
  });

  it('sign at once in an emergency, even if the next one waits already', async () => {
    await rotate(start);
    const { kid } = await rotate(later(1), { ...rotation, publishLead: 0 });
    now = later(1);
    const set = await createSigningKeys(database.sql, keys, clock).keySet();
    expect(set.current('ES256').kid).toBe(kid);
  });

  it('are read again after five seconds, and the known ones serve while the database is away', async () => {
    let fail = false;
    let attempts = 0;
    const flaky: typeof database.sql = {
      query(statement, parameters) {
        attempts += 1;
        return fail ? Promise.reject(new Error('away')) : database.sql.query(statement, parameters);
      },
    };
    const signing = createSigningKeys(flaky, keys, clock);
    const token = await signJwt((await signing.keySet()).current('ES256'), 'JWT', { iss: 'i', iat: 1, exp: 2e9 });
    fail = true;
    now = later(keySetLife);
    const sets = await Promise.all([signing.keySet(), signing.keySet()]);
    for (const set of [...sets, await signing.keySet()])
      expect(await verifyOwnJwt(token, set.find, { issuer: 'i', typ: 'JWT', now })).toMatchObject({ iss: 'i' });
    expect(attempts).toBe(2);
    fail = false;
    now = later(2 * keySetLife);
    await rotate(now);
    expect((await signing.keySet()).jwks.keys).toHaveLength(2);
  });

  it('are rewrapped under a new key-encryption key, with which they open alone', async () => {
    const [kid] = await kids();
    const both = { current: second, all: [second, first] };
    expect(await rewrapKeys(database.transactions, both, change)).toBe(1);
    expect(await rewrapKeys(database.transactions, both, change)).toBe(0);
    const alone = await createSigningKeys(database.sql, { current: second, all: [second] }, clock).keySet();
    expect(alone.current('ES256').kid).toBe(kid);
    await expect(createSigningKeys(database.sql, keys, clock).keySet()).rejects.toThrow('"second"');
  });
});

describe('keys that request objects are encrypted to (OIDC Core §10.2)', () => {
  const alg = 'ECDH-ES';
  const set = async (at: Date) => {
    now = at;
    return createEncryptionKeys(database.sql, keys, clock).get();
  };
  const ensure = () => ensureKey(database.transactions, alg, rotation, change);
  const rotateAt = (at: Date) => rotateKey(database.transactions, alg, rotation, { ...change, now: at });

  it('are published by their public members, for encryption, and sign nothing', async () => {
    const made = await ensure();
    const { published, find } = await set(start);
    expect(published).toEqual([
      { kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String), kid: made?.kid, alg, use: 'enc' },
    ]);
    expect(find(alg, made?.kid)?.type).toBe('private');
    expect(find('RSA-OAEP-256', made?.kid)).toBeUndefined();
    expect(find(alg, 'unknown')).toBeUndefined();
    expect(await kids()).not.toContain(made?.kid);
  });

  it('of two the newer alone is published, and the older one decrypts for a while (OIDC Core §10.2.1)', async () => {
    const old = await ensure();
    const next = await rotateAt(start);
    const at = async (moment: Date) => {
      const { published, find } = await set(moment);
      const found = [old, next].map((key) => find(alg, key?.kid) !== undefined);
      const unnamed = find(alg, undefined);
      expect(unnamed).toBe(find(alg, String(published[0]?.kid)));
      return [published.map(({ kid }) => kid), ...found];
    };
    expect(await at(later(59_999))).toEqual([[old?.kid], true, true]);
    expect(await at(later(60_000))).toEqual([[next.kid], true, true]);
    expect(await at(later(3_660_000))).toEqual([[next.kid], false, true]);
  });

  it('are withdrawn and rewrapped as those that sign are', async () => {
    const leaked = await ensure();
    const named = { kid: leaked?.kid ?? '', alg } as const;
    const withdrawn = await withdrawKey(database.transactions, named, rotation, change);
    expect((await set(start)).published.map(({ kid }) => kid)).toEqual([withdrawn?.successor?.kid]);
    expect((await set(start)).find(alg, leaked?.kid)).toBeUndefined();
    const both = { current: second, all: [second, first] };
    expect(await rewrapKeys(database.transactions, both, change)).toBe(3);
    const alone = createEncryptionKeys(database.sql, { current: second, all: [second] }, clock);
    expect((await alone.get()).find(alg, undefined)).toBeDefined();
  });

  it('are not readable in the database', async () => {
    await ensure();
    const { rows } = await database.pool.query('SELECT private_jwk FROM encryption_keys');
    expect(rows[0].private_jwk.toString('latin1')).not.toContain('"d"');
  });
});
