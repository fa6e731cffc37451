import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from '../../../src/administration/clients.js';
import {
  ensureKeys,
  listKeys,
  rewrapKeys,
  rotateDueKeys,
  rotateKeys,
  withdrawKey,
} from '../../../src/administration/keys.js';
import { openClientSecret } from '../../../src/storage/clients/client-secrets.js';
import { findClient } from '../../../src/storage/clients/clients.js';
import { keepUpstreamSession, openUpstreamSession } from '../../../src/storage/federation/upstream-sessions.js';
import { createSigningKeys } from '../../../src/storage/signing-keys.js';
import { administer, auditRows, day } from '../../support/administration.js';
import { configuration } from '../../support/configuration.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addUser, later, start } from '../../support/rows.js';

const hour = 3_600_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  await database.pool.query('DELETE FROM signing_keys');
  await ensureKeys(administer(database));
  await auditRows(database);
});
afterAll(() => database.close());

const at = (now: Date) => administer(database, { clock: { now: () => now } });
/** Those that sign; those that are encrypted to stay from test to test. */
const signing = async (now: Date) => (await listKeys(at(now))).filter(({ alg }) => alg === 'ES256');
const states = async (now: Date) => (await signing(now)).map(({ state }) => state);

describe('the key rotation', () => {
  it('publishes a successor a lead before the interval is over, once, and drops the old one when its tokens are gone', async () => {
    const runAt = async (now: Date) => {
      await rotateDueKeys(at(now));
      return (await signing(now)).map(({ activatesAt }) => (activatesAt.getTime() - start.getTime()) / day);
    };
    expect(await runAt(later(88 * day))).toEqual([0]);
    expect(await runAt(later(89 * day))).toEqual([90, 0]);
    expect(await runAt(later(89 * day + hour))).toEqual([90, 0]);
    expect(await runAt(later(91 * day))).toEqual([90]);
  });

  it('tells of each key that it publishes, and of none that waits already', async () => {
    await database.pool.query('DELETE FROM encryption_keys WHERE activates_at > $1', [start]);
    const administration = administer(database);
    const [published] = await rotateKeys(administration, { immediately: false });
    const [waiting] = await rotateKeys(administration, { immediately: false });
    expect(published).toEqual({
      alg: 'ES256',
      kid: expect.any(String),
      activatesAt: later(day),
      alreadyWaiting: false,
    });
    expect(waiting).toEqual({ ...published, alreadyWaiting: true });
    const context = { by: 'command', alg: 'ES256', kid: published?.kid };
    const rows = await auditRows(database);
    expect(rows.filter(({ type }) => type === 'signing_key_rotated')).toEqual([expect.objectContaining({ context })]);
    const algorithms = rows.map((row) => (row.context as { alg: string }).alg);
    expect(algorithms).toEqual(['ES256', 'RSA-OAEP-256', 'ECDH-ES']);
    expect(administration.logged).toHaveLength(3);
    expect(administration.logged[0]).toContain(`"kid":"${published?.kid}"`);
  });

  it('shows which key signs, waits or is only published', async () => {
    expect(await states(start)).toEqual(['in use']);
    await rotateKeys(at(start), { immediately: false });
    expect(await states(start)).toEqual(['waiting', 'in use']);
    expect(await states(later(day))).toEqual(['in use', 'replaced']);
    await rotateKeys(at(later(day)), { immediately: true });
    expect(await states(later(day))).toEqual(['in use', 'replaced', 'replaced']);
  });
});

