import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createClient,
  declareClient,
  deleteClient,
  disableClient,
  enableClient,
  getClient,
  listClients,
  rotateClientSecret,
} from '../../../src/administration/clients.js';
import { hashToken } from '../../../src/crypto/digest.js';
import { findClient } from '../../../src/storage/clients/clients.js';
import { administer, auditRows, day } from '../../support/administration.js';
import { openTestDatabase, type TestDatabase } from '../../support/database.js';
import { addUser, later, start } from '../../support/rows.js';

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

const document = {
  redirect_uris: ['https://app.example/cb'],
  scope: 'openid',
  id_token_signed_response_alg: 'ES256',
};
const isPublic = { token_endpoint_auth_method: 'none' };
const newId = () => `client-${randomUUID()}`;
const recorded = (clientId: string, change: string) =>
  expect.objectContaining({
    type: 'client_changed',
    client_id: clientId,
    context: { by: 'command', change },
    expires_at: later(90 * day),
  });

describe('a client is created from its metadata (RFC 7591 §2)', () => {
  it.each([
    ['said nothing of PKCE', {}, 0],
    ['has it optional', { require_pkce: false }, 1],
    ['has it optional and uses no code', { require_pkce: false, grant_types: ['client_credentials'] }, 0],
    ['has it optional and no secret: it needs it all the same', { require_pkce: false, ...isPublic }, 0],
  ])('S14: one that %s', async (_, members, warnings) => {
    const { clientId } = await createClient(administration, { document: { ...document, ...members } });
    const warned = () => administration.logged.filter((line) => /"WARN".*PKCE is optional/.test(line)).length;
    expect(warned()).toBe(warnings);
    const declared = { clientId: `${clientId}-declared`, document: { ...document, ...members }, secret: 'x' };
    await declareClient(administration, declared);
    expect(warned()).toBe(2 * warnings);
  });

  it.each(['as it is', 'in capitals'])("not under a user's subject, %s (RFC 9068 §5)", async (how) => {
    const subject = await addUser(database);
    const clientId = how === 'in capitals' ? subject.toUpperCase() : subject;
    await expect(createClient(administration, { clientId, document })).rejects.toMatchObject({ code: 'taken' });
    const declared = { clientId, document, secret: 'x' };
    await expect(declareClient(administration, declared)).rejects.toMatchObject({ code: 'taken' });
    expect(await findClient(database.sql, clientId)).toBeNull();
    await createClient(administration, { clientId: randomUUID(), document });
  });

  it('with a secret that is told once and kept as a hash', async () => {
    const { clientId, secret = '' } = await createClient(administration, { document });
    expect(secret).toHaveLength(43);
    expect((await findClient(database.sql, clientId))?.secretHash).toEqual(hashToken(secret));
    expect(await getClient(administration, clientId)).toMatchObject({
      clientId,
      origin: 'operator',
      metadata: document,
      disabledAt: null,
      createdAt: start,
    });
    expect(await getClient(administration, clientId)).not.toHaveProperty('secretHash');
  });

  it('without one where it authenticates by other means', async () => {
    const clientId = newId();
    expect(await createClient(administration, { clientId, document: { ...document, ...isPublic } })).toEqual({
      clientId,
    });
  });

  it.each<[string, { clientId?: string; document: Record<string, unknown> }, RegExp, readonly string[]]>([
    [
      '§3.2.2 redirect URI',
      { document: { ...document, redirect_uris: ['app'] } },
      /^redirect_uris /,
      ['redirect_uris'],
    ],
    [
      'I11: redirect URI with a wildcard',
      { document: { ...document, redirect_uris: ['https://app.example/*'] } },
      /^redirect_uris "https:\/\/app\.example\/\*" holds a wildcard, .*: list each URI in full$/,
      ['redirect_uris'],
    ],
    [
      'I11: members that would be passed over',
      {
        document: { ...document, redirect_uris: [], software_id: 'x', toString: 'x' },
      },
      /^redirect_uris .*\nsoftware_id is not kept\ntoString is unknown here$/,
      ['redirect_uris', 'software_id', 'toString'],
    ],
    [
      '§3.2.2 all faults at once',
      { document: { ...document, id_token_signed_response_alg: 'RS256', profile: 'fapi2' } },
      /^profile is fapi2, .*\nid_token_signed_response_alg RS256 has no signing key here$/,
      ['profile', 'id_token_signed_response_alg'],
    ],
    ['RFC 6749 appendix A.1 client id', { clientId: 'é', document }, /printable ASCII/, []],
  ])('%s: invalid', async (_, client, message, members) => {
    const error = await createClient(administration, client).catch((refusal) => refusal);
    expect(error).toMatchObject({ code: 'invalid', message: expect.stringMatching(message) });
    expect(error.faults.map(({ member }: { member: string }) => member)).toEqual(members);
    expect(await auditRows(database)).toEqual([]);
  });

  it('under an id that is not there yet', async () => {
    const clientId = newId();
    await createClient(administration, { clientId, document });
    await expect(createClient(administration, { clientId, document })).rejects.toMatchObject({
      code: 'taken',
      message: `There is a client "${clientId}" already.`,
    });
  });
});

