import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { AllRolesConfig } from '../../../../src/config/configuration.js';
import { systemRandom } from '../../../../src/crypto/random.js';
import { createRoleApp, createStandaloneRole } from '../../../../src/process/roles.js';
import { readClientMetadata } from '../../../../src/protocol/client/client-metadata.js';
import { insertClient } from '../../../../src/storage/clients/clients.js';
import { basic, challenge, openAuthz, paths, type TestAuthz, type Tokens, verifier } from '../../../support/authz.js';
import { api, files } from '../../../support/configuration.js';
import { openIdp, type TestIdp } from '../../../support/idp.js';
import { change, redirectUri } from '../../../support/rows.js';

const scope = 'openid profile offline_access read:resource files';
const resources = [
  { identifier: api, scopes: ['read:resource'], accessTokenSignedResponseAlg: 'RS256', accessTokenTyp: 'JWT' },
  { identifier: files, scopes: ['files'] },
] as const;

let authz: TestAuthz;
let idp: TestIdp;
let client: string;
let user: string;
let servers: Server[];
/** Two resource servers for the same resource: one knows its own settings, one is as it was before them. */
let rs: string;
let strictRs: string;

async function openRs(config: AllRolesConfig): Promise<string> {
  const serving = { role: 'rs', config } as const;
  const surroundings = { clock: authz.clock, random: systemRandom, log: authz.deps.log };
  const role = await createStandaloneRole(serving, surroundings);
  const server = createServer(createRoleApp(serving, role, surroundings)).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/protected/resource`;
}

beforeAll(async () => {
  servers = [];
  authz = await openAuthz({ config: { resources } });
  idp = await openIdp({ beside: authz });
  const { config } = authz.deps;
  rs = await openRs(config);
  strictRs = await openRs({ ...config, resources: [{ identifier: api, scopes: [] }] });
  client = await authz.addClient({ scope, protected_resources: [api, files] }, 'a secret');
  user = await authz.addUser();
});
afterAll(async () => {
  for (const server of servers) server.close();
  await idp.close();
  await authz.close();
});

const ask = <Body = Tokens>(form: Record<string, string>) =>
  authz.token<Body>({ redirect_uri: redirectUri, code_verifier: verifier, ...form }, basic(client, 'a secret'));
const exchange = <Body = Tokens>(code: string, form: Record<string, string> = {}) =>
  ask<Body>({ grant_type: 'authorization_code', code, ...form });
const at = async (url: string, token: string) => {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  return [response.status, response.headers.get('www-authenticate')] as const;
};
const userinfo = () => `${idp.origin}/oidc/v1/userinfo`;
const introspect = async (token: string) =>
  (await authz.post(paths.introspect, { token }, basic(client, 'a secret'))).json.active;

describe('I2: algorithm and typ of access tokens by resource (RFC 9068 §2.1)', () => {
  it.each([
    ['as its resource says', 'openid read:resource', { alg: 'RS256', typ: 'JWT' }],
    ['as ever for another', 'openid files', { alg: 'ES256', typ: 'at+jwt' }],
    ['the default one, where nothing else is asked', 'openid', { alg: 'RS256', typ: 'JWT' }],
  ] as const)('%s: %s', async (_, asked, header) => {
    const { json } = await exchange(await authz.code(client, user, { scope: asked }));
    expect(decodeProtectedHeader(json.access_token)).toMatchObject(header);
  });

  it('a token of typ JWT is good at its resource, userinfo and introspection until it is revoked', async () => {
    const { json } = await exchange(await authz.code(client, user, { scope: 'openid read:resource' }));
    const token = json.access_token;
    expect([(await at(rs, token))[0], (await at(userinfo(), token))[0], await introspect(token)]).toEqual([
      200,
      200,
      true,
    ]);
    expect((await authz.post(paths.revoke, { token }, basic(client, 'a secret'))).status).toBe(200);
    expect([(await at(userinfo(), token))[0], await introspect(token)]).toEqual([401, false]);
  });

  it('but not at a resource server that is not configured for it', async () => {
    const { json } = await exchange(await authz.code(client, user, { scope: 'openid read:resource' }));
    expect(await at(strictRs, json.access_token)).toEqual([401, expect.stringContaining('no access token')]);
  });

  it('one that is configured for it takes at+jwt as well', async () => {
    const before = { beside: authz, config: { resources: [{ identifier: api, scopes: ['read:resource'] }] } };
    const old = await openAuthz(before);
    const code = await authz.code(client, user, { scope: 'openid read:resource' });
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier };
    const { json } = await old.token(form, basic(client, 'a secret'));
    expect(decodeProtectedHeader(json.access_token).typ).toBe('at+jwt');
    expect((await at(rs, json.access_token))[0]).toBe(200);
    await old.close();
  });
});

describe('I2: resources of different form (RFC 8707 §2.2)', () => {
  const both = { scope };
  it('need a token each: the code is good for another request', async () => {
    const code = await authz.code(client, user, both);
    const { status, json } = await exchange<Record<string, string>>(code);
    expect([status, json.error]).toEqual([400, 'invalid_target']);
    expect(json.error_description).toMatch(/ask for a token for each, with resource/);
    expect((await exchange(code, { resource: api })).status).toBe(200);
  });

  it('so does a refresh token', async () => {
    const { json: first } = await exchange(await authz.code(client, user, both), { resource: api });
    const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '' };
    expect((await ask<Record<string, unknown>>(refresh)).json.error).toBe('invalid_target');
    const { json } = await ask({ ...refresh, resource: files });
    expect([decodeProtectedHeader(json.access_token).typ, decodeJwt(json.access_token).aud]).toEqual([
      'at+jwt',
      [files],
    ]);
  });

  it('an opaque token has no form: one for both', async () => {
    const opaque = await authz.addClient({ scope, access_token_format: 'opaque' }, 'a secret');
    expect((await authz.tokens(opaque, user, both, 'a secret')).scope).toBe(scope);
  });
});

describe('I2: an ID token is no access token, whatever its audience (RFC 8725 §3.11, §3.12)', () => {
  /** A client that is named like a resource: the audience of its ID tokens is that resource. */
  async function idTokenOfClientNamed(clientId: string): Promise<string> {
    const { metadata } = readClientMetadata({
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      scope: 'openid read:resource',
      id_token_signed_response_alg: 'RS256',
    });
    if (!metadata) throw new Error('no metadata');
    const row = { clientId, metadata, secretHash: null, origin: 'operator' } as const;
    await insertClient(authz.database.transactions, row, change);
    const { id_token: token = '' } = await authz.tokens(clientId, user, { scope: 'openid', nonce: 'n' });
    expect([decodeProtectedHeader(token), decodeJwt(token).aud]).toEqual([
      expect.objectContaining({ alg: 'RS256', typ: 'JWT' }),
      clientId,
    ]);
    return token;
  }

  it('at a resource that takes typ JWT', async () => {
    const token = await idTokenOfClientNamed(api);
    expect(await at(rs, token)).toEqual([401, expect.stringContaining('no access token')]);
    expect(await at(strictRs, token)).toEqual([401, expect.stringContaining('no access token')]);
    expect(await introspect(token)).toBe(false);
  });

  it('at userinfo', async () => {
    const token = await idTokenOfClientNamed(authz.origin);
    expect(await at(userinfo(), token)).toEqual([401, expect.stringContaining('no access token')]);
  });

  it('and an access token of typ JWT is no id_token_hint (OIDC Core §3.1.2.1)', async () => {
    const { json } = await exchange(await authz.code(client, user, { scope: 'openid read:resource' }));
    const query = new URLSearchParams({
      client_id: client,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      id_token_hint: json.access_token,
    });
    const { location } = await authz.newBrowser().get(`${paths.authorize}?${query}`);
    expect(new URL(location ?? '').searchParams.get('error_description')).toMatch(/^id_token_hint is not an ID token/);
  });
});
