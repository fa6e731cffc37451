import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listLinks, removeLinks } from '../../../src/administration/links.js';
import { mailPasswordReset } from '../../../src/administration/password-reset.js';
import {
  createUser,
  declareUser,
  deleteUser,
  disableUser,
  enableUser,
  getUser,
  listUsers,
  removePasskeys,
  setClaims,
  setPassword,
} from '../../../src/administration/users.js';
import { tablesOfUsers } from '../../../src/storage/people/deletion.js';
import { administer, auditRows, day } from '../../support/administration.js';
import { configuration } from '../../support/configuration.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addClient, addSession, findAccount, later, start } from '../../support/rows.js';

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

const newName = () => `user-${randomUUID()}`;
const matches = async (username: string, password: string): Promise<boolean> => {
  const account = await findAccount(database, username);
  return (await administration.passwords.verify(account?.passwordHash ?? null, password)).matches;
};

describe('a user', () => {
  it('is created with a password, or without until one is set', async () => {
    const [ann, bob] = [newName(), newName()];
    const email = `${ann}@example.com`;
    const { id } = await createUser(administration, {
      username: ann,
      email,
      name: 'Ann',
      password: 'correct horse battery',
    });
    expect(await getUser(administration, email.toUpperCase())).toMatchObject({
      id,
      username: ann,
      claims: { preferred_username: ann, name: 'Ann' },
    });
    expect(await getUser(administration, ann)).not.toHaveProperty('passwordHash');
    expect(await matches(ann, 'correct horse battery')).toBe(true);
    await createUser(administration, { username: bob });
    expect(await matches(bob, '')).toBe(false);
    expect((await listUsers(administration)).map(({ username }) => username)).toEqual(
      expect.arrayContaining([ann, bob]),
    );
  });

  it.each([
    ['a username with @', { username: 'a@b' }],
    ['a username with a space', { username: 'a b' }],
    ['S13: another’s username as e-mail address', { username: 'g', email: 'demo' }],
    ['S13: an e-mail address with two @', { username: 'h', email: 'a@b@c' }],
    ['S13: an e-mail address with a line break', { username: 'i', email: 'a@b.example\r\nBcc: c@d.example' }],
    ['NIST SP 800-63B-4 §3.1.1.2 a short password', { username: 'c', password: '14 characters!' }],
    ['S28: a password that everybody tries first', { username: 'e', password: 'Password12345678' }],
    ['S28: a sequence as password', { username: 'f', password: 'abcdefghijklmnop' }],
    ['S28: the name as password', { username: 'annabella-of-york', password: 'Annabella-of-York' }],
    ['a password beyond all measure', { username: 'd', password: 'x'.repeat(1025) }],
  ])('%s: invalid', async (_, user) => {
    await expect(createUser(administration, user)).rejects.toMatchObject({ code: 'invalid' });
    expect(await auditRows(database)).toEqual([]);
  });

  it('has a name and an address of their own', async () => {
    const username = newName();
    await createUser(administration, { username });
    await expect(createUser(administration, { username: username.toUpperCase() })).rejects.toMatchObject({
      code: 'taken',
    });
  });

  it('S13: an e-mail address that is another’s username, from before it was checked, stands for nobody', async () => {
    const [owner, other] = [newName(), newName()];
    const { id } = await createUser(administration, { username: owner });
    await createUser(administration, { username: other });
    await database.pool.query('UPDATE users SET email = $2 WHERE username = $1', [other, owner]);
    expect(await getUser(administration, owner)).toMatchObject({ id });
    expect(await findAccount(database, owner)).toMatchObject({ id });
  });

  it('is disabled, enabled and given another password, and all of it is recorded', async () => {
    const username = newName();
    const { id } = await createUser(administration, { username });
    await addSession(database, randomUUID(), id);
    expect(await disableUser(administration, username)).toEqual({ id, username });
    expect((await getUser(administration, username)).disabledAt).toEqual(start);
    expect((await database.pool.query('SELECT FROM sessions WHERE user_id = $1', [id])).rowCount).toBe(0);
    await enableUser(administration, username);
    await setPassword(administration, username, 'battery staple horse');
    expect(await matches(username, 'battery staple horse')).toBe(true);
    expect(await auditRows(database)).toEqual(
      ['created', 'disabled', 'enabled', 'password set'].map((change) =>
        expect.objectContaining({
          type: 'user_changed',
          user_id: id,
          context: { by: 'command', change },
          expires_at: later(90 * day),
        }),
      ),
    );
  });

  it('is told by mail that the password was set, in the same transaction, where there is an address', async () => {
    const [ann, bob] = [newName(), newName()];
    const { id } = await createUser(administration, { username: ann, email: `${ann}@example.com` });
    await createUser(administration, { username: bob });
    await setPassword(administration, ann, 'battery staple horse');
    await setPassword(administration, bob, 'battery staple horse');
    const { rows } = await database.pool.query('SELECT user_id, recipient, template, parameters FROM outgoing_mails');
    expect(rows).toEqual([
      {
        user_id: id,
        recipient: `${ann}@example.com`,
        template: 'password_changed',
        parameters: { at: start.toISOString() },
      },
    ]);
  });

  it('who is declared is created once; afterwards the account is their own', async () => {
    const username = newName();
    const declare = (password: string) =>
      declareUser(administration, { username, password, claims: { email: `${username}@example.com` } });
    await declare('one');
    await declare('two');
    expect(await matches(username, 'one')).toBe(true);
    expect(await auditRows(database)).toHaveLength(1);
  });
});

