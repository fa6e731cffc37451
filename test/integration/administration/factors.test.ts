import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listFactors, resetFactors } from '../../../src/administration/factors.js';
import { rewrapKeys } from '../../../src/administration/keys.js';
import { createUser } from '../../../src/administration/users.js';
import { hashToken } from '../../../src/crypto/digest.js';
import { openTotpSecret, sealTotpSecret } from '../../../src/storage/factors/totp-authenticators.js';
import { RecoveryCode } from '../../../src/storage/schema/recovery-codes.js';
import { TotpAuthenticator } from '../../../src/storage/schema/totp-authenticators.js';
import { administer, auditRows } from '../../support/administration.js';
import { configuration } from '../../support/configuration.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { start } from '../../support/rows.js';

let database: TestDatabase;
let administration: ReturnType<typeof administer>;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  administration = administer(database);
  await auditRows(database);
});
afterAll(() => database.close());

async function addUserWithFactors() {
  const { id: userId, username } = await createUser(administration, { username: `user-${randomUUID()}` });
  const { manager } = database.dataSource;
  const sealedSecret = sealTotpSecret(configuration.keyEncryptionKeys, userId, Buffer.alloc(20));
  await manager.insert(TotpAuthenticator, { userId, sealedSecret, lastStep: '7', createdAt: start, lastUsedAt: start });
  const codes = ['used', 'unused'].map((name, at) => ({
    hash: hashToken(`${name} ${userId}`),
    userId,
    createdAt: start,
    usedAt: at === 0 ? start : null,
  }));
  await manager.insert(RecoveryCode, codes);
  await auditRows(database);
  return { userId, username };
}

describe('second factors of a user', () => {
  it('are listed, without what is secret about them', async () => {
    const { username } = await addUserWithFactors();
    expect(await listFactors(administration, username)).toEqual([
      { factor: 'totp', count: 1, createdAt: start, lastUsedAt: start },
      { factor: 'recovery-codes', count: 1, createdAt: start, lastUsedAt: start },
    ]);
  });

  it.each([
    ['totp', ['totp', 'recovery-codes'], []],
    ['all', ['totp', 'recovery-codes'], []],
    ['recovery-codes', ['recovery-codes'], ['totp']],
  ] as const)('%s is reset, which is recorded', async (factor, removed, left) => {
    const { userId, username } = await addUserWithFactors();
    expect(await resetFactors(administration, { user: username, factor })).toEqual({ username, removed });
    expect((await listFactors(administration, username)).map((kept) => kept.factor)).toEqual(left);
    expect(await auditRows(database)).toMatchObject([
      { type: 'user_changed', user_id: userId, context: { change: 'second factors removed', factors: removed } },
    ]);
  });

  it('are rewrapped with the keys', async () => {
    const { userId } = await addUserWithFactors();
    const old = configuration.keyEncryptionKeys.current;
    const current = { id: 'new', key: Buffer.alloc(32, 2) };
    const keyEncryptionKeys = { current, all: [current, old] };
    const { count } = await rewrapKeys(administer(database, { config: { keyEncryptionKeys } }));
    expect(count).toBeGreaterThan(0);
    const { sealedSecret } = await database.dataSource.manager.findOneByOrFail(TotpAuthenticator, { userId });
    expect(openTotpSecret({ current, all: [current] }, userId, sealedSecret)).toEqual(Buffer.alloc(20));
    await database.pool.query('DELETE FROM totp_authenticators');
  });

  it('that are not there cannot be reset', async () => {
    const { username } = await createUser(administration, { username: `user-${randomUUID()}` });
    await auditRows(database);
    await expect(resetFactors(administration, { user: username, factor: 'all' })).rejects.toThrow(
      'has no second factor',
    );
    expect(await auditRows(database)).toEqual([]);
  });
});
