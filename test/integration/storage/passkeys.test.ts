import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashToken } from '../../../src/crypto/digest.js';
import { addPasskey, listPasskeys, removePasskey, renamePasskey } from '../../../src/storage/factors/passkeys.js';
import { unlinkIdentity } from '../../../src/storage/federation/linked-identities.js';
import type { AuditEventType } from '../../../src/storage/schema/audit-events.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addSession, addUser, audit, start } from '../../support/rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const as = (type: AuditEventType, userId: string) => ({ now: start, audit: { ...audit, type, userId } });

const made = (userId: string) => ({
  credentialId: randomBytes(32),
  userId,
  publicKey: randomBytes(77),
  counter: 0,
  transports: ['internal'],
  deviceType: 'single' as const,
  backedUp: false,
  aaguid: randomUUID(),
  name: 'Laptop',
});

/** A user with a session, as the account pages have one. */
async function addOwner() {
  const [userId, sessionId] = [await addUser(database), randomUUID()];
  await addSession(database, sessionId, userId);
  return { userId, placeHash: hashToken(sessionId) };
}

/** … who adds a passkey in it, after so many challenges. */
const add = ({ userId, placeHash }: Awaited<ReturnType<typeof addOwner>>, challenge: number, passkey = made(userId)) =>
  addPasskey(database.sql, 'session', {
    ...passkey,
    placeHash,
    challenge,
    notice: null,
    ...as('passkey_added', userId),
  });

const typesOf = async (userId: string) =>
  (await database.pool.query('SELECT type FROM audit_events WHERE user_id = $1 ORDER BY id', [userId])).rows.map(
    ({ type }) => type,
  );

describe('Passkeys of an account', () => {
  it('are added for the challenge of a session, which is answered once', async () => {
    const owner = await addOwner();
    const added = await Promise.all(Array.from({ length: 20 }, () => add(owner, 0)));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect([await add(owner, 0), await add(owner, 1), await add(owner, 2)]).toEqual([
      null,
      { notice: null },
      { notice: null },
    ]);
    expect(await listPasskeys(database.sql, owner.userId)).toHaveLength(3);
    expect(await typesOf(owner.userId)).toEqual(Array(3).fill('passkey_added'));
  });

  it('are not added to another user in one’s session', async () => {
    const [owner, other] = [await addOwner(), await addOwner()];
    expect(await add({ ...owner, userId: other.userId }, 0)).toBeNull();
    expect(await listPasskeys(database.sql, other.userId)).toEqual([]);
  });

  it('are listed, renamed and removed by their owner alone', async () => {
    const [owner, other] = [await addOwner(), await addOwner()];
    const passkey = made(owner.userId);
    await add(owner, 0, passkey);
    const { credentialId } = passkey;
    const rename = (userId: string) =>
      renamePasskey(database.sql, { userId, credentialId, name: 'Desk', ...as('passkey_renamed', userId) });
    expect([await rename(other.userId), await rename(owner.userId)]).toEqual([false, true]);
    expect(await listPasskeys(database.sql, owner.userId)).toEqual([
      {
        id: credentialId.toString('base64url'),
        name: 'Desk',
        deviceType: 'single',
        backedUp: false,
        transports: ['internal'],
        aaguid: passkey.aaguid,
        createdAt: start,
        lastUsedAt: null,
        flaggedAt: null,
      },
    ]);
    await add(owner, 1);
    const remove = (userId: string) =>
      removePasskey(database.sql, {
        userId,
        credentialId,
        providers: [],
        notice: null,
        ...as('passkey_removed', userId),
      });
    expect([await remove(other.userId), await remove(owner.userId), await remove(owner.userId)]).toEqual([
      null,
      { notice: null },
      null,
    ]);
    expect(await typesOf(owner.userId)).toEqual([
      'passkey_added',
      'passkey_renamed',
      'passkey_added',
      'passkey_removed',
    ]);
    expect(await typesOf(other.userId)).toEqual([]);
  });
});

/** Somebody without a password, who signs in by one passkey or by one account at another provider. */
async function addPasswordless() {
  const owner = await addOwner();
  const { userId } = owner;
  const passkey = made(userId);
  await add(owner, 0, passkey);
  await database.pool.query('UPDATE users SET password_hash = NULL WHERE id = $1', [userId]);
  await database.pool.query(
    `INSERT INTO federated_identities (provider, subject, user_id, claims, linked_at) VALUES ('upstream', $1, $2, '{}', $3)`,
    [userId, userId, start],
  );
  const own = { userId, providers: ['upstream'], notice: null };
  const { credentialId } = passkey;
  return {
    remove: (providers = own.providers) =>
      removePasskey(database.sql, { ...own, providers, credentialId, ...as('passkey_removed', userId) }),
    unlink: () =>
      unlinkIdentity(database.sql, {
        ...own,
        provider: 'upstream',
        subject: userId,
        ...as('identity_unlinked', userId),
      }),
  };
}

describe('Ways to sign in', () => {
  it('a linked account is one: the only passkey can go, and the account then stays linked', async () => {
    const owner = await addPasswordless();
    expect([await owner.remove(), await owner.unlink()]).toEqual([{ notice: null }, null]);
  });

  it('an account at a provider that is no longer configured is none', async () => {
    const owner = await addPasswordless();
    expect(await owner.remove([])).toBeNull();
  });

  it('the last passkey and the last linked account do not go at the same moment', async () => {
    const owners = await Promise.all(Array.from({ length: 20 }, addPasswordless));
    const gone = await Promise.all(owners.map((owner) => Promise.all([owner.remove(), owner.unlink()])));
    expect(gone.map((both) => both.filter(Boolean).length)).toEqual(Array(20).fill(1));
  });
});