it.each<[string, (identifier: string) => Promise<unknown>]>([
  ['getUser', (identifier) => getUser(administration, identifier)],
  ['disableUser', (identifier) => disableUser(administration, identifier)],
  ['enableUser', (identifier) => enableUser(administration, identifier)],
  ['setPassword', (identifier) => setPassword(administration, identifier, 'battery staple horse')],
])('%s of a user who is not there: not_found', async (_, verb) => {
  await expect(verb('nobody')).rejects.toMatchObject({
    code: 'not_found',
    message: 'There is no user "nobody".',
  });
  expect(await auditRows(database)).toEqual([]);
});

describe('I3: claims of a user', () => {
  const withGroups = () => administer(database, { config: { claims: { scopes: { groups: ['groups'] } } } });

  it('are set and taken away one by one; the record names them and nothing else', async () => {
    const username = newName();
    const { id } = await createUser(administration, { username, name: 'Ann' });
    await auditRows(database);
    await setClaims(withGroups(), username, { groups: ['staff'], nickname: 'ann' });
    expect(await auditRows(database)).toMatchObject([
      { type: 'user_changed', user_id: id, context: { change: 'claims set', claims: ['groups', 'nickname'] } },
    ]);
    await setClaims(withGroups(), username, { nickname: null, address: { country: 'NL' } });
    const { claims } = await getUser(administration, username);
    expect(claims).toEqual({
      preferred_username: username,
      name: 'Ann',
      groups: ['staff'],
      address: { country: 'NL' },
    });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['none at all', {}, /no claim to set/],
    ['one of the protocol', { sub: 'u2' }, /^sub is a claim of the protocol/],
    ['the e-mail address, by which people sign in', { email: 'b@example.com' }, /^email belongs to how the user/],
    ['one that no scope asks for', { gruops: ['staff'] }, /^gruops is neither a standard claim/],
    ['several faults at once', { groups: 'staff', birthdate: 'x' }, /^groups is not a list.*\nbirthdate is not a date/],
  ])('invalid: %s', async (_, claims, message) => {
    const username = newName();
    await createUser(administration, { username });
    await auditRows(database);
    await expect(setClaims(withGroups(), username, claims)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(message),
    });
    expect(await auditRows(database)).toEqual([]);
  });

  it('of nobody cannot be set', () =>
    expect(setClaims(administration, newName(), { nickname: 'x' })).rejects.toMatchObject({ code: 'not_found' }));
});

