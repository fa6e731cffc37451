import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemRandom } from '../../../src/crypto/random.js';
import { recognizeDatabase, voidEverythingIssued } from '../../../src/storage/installation.js';
import { ensurePairwiseSecret } from '../../../src/storage/subjects.js';
import { isClientTokenActive } from '../../../src/storage/tokens/revoked-access-tokens.js';
import { configuration } from '../../support/configuration.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addClient, addUser, change, later, start } from '../../support/rows.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const recognize = () => recognizeDatabase(database.transactions, { ...change, now: later(10_000) });

const count = async (table: string) =>
  Number((await database.pool.query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n);

async function addToken() {
  await database.pool.query(
    `INSERT INTO tokens (value_hash, kind, client_id, payload, issued_at, expires_at) VALUES ($1, 'access_token', 'c', '{}', $2, $3)`,
    [Buffer.from(randomUUID()), start, later(86_400_000)],
  );
}

describe('a start on a restored database', () => {
  it('is told from any other start', async () => {
    expect(await recognize()).toBe('new');
    await addToken();
    expect(await recognize()).toBe('same');
    expect(await count('tokens')).toBe(1);
  });

  it.each([
    ['restored into another cluster', "UPDATE installation SET system_identifier = '1'"],
    ['restored into an empty database of the same cluster', "UPDATE installation SET tokens_oid = '1'"],
  ])('%s: everything issued before is void', async (_, difference) => {
    const [clientId] = [await addClient(database), await addUser(database)];
    await recognize();
    await addToken();
    await database.pool.query(
      `INSERT INTO invitations (id, email, email_key, secret_hash, created_at, expires_at)
       VALUES (gen_random_uuid(), 'a@example.org', 'a@example.org', 'secret', $1, $2)`,
      [start, later(86_400_000)],
    );
    await database.pool.query(difference);
    const token = { clientId, jti: randomUUID(), issuedAt: later(9_999) };
    await database.pool.query('UPDATE installation SET issued_before_is_void = NULL');
    expect(await isClientTokenActive(database.sql, token)).toBe(true);
    expect(await recognize()).toBe('restored');
    expect(await isClientTokenActive(database.sql, token)).toBe(false);
    expect(await isClientTokenActive(database.sql, { ...token, issuedAt: later(10_001) })).toBe(true);
    for (const table of ['tokens', 'sessions', 'authorization_grants', 'invitations'])
      expect([table, await count(table)]).toEqual([table, 0]);
    expect(await count('users')).toBeGreaterThan(0);
    expect(await recognize()).toBe('same');
  });

  it('keeps the secret of pairwise subjects: people stay who they are to applications (OIDC Core §8)', async () => {
    const { transactions } = database;
    await recognize();
    await ensurePairwiseSecret(transactions, { keys: configuration.keyEncryptionKeys, random: systemRandom });
    const secret = async () => (await database.pool.query('SELECT pairwise_secret FROM installation')).rows;
    const before = await secret();
    expect(before).toEqual([{ pairwise_secret: expect.any(Buffer) }]);
    await database.pool.query("UPDATE installation SET tokens_oid = '1'");
    expect(await recognize()).toBe('restored');
    expect(await secret()).toEqual(before);
  });

  it('restored block by block is voided by command', async () => {
    await addToken();
    const before = await count('audit_events');
    await voidEverythingIssued(database.transactions, { ...change, now: later(20_000) });
    expect(await count('tokens')).toBe(0);
    expect(await count('audit_events')).toBe(before + 1);
  });
});