describe('a declared client', () => {
  it('is brought to the declared state, with a write only where something differs', async () => {
    const clientId = newId();
    const declare = (over = {}, secret = 'one') =>
      declareClient(administration, { clientId, document: { ...document, ...over }, secret });
    const changes = async () =>
      (await auditRows(database)).map(({ context }) => (context as { change: string }).change);
    await declare();
    await declare();
    expect(await changes()).toEqual(['created']);
    await declare({}, 'two');
    await declare({ client_name: 'New' }, 'two');
    expect(await changes()).toEqual(['updated', 'updated']);
    expect(await getClient(administration, clientId)).toMatchObject({ metadata: { client_name: 'New' } });
  });

  it('keeps its secret and its place: the configuration would undo anything else', async () => {
    const clientId = newId();
    await declareClient(administration, { clientId, document, secret: 'one' });
    const refusal = { code: 'declared_in_configuration' };
    await expect(rotateClientSecret(administration, clientId)).rejects.toMatchObject(refusal);
    await expect(deleteClient(administration, clientId)).rejects.toMatchObject(refusal);
  });
});

describe('a client that is there', () => {
  it('is listed by its id, and what is done to it is recorded', async () => {
    const clientId = newId();
    await createClient(administration, { clientId, document });
    const { secret } = await rotateClientSecret(administration, clientId);
    expect((await findClient(database.sql, clientId))?.secretHash).toEqual(hashToken(secret));
    await disableClient(administration, clientId);
    expect((await getClient(administration, clientId)).disabledAt).toEqual(start);
    await enableClient(administration, clientId);
    expect((await getClient(administration, clientId)).disabledAt).toBeNull();
    expect((await listClients(administration)).map((client) => client.clientId)).toContain(clientId);
    await deleteClient(administration, clientId);
    const changes = ['created', 'secret rotated', 'disabled', 'enabled', 'deleted'];
    expect(await auditRows(database)).toEqual(changes.map((change) => recorded(clientId, change)));
    expect(administration.logged).toEqual(changes.map((change) => expect.stringContaining(`"change":"${change}"`)));
  });

  it('has no secret to rotate when it authenticates without', async () => {
    const { clientId } = await createClient(administration, { document: { ...document, ...isPublic } });
    await expect(rotateClientSecret(administration, clientId)).rejects.toMatchObject({ code: 'without_secret' });
  });
});

it.each([
  ['getClient', getClient],
  ['rotateClientSecret', rotateClientSecret],
  ['disableClient', disableClient],
  ['enableClient', enableClient],
  ['deleteClient', deleteClient],
])('%s of a client that is not there: not_found, and nothing is recorded', async (_, verb) => {
  await expect(verb(administration, 'nobody')).rejects.toMatchObject({
    code: 'not_found',
    message: 'There is no client "nobody".',
  });
  expect([await auditRows(database), administration.logged]).toEqual([[], []]);
});
