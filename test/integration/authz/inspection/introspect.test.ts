import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { generateKeyPair, importPrivateKey, signJwt } from '../../../../src/crypto/jwt.js';
import { disableClient } from '../../../../src/storage/clients/clients.js';
import { disableUser } from '../../../../src/storage/people/user-changes.js';
import { basic, openAuthz, paths, type TestAuthz } from '../../../support/authz.js';
import { api, files } from '../../../support/configuration.js';
import { change } from '../../../support/rows.js';

const scope = 'openid profile offline_access read:resource files';
const machine = { grant_types: ['client_credentials'], redirect_uris: [], scope: 'read:resource files' };
const post = { token_endpoint_auth_method: 'client_secret_post' };

let authz: TestAuthz;
let user: string;
let rs: string;
let otherRs: string;
const formats = ['jwt', 'opaque'] as const;
const clients: Record<(typeof formats)[number], string> = { jwt: '', opaque: '' };
const machines: Record<(typeof formats)[number], string> = { jwt: '', opaque: '' };
beforeAll(async () => {
  authz = await openAuthz();
  user = await authz.addUser();
  rs = await authz.addClient({ ...post, protected_resources: [api] }, 'rs secret');
  otherRs = await authz.addClient({ ...post, protected_resources: [files] }, 'rs secret');
  for (const format of formats) {
    clients[format] = await authz.addClient({ scope, access_token_format: format }, 'a secret');
    machines[format] = await authz.addClient({ ...machine, access_token_format: format }, 'a secret');
  }
});
afterAll(() => authz.close());

const asRs = (token: string, client = rs) =>
  authz.post(paths.introspect, { token, client_id: client, client_secret: 'rs secret' });
const asOwner = (token: string, client: string) => authz.post(paths.introspect, { token }, basic(client, 'a secret'));

const ofUser = async (format: (typeof formats)[number], parameters: Record<string, string> = {}) =>
  (await authz.tokens(clients[format], user, { scope: 'openid read:resource', ...parameters }, 'a secret'))
    .access_token;
const ofMachine = async (format: (typeof formats)[number]) =>
  (await authz.token({ grant_type: 'client_credentials' }, basic(machines[format], 'a secret'))).json.access_token;

const inactive = { active: false };

describe.each(formats)('introspection of %s access tokens (RFC 7662 §2.2)', (format) => {
  it('tells what the token is good for', async () => {
    const { status, headers, json } = await asRs(await ofUser(format));
    const now = authz.clock.now().getTime() / 1000;
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(json).toEqual({
      active: true,
      token_type: 'Bearer',
      iss: authz.origin,
      sub: user,
      aud: [api, authz.origin],
      client_id: clients[format],
      scope: 'openid read:resource',
      jti: expect.any(String),
      iat: now,
      exp: now + 600,
      auth_time: now - 5,
      acr: 'aal1',
      amr: ['pwd'],
      sid: expect.any(String),
      grant_id: expect.any(String),
    });
  });

  it('of a client’s own token', async () =>
    expect((await asRs(await ofMachine(format))).json).toMatchObject({ active: true, sub: machines[format] }));

  it('is one statement (decision 0008)', async () => {
    for (const token of [await ofUser(format), await ofMachine(format)]) {
      await asRs(token);
      authz.database.statements();
      await asRs(token);
      expect(authz.database.statements()).toHaveLength(1);
    }
  });

  it('answers the client that it was issued to, and resources of its audience, nobody else', async () => {
    const token = await ofUser(format);
    expect((await asOwner(token, clients[format])).json.active).toBe(true);
    expect((await asRs(token)).json.active).toBe(true);
    expect((await asRs(token, otherRs)).json).toEqual(inactive);
    expect((await asOwner(token, machines[format])).json).toEqual(inactive);
  });

  it('expired', async () => {
    const token = await ofUser(format);
    authz.clock.advance(600_000);
    expect((await asRs(token)).json).toEqual(inactive);
  });

  it('of a disabled user or client, at once', async () => {
    const [leavingUser, leavingClient] = [
      await authz.addUser(),
      await authz.addClient({ scope, access_token_format: format }, 'a secret'),
    ];
    const parameters = { scope: 'read:resource' };
    const first = (await authz.tokens(clients[format], leavingUser, parameters, 'a secret')).access_token;
    const second = (await authz.tokens(leavingClient, user, parameters, 'a secret')).access_token;
    await disableUser(authz.database.transactions, leavingUser, change);
    await disableClient(authz.database.transactions, leavingClient, change);
    expect([(await asRs(first)).json, (await asRs(second)).json]).toEqual([inactive, inactive]);
  });

  it('revoked, at once', async () => {
    for (const [token, client] of [
      [await ofUser(format), clients[format]],
      [await ofMachine(format), machines[format]],
    ] as const) {
      expect((await authz.post(paths.revoke, { token }, basic(client, 'a secret'))).status).toBe(200);
      expect((await asRs(token)).json).toEqual(inactive);
    }
  });
});