describe('keys', () => {
  it('are made for the algorithms that have none', async () => {
    const signingKeys = { algorithms: ['ES256', 'EdDSA'] as const, rotationInterval: day, publishLead: 0 };
    const administration = administer(database, {
      config: { signingKeys: { ...signingKeys, algorithms: ['ES256', 'EdDSA'] } },
    });
    expect(await ensureKeys(administration)).toEqual(['EdDSA']);
    expect(await ensureKeys(administration)).toEqual([]);
    expect(await auditRows(database)).toHaveLength(1);
  });

  it('are rewrapped, and secrets of clients and sessions elsewhere with them, under the current key-encryption key', async () => {
    const document = {
      redirect_uris: [],
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_jwt',
      id_token_signed_response_alg: 'ES256',
    };
    const { clientId, secret = '' } = await createClient(at(start), { document });
    const old = configuration.keyEncryptionKeys.current;
    const userId = await addUser(database);
    const upstream = { provider: 'example', endSessionUrl: 'https://example.com/logout', idToken: 'its.id.token' };
    const kept = { idHash: randomBytes(32), now: start, userId, session: upstream };
    await database.pool.query(
      `INSERT INTO interactions (id_hash, request, purpose, created_at, expires_at) VALUES ($1, '{}', 'account', $2, $3)`,
      [kept.idHash, start, later(day)],
    );
    await keepUpstreamSession(database.sql, configuration.keyEncryptionKeys, kept);
    await database.pool.query(
      `INSERT INTO sessions (id, secret_hash, user_id, auth_time, amr, created_at, last_seen_at, ends_at, expires_at, upstream_session)
       SELECT gen_random_uuid(), $1, $2, $3, '{fed}', $3, $3, $4, $4, upstream_session FROM interactions WHERE id_hash = $1`,
      [kept.idHash, userId, start, later(day)],
    );
    const current = { id: 'new', key: Buffer.alloc(32, 2) };
    const administration = administer(database, { config: { keyEncryptionKeys: { current, all: [current, old] } } });
    const stored = (await listKeys(administration)).length;
    expect(await rewrapKeys(administration)).toEqual({ count: stored + 2, keyEncryptionKeyId: 'new' });
    const sealed = (await findClient(database.sql, clientId))?.sealedSecret ?? Buffer.alloc(0);
    expect(openClientSecret({ current, all: [current] }, clientId, sealed).toString()).toBe(secret);
    const [session] = (await database.pool.query('SELECT upstream_session FROM sessions')).rows;
    expect(openUpstreamSession({ current, all: [current] }, userId, session.upstream_session)).toEqual(upstream);
    const under = (await listKeys(administration)).map(({ keyEncryptionKeyId }) => keyEncryptionKeyId);
    expect(new Set(under)).toEqual(new Set(['new']));
    expect((await auditRows(database)).at(-1)).toMatchObject({
      type: 'keys_rewrapped',
      context: { by: 'command', count: stored + 2 },
    });
  });
});

describe('S7: a key that others may know is withdrawn', () => {
  const keySet = async (now: Date) => {
    const { keyEncryptionKeys } = administer(database).config;
    return createSigningKeys(database.sql, keyEncryptionKeys, { now: () => now }).keySet();
  };

  it('the one that signs: gone at once, and a new one signs', async () => {
    const [leaked] = await listKeys(at(start));
    const administration = at(later(hour));
    const { alg, successor } = await withdrawKey(administration, leaked?.kid ?? '');
    expect(alg).toBe('ES256');
    const keys = await keySet(later(hour));
    expect(keys.jwks.keys.map(({ kid }) => kid)).toEqual([successor?.kid]);
    expect(keys.find(leaked?.kid ?? '')).toBeUndefined();
    expect(keys.current('ES256').kid).toBe(successor?.kid);
    const context = { by: 'command', alg: 'ES256', kid: leaked?.kid };
    expect(await auditRows(database)).toEqual([expect.objectContaining({ type: 'signing_key_withdrawn', context })]);
  });

  it('one that signed before: gone, and nothing else changes', async () => {
    const [old] = await listKeys(at(start));
    const [rotated] = await rotateKeys(at(later(hour)), { immediately: true });
    expect((await withdrawKey(at(later(hour)), old?.kid ?? '')).successor).toBeNull();
    expect((await keySet(later(hour))).jwks.keys.map(({ kid }) => kid)).toEqual([rotated?.kid]);
  });

  it('while its successor waits: another one signs until then', async () => {
    const [leaked] = await listKeys(at(start));
    const [waiting] = await rotateKeys(at(start), { immediately: false });
    const { successor } = await withdrawKey(at(start), leaked?.kid ?? '');
    expect((await keySet(start)).current('ES256').kid).toBe(successor?.kid);
    expect((await keySet(later(day))).current('ES256').kid).toBe(waiting?.kid);
  });

  it('one that is encrypted to: another is in its place', async () => {
    const [leaked] = (await listKeys(at(start))).filter(({ alg, state }) => alg === 'ECDH-ES' && state === 'in use');
    const { successor } = await withdrawKey(at(start), leaked?.kid ?? '');
    expect(await listKeys(at(start))).toContainEqual(expect.objectContaining({ ...successor, state: 'in use' }));
    const context = { by: 'command', alg: 'ECDH-ES', kid: leaked?.kid };
    expect(await auditRows(database)).toEqual([expect.objectContaining({ type: 'encryption_key_withdrawn', context })]);
  });

  it('an unknown one, or one twice, is said to be none', async () => {
    const [key] = await listKeys(at(start));
    await withdrawKey(at(start), key?.kid ?? '');
    for (const kid of ['unknown', key?.kid ?? '']) {
      await expect(withdrawKey(at(start), kid)).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});
