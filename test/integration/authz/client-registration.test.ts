import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSelfSigned } from '../../../src/http/operations/self-signed.js';
import { accountApi } from '../../../src/protocol/resource/account-api.js';
import { deleteClient, disableClient } from '../../../src/storage/clients/clients.js';
import { sweepTable } from '../../../src/storage/expirable.js';
import { basic, openAuthz, type TestAuthz, verifier, withAuthz } from '../../support/authz.js';
import { configuration, spaOrigin } from '../../support/configuration.js';
import { eventually } from '../../support/program.js';
import { change, redirectUri } from '../../support/rows.js';

const register = '/oauth2/v1/register';
const open = { clientRegistration: { ...configuration.clientRegistration, mode: 'open' as const } };

let authz: TestAuthz;
/** A sector that says what it is told to. */
let sector: Server;
let sectorSays: string;
beforeAll(async () => {
  const { cert, key } = createSelfSigned('127.0.0.1', new Date());
  sector = createServer({ cert, key }, (_req, res) => res.end(sectorSays)).listen(0, '127.0.0.1');
  const resources = [...configuration.resources, accountApi(configuration.publicUrls.idp)];
  authz = await openAuthz({ config: { ...open, resources, outbound: { ...configuration.outbound, ca: cert } } });
});
afterAll(async () => {
  await authz.close();
  sector.close();
});

type Document = Record<string, unknown>;
interface Registered extends Document {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly registration_access_token: string;
  readonly registration_client_uri: string;
}