describe('what is no access token of ours tells nothing (RFC 7662 §2.2)', () => {
  it.each<[string, () => Promise<string>]>([
    ['unknown', async () => 'unknown'],
    ['a code', () => authz.code(clients.jwt, user)],
    [
      'a refresh token',
      async () =>
        (await authz.tokens(clients.jwt, user, { scope: 'read:resource offline_access' }, 'a secret')).refresh_token ??
        '',
    ],
    [
      'an ID token (RFC 8725 §3.11)',
      async () => (await authz.tokens(clients.jwt, user, {}, 'a secret')).id_token ?? '',
    ],
    [
      'a JWT with a byte changed',
      async () => {
        const [header, , signature] = (await ofUser('jwt')).split('.');
        const claims = decodeJwt(await ofUser('jwt'));
        return [
          header,
          Buffer.from(JSON.stringify({ ...claims, scope: 'admin' })).toString('base64url'),
          signature,
        ].join('.');
      },
    ],
    [
      'a JWT signed by somebody else with our kid',
      async () => {
        const own = await ofUser('jwt');
        const { privateJwk } = await generateKeyPair('ES256');
        const key = {
          kid: decodeProtectedHeader(own).kid ?? '',
          alg: 'ES256' as const,
          privateKey: importPrivateKey(privateJwk),
        };
        return signJwt(key, 'at+jwt', decodeJwt(own));
      },
    ],
    [
      'an unsigned JWT',
      async () => {
        const claims = (await ofUser('jwt')).split('.')[1];
        return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${claims}.`;
      },
    ],
    [
      'a JWT with a symmetric signature',
      async () => {
        const own = await ofUser('jwt');
        const { kid = '' } = decodeProtectedHeader(own);
        const header = { alg: 'HS256', typ: 'at+jwt', kid };
        return new SignJWT(decodeJwt(own)).setProtectedHeader(header).sign(Buffer.alloc(32));
      },
    ],
  ])('%s', async (_, make) => {
    const token = await make();
    expect((await asRs(token)).json).toEqual(inactive);
    expect((await asOwner(token, clients.jwt)).json).toEqual(inactive);
  });
});

describe('who may ask at all (RFC 7662 §2.1)', () => {
  it.each<[string, () => Promise<{ status: number; json: Record<string, unknown> }>]>([
    ['nobody', async () => authz.post(paths.introspect, { token: await ofUser('jwt') })],
    [
      'a wrong secret',
      async () => authz.post(paths.introspect, { token: await ofUser('jwt'), client_id: rs, client_secret: 'wrong' }),
    ],
    [
      'a public client',
      async () => authz.post(paths.introspect, { token: await ofUser('jwt'), client_id: await authz.addClient() }),
    ],
    [
      'a bearer of the token itself',
      async () => {
        const token = await ofUser('jwt');
        return authz.post(paths.introspect, { token }, { authorization: `Bearer ${token}` });
      },
    ],
  ])('not %s', async (_, request) => {
    const { status, json } = await request();
    expect([status, json]).toEqual([401, { error: 'invalid_client', error_description: expect.any(String) }]);
  });

  it('token missing: invalid_request', async () =>
    expect((await authz.post(paths.introspect, { client_id: rs, client_secret: 'rs secret' })).json.error).toBe(
      'invalid_request',
    ));

  it('takes the runbook’s curl: everything in the form', async () => {
    const body = `token=${await ofUser('jwt')}&client_id=${rs}&client_secret=rs+secret&token_type_hint=access_token`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(`${authz.origin}${paths.introspect}`, { method: 'POST', body, headers });
    expect(await answer.json()).toMatchObject({ active: true });
  });
});
