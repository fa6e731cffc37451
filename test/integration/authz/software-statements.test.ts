import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { openAuthz, type TestAuthz, withAuthz } from '../../support/authz.js';
import { configuration } from '../../support/configuration.js';
import { type Listener, listen } from '../../support/listen.js';
import { redirectUri } from '../../support/rows.js';

const register = '/oauth2/v1/register';
/** Somebody who vouches for software, with keys in the configuration, and somebody who publishes theirs. */
const [directory, publisher] = ['https://directory.example', 'https://publisher.example'];

let authz: TestAuthz;
let keys: Readonly<
  Record<'known' | 'published' | 'foreign', { readonly privateKey: CryptoKey; readonly jwks: string }>
>;
let published: Listener;
beforeAll(async () => {
  const pair = async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    return { privateKey, jwks: JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] }) };
  };
  keys = { known: await pair(), published: await pair(), foreign: await pair() };
  published = await listen();
  published.server.on('request', (_req, res) => res.end(keys.published.jwks));
  authz = await openAuthz({ config: configured({}) });
});
afterAll(async () => {
  await authz.close();
  published.server.close();
});

const configured = (over: Partial<typeof configuration.clientRegistration>) => ({
  clientRegistration: {
    ...configuration.clientRegistration,
    mode: 'open' as const,
    softwareStatements: [
      { issuer: directory, jwks: keys.known.jwks },
      { issuer: publisher, jwksUri: `${published.origin}/jwks` },
    ],
    ...over,
  },
});

const sign = (claims: JWTPayload, key: keyof typeof keys = 'known') =>
  new SignJWT({ iss: directory, ...claims }).setProtectedHeader({ alg: 'ES256' }).sign(keys[key].privateKey);

async function send(method: 'GET' | 'POST' | 'PUT', url: string, body?: object, token?: string) {
  const headers = {
    ...(body && { 'content-type': 'application/json' }),
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: answer.status, json: (await answer.json()) as Record<string, string> };
}

const post = (members: object, at = authz) =>
  send('POST', at.origin + register, { redirect_uris: [redirectUri], ...members });
const seconds = () => Math.floor(authz.clock.now().getTime() / 1000);

describe('Software statements (RFC 7591 §2.3)', () => {
  it('RFC 7591 §3.1.1, §3.2.1: what they say outranks what the client says, and they come back as they were', async () => {
    const members = { client_name: 'Vouched for', redirect_uris: ['https://vouched.example/callback'] };
    const statement = await sign({ ...members, software_id: 'app', aud: authz.origin, exp: seconds() + 60 });
    const policy_uri = 'https://client.example/policy';
    const sent = { client_name: 'Another name', policy_uri, software_statement: statement };
    const { status, json } = await post(sent);
    expect(status).toBe(201);
    expect(json).toMatchObject({ ...members, policy_uri, software_statement: statement });
    const { registration_client_uri: uri = '', registration_access_token: token, client_id } = json;
    expect((await send('GET', uri, undefined, token)).json).toMatchObject({ software_statement: statement });
    const put = await send('PUT', uri, { ...sent, client_id, client_name: 'Yet another name' }, token);
    expect(put.json).toMatchObject(members);
  });

  it('by a key that their issuer publishes', async () => {
    const software_statement = await sign({ iss: publisher, client_name: 'Published' }, 'published');
    expect((await post({ software_statement })).json.client_name).toBe('Published');
  });

  it('they cannot give what is an operator’s, nor what nobody is given', async () => {
    const implicit = await post({ software_statement: await sign({ consent: 'implicit', require_pkce: false }) });
    const { rows } = await authz.database.pool.query('SELECT metadata FROM clients WHERE client_id = $1', [
      implicit.json.client_id,
    ]);
    expect(rows[0].metadata).toMatchObject({ consent: 'explicit', require_pkce: true });
    const machine = await post({ software_statement: await sign({ grant_types: ['client_credentials'] }) });
    expect(machine.json.error).toBe('invalid_client_metadata');
  });

  it.each<[string, () => unknown]>([
    ['no text', () => 1],
    ['no JWT', () => 'a.b.c'],
    ['one without issuer', () => new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).sign(keys.known.privateKey)],
    ['one that nobody signed', () => new UnsecuredJWT({ iss: directory }).encode()],
    ['one signed by another key', () => sign({}, 'foreign')],
    ['one of another audience', () => sign({ aud: 'https://other.example' })],
    ['one that has expired', () => sign({ exp: seconds() - 60 })],
    ['one that is not yet valid', () => sign({ nbf: seconds() + 60 })],
    ['one with a time that is none', () => sign({ exp: 'soon' as unknown as number })],
  ])('RFC 7591 §3.2.2: refuses %s', async (_, make) => {
    const { status, json } = await post({ software_statement: await make() });
    expect([status, json.error]).toEqual([400, 'invalid_software_statement']);
  });

  it('RFC 7591 §3.2.2: one of an issuer that nobody trusts is not approved', async () => {
    const { status, json } = await post({ software_statement: await sign({ iss: 'https://elsewhere.example' }) });
    expect([status, json.error]).toEqual([400, 'unapproved_software_statement']);
  });

  it('nobody can tell while the keys cannot be fetched', async () => {
    const gone = { issuer: 'https://gone.example', jwksUri: 'http://127.0.0.1:1/jwks' };
    await withAuthz(
      { config: configured({ softwareStatements: [gone], requireSoftwareStatement: true }) },
      async (at) => {
        const { status, json } = await post({ software_statement: await sign({ iss: gone.issuer }) }, at);
        expect([status, json.error]).toEqual([503, 'temporarily_unavailable']);
        expect((await post({}, at)).json.error).toBe('invalid_software_statement');
      },
    );
  });
});

describe('What clients may be registered for', () => {
  it('is for the operator to say: scopes, grant types and hosts', () =>
    withAuthz(
      {
        config: configured({
          policy: {
            grantTypes: ['authorization_code'],
            scopes: ['openid', 'files'],
            redirectHosts: ['client.example'],
          },
        }),
      },
      async (at) => {
        expect((await post({}, at)).json).toMatchObject({ scope: 'openid' });
        expect((await post({ scope: 'openid profile files read:resource' }, at)).json.scope).toBe('openid files');
        const refresh = { grant_types: ['authorization_code', 'refresh_token'] };
        expect((await post(refresh, at)).json.error).toBe('invalid_client_metadata');
        const elsewhere = { redirect_uris: ['https://elsewhere.example/callback'] };
        expect((await post(elsewhere, at)).json.error).toBe('invalid_redirect_uri');
      },
    ));
});