async function send(method: string, url: string, body?: unknown, headers: Record<string, string> = {}, at = authz) {
  const response = await fetch(new URL(url, at.origin), {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = (text === '' ? {} : JSON.parse(text)) as Registered & { readonly error?: string };
  return { status: response.status, headers: response.headers, text, json };
}

const several = [redirectUri, 'https://other.example/callback'];
const [code, device] = ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'];
const app = { redirect_uris: [redirectUri], client_name: 'An application' };
const post = (members: Document = {}, at = authz) => send('POST', register, { ...app, ...members }, {}, at);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function registered(members: Document = {}): Promise<Registered> {
  const { status, text, json } = await post(members);
  if (status !== 201) throw new Error(text);
  return json;
}

const manage = (method: string, client: Registered, body?: unknown) =>
  send(method, client.registration_client_uri, body, bearer(client.registration_access_token));

const rowOf = async (clientId: string) =>
  (await authz.database.pool.query('SELECT * FROM clients WHERE client_id = $1', [clientId])).rows[0];

/** A whole sign-in of a confidential client. */
async function tokensOf({ client_id: id, client_secret: secret = '' }: Registered) {
  const code = await authz.code(id, await authz.addUser());
  const request = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
  return authz.token(request, basic(id, secret));
}

describe('POST /register (RFC 7591 §3)', () => {
  it('§8.1: answers 201 with id, secret, registration access token and all that is registered', async () => {
    const { status, headers, json } = await post({ contacts: ['a@example.org'], an_extension: 1 });
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(headers.get('content-type')).toContain('application/json');
    expect(json).toMatchObject({
      ...app,
      contacts: ['a@example.org'],
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      client_id_issued_at: Math.floor(authz.clock.now().getTime() / 1000),
      registration_client_uri: `${authz.origin}${register}/${json.client_id}`,
      registration_access_token: expect.stringMatching(/^[\w-]{43}$/),
      application_type: 'web',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
      scope: 'openid profile email address phone offline_access',
    });
    expect(json).not.toHaveProperty('an_extension');
    const row = await rowOf(json.client_id);
    for (const secret of [json.client_secret, json.registration_access_token]) {
      expect(JSON.stringify(row)).not.toContain(secret);
      expect(authz.logged.join()).not.toContain(secret);
    }
    const [event] = (await authz.audited('client_changed')).filter(({ client_id }) => client_id === json.client_id);
    expect(event).toMatchObject({ context: { change: 'registered', address: expect.any(String) } });
  });

  it('§8.1: the client can be used at once', async () => {
    expect((await tokensOf(await registered())).status).toBe(200);
  });

  it('a public client gets no secret', async () => {
    const client = await registered({ token_endpoint_auth_method: 'none' });
    expect([client.client_secret, client.client_secret_expires_at]).toEqual([undefined, undefined]);
  });

  it('§8.2: registers the metadata that is served', async () => {
    const members = {
      redirect_uris: [`${redirectUri}?with=query`, redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'https://client.example/jwks',
      logo_uri: 'https://client.example/logo.png',
      policy_uri: 'https://client.example/policy',
      tos_uri: 'https://client.example/tos',
      subject_type: 'public',
      userinfo_signed_response_alg: 'ES256',
      initiate_login_uri: 'https://client.example/login',
      post_logout_redirect_uris: ['https://client.example/'],
      backchannel_logout_uri: 'https://client.example/logout',
      backchannel_logout_session_required: true,
      default_max_age: 60,
      require_auth_time: true,
    };
    expect(await registered(members)).toMatchObject(members);
  });

  it.each<[string, Document, string]>([
    ['§8.4: a redirect URI with a fragment', { redirect_uris: [`${redirectUri}#f`] }, 'invalid_redirect_uri'],
    ['no redirect URI', { redirect_uris: [] }, 'invalid_redirect_uri'],
    ['a script as redirect URI', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    ['http outside loopback', { redirect_uris: ['http://client.example/'] }, 'invalid_redirect_uri'],
    ['§8.4: http as initiate_login_uri', { initiate_login_uri: 'http://c.example/' }, 'invalid_client_metadata'],
    ['pairwise of several hosts', { subject_type: 'pairwise', redirect_uris: several }, 'invalid_client_metadata'],
    ['pairwise devices', { subject_type: 'pairwise', grant_types: [code, device] }, 'invalid_client_metadata'],
    ['request objects that no key verifies', { request_object_signing_alg: 'RS256' }, 'invalid_client_metadata'],
    ['a software statement of nobody', { software_statement: 'e30.e30.' }, 'invalid_software_statement'],
    ['client_credentials', { grant_types: ['client_credentials'], response_types: [] }, 'invalid_client_metadata'],
    ['a private key', { jwks: { keys: [{ kty: 'EC', d: 'AA' }] } }, 'invalid_client_metadata'],
    ['a name that hides its direction', { client_name: 'a\u202Eb' }, 'invalid_client_metadata'],
    ['a very long name', { client_name: 'a'.repeat(101) }, 'invalid_client_metadata'],
  ])('refuses %s', async (_, members, error) => {
    const { status, headers, json } = await post(members);
    expect([status, json.error]).toEqual([400, error]);
    expect(json.error_description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it("ignores members that are an operator's to set, and scopes that nobody knows or that are an operator's to give", async () => {
    const { client_id } = await registered({
      consent: 'implicit',
      protected_resources: ['https://api.example/v1'],
      id_token_claims: 'all',
      require_pkce: false,
      access_token_format: 'opaque',
      refresh_token: 'always',
      profile: 'fapi2',
      token_endpoint_auth_method_pinned: true,
      software_id: 'some software',
      dpop_bound_access_tokens: false,
      scope: 'openid read:resource account:read account:write admin',
    });
    expect((await rowOf(client_id)).metadata).toMatchObject({
      consent: 'explicit',
      protected_resources: [],
      require_pkce: true,
      access_token_format: 'jwt',
      refresh_token: 'offline_access',
      profile: 'oauth21',
      token_endpoint_auth_method_pinned: false,
      scope: 'openid read:resource',
    });
    expect((await rowOf(client_id)).metadata).not.toHaveProperty('id_token_claims');
  });

  it.each<[string, string, Record<string, string>, number]>([
    ['a form', 'redirect_uris=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['what is no JSON', '{', {}, 400],
    ['a list', '[]', {}, 400],
    ['a NUL', '{"client_name":"\\u0000"}', {}, 400],
    ['half a surrogate pair', '{"client_name":"\\ud800"}', {}, 400],
    ['JSON of great depth', `{"jwks":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, {}, 400],
    ['a body that is too long', JSON.stringify({ client_name: 'a'.repeat(70_000) }), {}, 413],
  ])('refuses %s', async (_, body, headers, status) => {
    const answer = await send('POST', register, body, headers);
    expect([answer.status, answer.json.error]).toEqual([status, 'invalid_request']);
  });

  it('is bounded for each address', () =>
    withAuthz(
      { config: { clientRegistration: { ...open.clientRegistration, perAddress: { burst: 1, every: 60_000 } } } },
      async (bounded) => {
        expect((await post({}, bounded)).status).toBe(201);
        const { status, headers, json } = await post({}, bounded);
        expect([status, headers.get('retry-after'), json.error]).toEqual([429, '60', 'temporarily_unavailable']);
        const look = () => send('GET', `${register}/id`, undefined, {}, bounded);
        const looks = await Promise.all(Array.from({ length: 102 }, look));
        expect(looks.filter((each) => each.status === 429)).toHaveLength(2);
      },
    ));

  it('is bounded in total, by what nobody has signed in to yet', () =>
    withAuthz({ config: { clientRegistration: { ...open.clientRegistration, mostUnused: 1 } } }, async (bounded) => {
      expect((await post({}, bounded)).status).toBe(201);
      expect((await post({}, bounded)).status).toBe(429);
    }));
});

describe('the client configuration endpoint (RFC 7592 §2)', () => {
  it('§8.5: GET tells what is registered', async () => {
    const client = await registered({ initiate_login_uri: 'https://client.example/login' });
    const { client_secret, client_secret_expires_at, ...told } = client;
    const { status, headers, json } = await manage('GET', client);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect([client_secret_expires_at, json]).toEqual([0, told]);
  });

  it('PUT replaces all of it and keeps the secret', async () => {
    const client = await registered({ policy_uri: 'https://client.example/policy' });
    const { client_id, client_secret } = client;
    const { status, json } = await manage('PUT', client, { ...app, client_id, client_secret, client_name: 'Renamed' });
    expect([status, json.client_name, json.policy_uri]).toEqual([200, 'Renamed', undefined]);
    expect((await manage('GET', client)).json).toEqual(json);
    expect((await tokensOf(client)).status).toBe(200);
  });

  it('PUT makes a secret where the client needs one of another kind, and drops one that it does not need', async () => {
    const client = await registered({ token_endpoint_auth_method: 'none' });
    const { client_id } = client;
    const put = (token_endpoint_auth_method: string) =>
      manage('PUT', client, { ...app, client_id, token_endpoint_auth_method });
    expect((await put('client_secret_post')).json.client_secret).toMatch(/^[\w-]{43}$/);
    expect((await put('client_secret_jwt')).json).toMatchObject({ client_secret: expect.any(String) });
    expect((await rowOf(client_id)).sealed_secret).not.toBeNull();
    expect((await put('client_secret_basic')).json).not.toHaveProperty('client_secret');
    await put('none');
    expect(await rowOf(client_id)).toMatchObject({ secret_hash: null, sealed_secret: null });
  });

  it.each<[string, Document]>([
    ['names another client', { client_id: 'another' }],
    ['names another secret', { client_secret: 'another' }],
    ['names its token', { registration_access_token: 'a token' }],
    ['asks for what strangers do not get', { grant_types: ['authorization_code', 'client_credentials'] }],
  ])('PUT is refused when it %s', async (_, members) => {
    const client = await registered();
    const { status, json } = await manage('PUT', client, { ...app, client_id: client.client_id, ...members });
    expect([status, json.error]).toEqual([400, 'invalid_client_metadata']);
    expect((await manage('GET', client)).json.client_name).toBe(app.client_name);
  });

  it('§8.5: DELETE answers 204 and ends what was granted', async () => {
    const client = await registered({ grant_types: ['authorization_code', 'refresh_token'] });
    const { client_id } = client;
    expect((await tokensOf(client)).status).toBe(200);
    expect((await manage('DELETE', client)).status).toBe(204);
    expect(await rowOf(client_id)).toBeUndefined();
    const grants = 'SELECT revoked_at FROM authorization_grants WHERE client_id = $1';
    expect((await authz.database.pool.query(grants, [client_id])).rows).toEqual([{ revoked_at: expect.any(Date) }]);
    expect((await manage('GET', client)).status).toBe(401);
  });

  it('wants the token of this client, of a client that is enabled', async () => {
    const [client, other] = [await registered(), await registered()];
    const disabled = await registered();
    await disableClient(authz.database.transactions, disabled.client_id, change);
    const operators = await authz.addClient({}, 'a secret of this client');
    const at = (id: string) => `${register}/${id}`;
    const bare = await send('GET', at(client.client_id));
    expect([bare.status, bare.headers.get('www-authenticate'), bare.text]).toEqual([401, 'Bearer', '']);
    const attempts = [
      send('GET', at(client.client_id), undefined, bearer(other.registration_access_token)),
      send('DELETE', at(client.client_id), undefined, bearer(client.client_secret ?? '')),
      send('GET', at('nobody'), undefined, bearer(client.registration_access_token)),
      send('GET', at('%00'), undefined, bearer(client.registration_access_token)),
      send('DELETE', at(operators), undefined, bearer(client.registration_access_token)),
      manage('GET', disabled),
    ];
    for (const { status, headers, json } of await Promise.all(attempts)) {
      expect([status, json.error]).toEqual([401, 'invalid_token']);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
    }
    expect((await manage('GET', client)).status).toBe(200);
  });

  it('lets no update overwrite a deletion', async () => {
    const client = await registered();
    await deleteClient(authz.database.transactions, client.client_id, change);
    const { status } = await manage('PUT', client, { ...app, client_id: client.client_id });
    expect(status).toBe(401);
  });
});

describe('a client that is deleted while its expired grants are swept', () => {
  it('is in nobody’s way: the sweep holds no grant while it waits for the client', async () => {
    const { client_id, ...client } = await registered();
    await tokensOf({ client_id, ...client });
    const { pool, sql } = authz.database;
    const deletion = await pool.connect();
    try {
      await deletion.query('BEGIN');
      await deletion.query('SELECT FROM clients WHERE client_id = $1 FOR UPDATE', [client_id]);
      const now = new Date(authz.clock.now().getTime() + 365 * 24 * 3_600_000);
      const swept = sweepTable(sql, 'authorization_grants', now, 1_000);
      const waiting = async () =>
        (
          await pool.query(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
          )
        ).rowCount;
      await eventually(waiting, (count) => count === 1, 'the sweep waits for the client');
      const locked = 'SELECT FROM authorization_grants WHERE client_id = $1 FOR UPDATE NOWAIT';
      expect((await deletion.query(locked, [client_id])).rowCount).toBe(1);
      await deletion.query('COMMIT');
      expect(await swept).toBeGreaterThanOrEqual(0);
      expect(await rowOf(client_id)).toMatchObject({ expires_at: null });
    } finally {
      deletion.release();
    }
  });
});

describe('pairwise clients (OIDC Core §8, OIDC Registration §5)', () => {
  const inSector = () => ({
    subject_type: 'pairwise',
    sector_identifier_uri: `https://127.0.0.1:${(sector.address() as AddressInfo).port}/uris`,
    redirect_uris: several,
  });

  it('§8.6: pairwise is offered, and registered', async () => {
    const { json } = await send('GET', '/.well-known/openid-configuration');
    expect(json.subject_types_supported).toEqual(['public', 'pairwise']);
    expect(await registered({ subject_type: 'pairwise' })).toMatchObject({ subject_type: 'pairwise' });
  });

  it('§8.2: several hosts are one sector where its document lists them', async () => {
    sectorSays = JSON.stringify([...several, 'https://third.example/']);
    expect(await registered(inSector())).toMatchObject(inSector());
  });

  it.each([
    ['lacks a redirect URI', JSON.stringify([redirectUri])],
    ['is no list', '{}'],
    ['is no JSON', 'https://client.example/callback'],
    ['is very long', JSON.stringify([...several, 'x'.repeat(70_000)])],
  ])('§8.4: refuses a sector whose document %s', async (_, document) => {
    sectorSays = document;
    for (const members of [inSector(), { ...inSector(), subject_type: 'public' }]) {
      const { status, json } = await post(members);
      expect([status, json.error]).toEqual([400, 'invalid_client_metadata']);
      expect(json.error_description).toMatch(/^sector_identifier_uri /);
    }
  });

  it.each<[string, Document, Document]>([
    ['another host', { subject_type: 'pairwise' }, { subject_type: 'pairwise', redirect_uris: [several[1]] }],
    ['the public sub', { subject_type: 'pairwise' }, {}],
    ['a sub of its own', {}, { subject_type: 'pairwise' }],
  ])('no update gives a client %s: it would know people as another does', async (_, before, after) => {
    const client = await registered(before);
    const { status, json } = await manage('PUT', client, { ...app, client_id: client.client_id, ...after });
    expect([status, json.error]).toEqual([400, 'invalid_client_metadata']);
    expect(json.error_description).toContain('register another client');
  });

  it('an update within the sector asks that again', async () => {
    sectorSays = JSON.stringify(several);
    const client = await registered(inSector());
    const put = () => manage('PUT', client, { ...app, ...inSector(), client_id: client.client_id });
    expect((await put()).status).toBe(200);
    sectorSays = '[]';
    expect((await put()).status).toBe(400);
  });
});

describe('clients that nobody signed in to', () => {
  const day = 24 * 3_600_000;
  const sweepAt = async (days: number) => {
    const now = new Date(authz.clock.now().getTime() + days * day);
    for (const table of ['authorization_grants', 'clients'] as const) {
      await sweepTable(authz.database.sql, table, now, 1_000);
    }
  };

  it('are swept after unused_for, and used ones stay, with or without their grants', async () => {
    const [unused, used] = [await registered(), await registered()];
    const operators = await authz.addClient();
    await tokensOf(used);
    await sweepAt(29);
    expect(await rowOf(unused.client_id)).toBeDefined();
    await sweepAt(31);
    expect(await rowOf(unused.client_id)).toBeUndefined();
    expect(await rowOf(operators)).toBeDefined();
    expect(await rowOf(used.client_id)).toMatchObject({ expires_at: null });
  });
});

describe('scripts of pages (Fetch standard, CORS protocol)', () => {
  const preflight = (path: string, origin: string, method: string) =>
    fetch(authz.origin + path, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': method } });

  it.each([
    [register, 'POST'],
    [`${register}/id`, 'PUT'],
  ])('of configured origins register and see to it: %s', async (path, method) => {
    const { status, headers } = await preflight(path, spaOrigin, method);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, spaOrigin]);
    expect(headers.get('access-control-allow-methods')).toContain(method);
    expect(headers.get('access-control-allow-headers')).toBe('Authorization, traceparent, Content-Type');
    const foreign = await preflight(path, 'https://elsewhere.example', method);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('registration_endpoint (RFC 8414 §2)', () => {
  const documents = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

  it('is in both documents where clients may register', async () => {
    for (const path of documents) {
      expect((await send('GET', path)).json.registration_endpoint).toBe(`${authz.origin}${register}`);
    }
    const { status, headers } = await send('GET', register);
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('is nowhere by default, and nothing answers', () =>
    withAuthz({}, async (closed) => {
      for (const path of documents) {
        expect((await send('GET', path, undefined, {}, closed)).json).not.toHaveProperty('registration_endpoint');
      }
      expect((await post({}, closed)).status).toBe(404);
      expect((await send('GET', `${register}/id`, undefined, {}, closed)).status).toBe(404);
    }));
});
