import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportUsers } from '../../../src/administration/export-users.js';
import { importUser } from '../../../src/administration/import-users.js';
import { createUser, getUser } from '../../../src/administration/users.js';
import { administer, auditRows, type TestAdministration } from '../../support/administration.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { importedHashes } from '../../support/imported-hashes.js';

let database: TestDatabase;
let administration: TestAdministration;
beforeAll(async () => {
  database = await openTestDatabase();
  administration = administer(database);
});
afterAll(() => database.close());

const hash = importedHashes['bcrypt (2b)'] ?? '';
const newName = (): string => `u-${randomUUID().slice(0, 8)}`;

const take = (line: object | string, { dryRun = false, earlier = new Set<string>() } = {}) =>
  importUser(administration, typeof line === 'string' ? line : JSON.stringify(line), { dryRun, earlier });

const count = async (): Promise<number> =>
  Number((await database.pool.query('SELECT count(*) FROM users')).rows[0].count);

describe('users from elsewhere', () => {
  it('come with their id, their claims and the hash of their password, and the record says so without it', async () => {
    const [id, username] = [randomUUID(), newName()];
    const line = {
      id,
      username,
      email: `${username}@example.com`,
      email_verified: true,
      password_hash: hash,
      claims: { name: 'Ann', locale: 'de' },
      created_at: '2020-02-29T12:00:00Z',
    };
    await auditRows(database);
    expect(await take(line)).toBe('imported');
    const { rows } = await database.pool.query('SELECT password_hash FROM users WHERE id = $1', [id]);
    expect(rows).toEqual([{ password_hash: hash }]);
    expect(await getUser(administration, username)).toMatchObject({
      id,
      emailVerified: true,
      disabledAt: null,
      claims: { name: 'Ann', locale: 'de' },
      createdAt: new Date(line.created_at),
    });
    const rowsOfAudit = await auditRows(database);
    expect(rowsOfAudit).toMatchObject([{ type: 'user_changed', user_id: id, context: { change: 'imported' } }]);
    expect(JSON.stringify([rowsOfAudit, administration.logged])).not.toContain(hash);
  });

  it('need no username where they have an address, and may be disabled', async () => {
    const email = `${newName()}@example.com`;
    expect(await take({ email, disabled: true })).toBe('imported');
    const user = await getUser(administration, email);
    expect(user.username).toMatch(/^user-[0-9a-f]{16}$/);
    expect(user.disabledAt).not.toBeNull();
    expect(await take({ email })).toBe('present');
  });

  it('who is there already stays as they are', async () => {
    const username = newName();
    const { id } = await createUser(administration, { username, name: 'Old' });
    const before = await getUser(administration, username);
    expect(await take({ username: username.toUpperCase(), password_hash: hash, claims: { name: 'New' } })).toBe(
      'present',
    );
    expect(await take({ id, username })).toBe('present');
    expect(await getUser(administration, username)).toEqual(before);
  });

  it('a dry run finds the same and writes nothing', async () => {
    const [username, before] = [newName(), await count()];
    expect(await take({ username }, { dryRun: true })).toBe('imported');
    await expect(take({ username: 'a b' }, { dryRun: true })).rejects.toMatchObject({ code: 'invalid' });
    expect(await count()).toBe(before);
  });

  it('the second of two lines about one person is refused, in a dry run too', async () => {
    const options = { dryRun: true, earlier: new Set<string>() };
    const username = newName();
    await take({ username }, options);
    await expect(take({ username: username.toUpperCase() }, options)).rejects.toMatchObject({ code: 'taken' });
  });

  it.each<[string, object | string, string]>([
    ['no JSON', '{"username": "ann"', 'the line is not JSON'],
    ['a list', '[]', 'expected object'],
    ['nobody', { claims: {} }, 'neither username nor email'],
    ['a username with @', { username: 'a@b' }, 'username: '],
    ['no address', { username: 'x', email: 'nowhere' }, 'email: '],
    ['an address without which nothing is proven', { username: 'x', email_verified: true }, 'email_verified: '],
    ['a password', { username: 'x', password: 'in clear' }, 'Unrecognized key: "password"'],
    ['an unknown hash', { username: 'x', password_hash: 'd41d8cd98f00b204e9800998ecf8427e' }, 'password_hash: '],
    ['a hash that is too costly', { username: 'x', password_hash: hash.replace('$06$', '$31$') }, 'password_hash: '],
    ['an unknown claim', { username: 'x', claims: { shoe_size: 43 } }, 'claims.shoe_size: '],
    ['an address among the claims', { username: 'x', claims: { email: 'a@b.example' } }, 'claims.email: '],
    ['an id that is none', { id: '17', username: 'x' }, 'id: '],
    ['a date that is none', { username: 'x', created_at: 'yesterday' }, 'created_at: '],
    ['a line without end', `{"username": "${'x'.repeat(70_000)}"}`, 'more than 65536 characters'],
  ])('%s: refused by name', async (_, line, message) => {
    await expect(take(line)).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining(message) });
  });

  it('a refusal repeats neither a password nor a hash', async () => {
    for (const line of [
      { username: 'x', password: 'in clear' },
      { username: 'x', password_hash: ['in clear'] },
    ])
      await expect(take(line)).rejects.toMatchObject({ message: expect.not.stringContaining('in clear') });
  });

  it('what another user has is taken', async () => {
    const [ann, bob] = [newName(), newName()];
    const { id } = await createUser(administration, { username: ann, email: `${ann}@example.com` });
    for (const line of [
      { username: bob, email: `${ann}@example.com` },
      { id: randomUUID(), username: ann },
      { id, username: bob },
    ])
      await expect(take(line)).rejects.toMatchObject({ code: 'taken' });
  });

  it('an export is an import, and holds no secret', async () => {
    const lines = [];
    await auditRows(database);
    for await (const user of exportUsers(administration)) lines.push(user);
    expect(lines).toHaveLength(await count());
    expect(await auditRows(database)).toMatchObject([{ type: 'users_exported', context: { by: 'command' } }]);
    expect(JSON.stringify(lines)).not.toMatch(/hash|\$2b\$|argon2/);
    const earlier = new Set<string>();
    for (const line of lines) expect(await take(line, { earlier })).toBe('present');
    await database.pool.query('DELETE FROM users');
    for (const line of lines) expect(await take(line)).toBe('imported');
    const again = [];
    for await (const user of exportUsers(administration)) again.push(user);
    expect(again).toEqual(lines);
  });
});