describe('passkeys of a user', () => {
  it('are removed at once, and told of once', async () => {
    const username = newName();
    const { id } = await createUser(administration, { username });
    const insert = `INSERT INTO passkeys
      (credential_id, user_id, public_key, counter, transports, device_type, backed_up, aaguid, name, created_at)
      SELECT sha256(n::text::bytea), $1, '', 0, '{}', 'multi', true, gen_random_uuid(), '', now() FROM generate_series(1, 2) n`;
    await database.pool.query(insert, [id]);
    await auditRows(database);
    expect([await removePasskeys(administration, username), await removePasskeys(administration, username)]).toEqual([
      2, 0,
    ]);
    expect(await auditRows(database)).toEqual([
      expect.objectContaining({
        type: 'passkey_removed',
        user_id: id,
        context: expect.objectContaining({ passkeys: 2 }),
      }),
    ]);
    await expect(removePasskeys(administration, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a user who cannot get in', () => {
  const publicUrls = { ...configuration.publicUrls, idp: 'https://id.example' };
  const mailed = async (id: string) => {
    const query = 'SELECT recipient, template, parameters FROM outgoing_mails WHERE user_id = $1 ORDER BY created_at';
    return (await database.pool.query(query, [id])).rows;
  };
  const account = async (email?: string) => {
    const username = newName();
    const { id } = await createUser(administration, { username, ...(email && { email: `${username}@${email}` }) });
    await auditRows(database);
    return { id, username };
  };

  it('is mailed the link of a forgotten password; the sessions go on until it is used', async () => {
    const { id, username } = await account('example.com');
    await addSession(database, randomUUID(), id);
    const by = administer(database, { config: { publicUrls } });
    const reset = await mailPasswordReset(by, username.toUpperCase());
    expect(reset).toEqual({ id, username, email: `${username}@example.com`, expiresAt: later(30 * 60_000) });
    const parameters = { url: 'https://id.example/oidc/v1/password/reset', minutes: 30 };
    expect(await mailed(id)).toMatchObject([{ template: 'password_reset', parameters }]);
    expect(await auditRows(database)).toMatchObject([
      { type: 'password_reset_asked', user_id: id, context: { by: 'command' } },
    ]);
    expect((await database.pool.query('SELECT FROM sessions WHERE user_id = $1', [id])).rowCount).toBe(1);
    for (let n = 1; n < 6; n += 1) await mailPasswordReset(by, username);
    await expect(mailPasswordReset(by, username)).rejects.toMatchObject({ code: 'too_many_mails' });
  });

  it('gets no link without an address, while disabled, or where no mail is sent', async () => {
    const [nowhere, disabled] = [await account(), await account('example.com')];
    await disableUser(administration, disabled.username);
    for (const { username } of [nowhere, disabled])
      await expect(mailPasswordReset(administration, username)).rejects.toMatchObject({ code: 'invalid' });
    const mute = administer(database, { config: { profile: 'production' } });
    await expect(mailPasswordReset(mute, disabled.username)).rejects.toMatchObject({ code: 'unavailable' });
    expect([...(await mailed(nowhere.id)), ...(await mailed(disabled.id))]).toEqual([]);
  });

  it('loses accounts elsewhere by which somebody else might, and is told', async () => {
    const { id, username } = await account('example.com');
    const link = (provider: string, subject: string) =>
      database.pool.query(
        `INSERT INTO federated_identities (provider, subject, user_id, claims, linked_at) VALUES ($1, $2, $3, '{}', now())`,
        [provider, subject, id],
      );
    const subjects = [randomUUID(), randomUUID(), randomUUID()] as const;
    await link('one', subjects[0]);
    await link('two', subjects[1]);
    await link('two', subjects[2]);
    const by = administration;
    expect((await listLinks(by, username)).map(({ provider }) => provider).sort()).toEqual(['one', 'two', 'two']);
    const removed = await removeLinks(by, { user: username, provider: 'two', subject: subjects[1] });
    expect(removed).toEqual({ username, count: 1, hasOtherWay: false });
    expect(await removeLinks(by, { user: username, provider: 'two' })).toMatchObject({ count: 1 });
    await setPassword(administration, username, 'battery staple horse');
    await auditRows(database);
    expect(await removeLinks(by, { user: username, provider: 'one' })).toMatchObject({ count: 1, hasOtherWay: true });
    expect(await auditRows(database)).toMatchObject([
      { type: 'identity_unlinked', user_id: id, context: { by: 'command', provider: 'one' } },
    ]);
    expect((await mailed(id)).filter(({ template }) => template === 'identity_unlinked')).toHaveLength(3);
    await expect(removeLinks(by, { user: username, provider: 'one' })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a user who is to go', () => {
  it('is deleted with everything of theirs, at once, and clients are told that the sessions have ended', async () => {
    const username = newName();
    const { id } = await createUser(administration, { username });
    const [session, client] = [
      randomUUID(),
      await addClient(database, { backchannel_logout_uri: 'https://client.example/logout' }),
    ];
    await addSession(database, session, id);
    await database.pool.query('INSERT INTO session_clients (session_id, client_id) VALUES ($1, $2)', [session, client]);
    await auditRows(database);
    expect(await deleteUser(administration, username)).toEqual({ id, username });
    const told = 'SELECT session_id FROM logout_notifications WHERE client_id = $1';
    expect((await database.pool.query(told, [client])).rows).toEqual([{ session_id: session }]);
    for (const table of tablesOfUsers)
      expect((await database.pool.query(`SELECT FROM ${table} WHERE user_id = $1`, [id])).rowCount).toBe(0);
    expect(await auditRows(database)).toMatchObject([
      { type: 'user_changed', user_id: id, context: { by: 'command', change: 'deleted' } },
    ]);
    await expect(deleteUser(administration, username)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is not deleted while the configuration declares them: they would be back', async () => {
    const username = newName();
    await createUser(administration, { username });
    const users = [{ username: username.toUpperCase(), claims: {} }];
    await expect(deleteUser(administer(database, { config: { users } }), username)).rejects.toMatchObject({
      code: 'declared_in_configuration',
    });
    expect(await getUser(administration, username)).toMatchObject({ username });
  });
});
