import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CryptoKey,
  compactDecrypt,
  createRemoteJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import { jwtBearerAssertionType } from '../../src/protocol/client/client-authentication.js';
import { contentEncryptions, keyEncryptions } from '../../src/protocol/client/encrypted-answers.js';
import { usualSigningAlgorithms } from '../../src/protocol/signing-algorithm.js';
import { basic, openAuthz, paths, type TestAuthz, verifier, withAuthz } from '../support/authz.js';
import { configuration } from '../support/configuration.js';
import { addGrant, jwtFor } from '../support/grants.js';
import { openIdp, type TestIdp, type TestUser } from '../support/idp.js';
import { listen } from '../support/listen.js';
import { redirectUri } from '../support/rows.js';

/** authz and idp over one database: what they tell a client goes as it registered. */
let authz: TestAuthz;
let idp: TestIdp;
let user: TestUser;
let keys: { readonly rsa: KeyPair; readonly ec: KeyPair };
beforeAll(async () => {
  const publicUrls = { idp: '', rs: 'http://127.0.0.1:8082', spaRp: 'http://127.0.0.1:8083' };
  authz = await openAuthz({ config: { publicUrls } });
  idp = await openIdp({ beside: authz, config: { signingKeys: authz.deps.config.signingKeys } });
  publicUrls.idp = idp.origin;
  user = await idp.addUser({ claims: { name: 'Ann Example' } });
  keys = { rsa: await keyPair('RSA-OAEP-256', 'rsa-1'), ec: await keyPair('ECDH-ES', 'ec-1') };
});
afterAll(async () => {
  await idp.close();
  await authz.close();
});

interface KeyPair {
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
}

async function keyPair(alg: string, kid: string): Promise<KeyPair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { jwk: { ...(await exportJWK(publicKey)), kid, use: 'enc' }, privateKey };
}

const jwks = () => ({ keys: [keys.rsa.jwk, keys.ec.jwk] });
const pairFor = (alg: string): KeyPair => (alg.startsWith('RSA') ? keys.rsa : keys.ec);

const ownKeys = () => createRemoteJWKSet(new URL(`${authz.origin}${paths.jwks}`));

/** What a client does with a nested JWT: decrypt, then verify (RFC 7519 §7.2). */
async function open(jwe: string, alg: string): Promise<{ readonly header: object; readonly jws: string }> {
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, pairFor(alg).privateKey);
  return { header: protectedHeader, jws: Buffer.from(plaintext).toString() };
}

const verified = async (jws: string, audience: string) =>
  (await jwtVerify(jws, ownKeys(), { issuer: authz.origin, audience, currentDate: authz.clock.now() })).payload;

const userinfo = async (token: string) => {
  const answer = await fetch(`${idp.origin}/oidc/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
};

describe('Encrypted ID tokens (OIDC Core §10.2, OIDC Registration §2)', () => {
  const pairs = keyEncryptions.flatMap((alg) => contentEncryptions.map((enc) => [alg, enc] as const));
  it.each(pairs)('%s with %s: signed, then encrypted for the client', async (alg, enc) => {
    const members = { jwks: jwks(), id_token_encrypted_response_alg: alg, id_token_encrypted_response_enc: enc };
    const client = await authz.addClient(members);
    const { id_token } = await authz.tokens(client, user.id, { nonce: 'n' });
    const { header, jws } = await open(id_token ?? '', alg);
    expect(header).toMatchObject({ alg, enc, cty: 'JWT', kid: pairFor(alg).jwk.kid });
    expect(await verified(jws, client)).toMatchObject({ sub: user.id, nonce: 'n', at_hash: expect.any(String) });
  });

  it('A128CBC-HS256 where the client names no content encryption', async () => {
    const client = await authz.addClient({ jwks: jwks(), id_token_encrypted_response_alg: 'ECDH-ES' });
    const { id_token } = await authz.tokens(client, user.id);
    expect(decodeProtectedHeader(id_token ?? '')).toMatchObject({ alg: 'ECDH-ES', enc: 'A128CBC-HS256' });
  });

  it('a key that is too short is the client\u2019s fault, and costs it no code', async () => {
    const short = { kty: 'RSA', n: Buffer.alloc(128, 255).toString('base64url'), e: 'AQAB', use: 'enc' };
    const client = await authz.addClient({
      jwks: { keys: [short] },
      id_token_encrypted_response_alg: 'RSA-OAEP-256',
    });
    await expect(authz.tokens(client, user.id)).rejects.toThrow('invalid_request');
  });
});

describe('Keys that a client publishes (OIDC Core §10.2.1)', () => {
  it('are fetched again where those at hand hold none that fits', async () => {
    let published: JWK[] = [];
    const { server, origin } = await listen();
    server.on('request', (_req, res) => res.end(JSON.stringify({ keys: published })));
    try {
      const members = { jwks_uri: `${origin}/jwks`, id_token_encrypted_response_alg: 'ECDH-ES' };
      const client = await authz.addClient(members);
      const code = await authz.code(client, user.id);
      const exchange = () =>
        authz.token({
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          code_verifier: verifier,
          client_id: client,
        });
      const refused = await exchange();
      expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('ECDH-ES')]);
      published = [keys.ec.jwk];
      authz.clock.advance(10_000);
      const { json } = await exchange();
      const { jws } = await open(json.id_token ?? '', 'ECDH-ES');
      expect(await verified(jws, client)).toMatchObject({ sub: user.id });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe('Keys that cannot be fetched', () => {
  it('are the client’s fault where they are needed, and nowhere else', async () => {
    const secret = 'a secret of some length that is good enough';
    const client = await authz.addClient(
      {
        jwks_uri: 'http://127.0.0.1:1/jwks',
        id_token_encrypted_response_alg: 'ECDH-ES',
        userinfo_encrypted_response_alg: 'ECDH-ES',
        grant_types: ['authorization_code', 'client_credentials'],
        scope: 'openid profile read:resource',
      },
      secret,
    );
    await expect(authz.tokens(client, user.id, {}, secret)).rejects.toThrow('invalid_request');
    const machine = await authz.token(
      { grant_type: 'client_credentials', scope: 'read:resource' },
      basic(client, secret),
    );
    expect(machine.status).toBe(200);
    const answer = await userinfo(
      await jwtFor(idp, await addGrant(idp, { userId: user.id, clientId: client, scopes: ['openid'] })),
    );
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('ECDH-ES')]);
  });
});

describe('Userinfo as a JWT (OIDC Core §5.3.2)', () => {
  it('§7.3: signed as registered, with iss and aud', async () => {
    for (const alg of ['RS256', 'ES256']) {
      const client = await authz.addClient({ userinfo_signed_response_alg: alg });
      const { access_token } = await authz.tokens(client, user.id);
      const { status, type, text } = await userinfo(access_token);
      expect([status, type]).toEqual([200, 'application/jwt']);
      expect(decodeProtectedHeader(text)).toMatchObject({ alg, kid: expect.any(String) });
      expect(await verified(text, client)).toEqual({
        iss: authz.origin,
        aud: client,
        sub: user.id,
        name: 'Ann Example',
        preferred_username: user.username,
        updated_at: expect.any(Number),
      });
    }
  });

  it('encrypted: as claims, or as a signed JWT where both are registered', async () => {
    const members = { jwks: jwks(), userinfo_encrypted_response_alg: 'RSA-OAEP-256' };
    const plain = await authz.addClient(members);
    const first = await userinfo((await authz.tokens(plain, user.id)).access_token);
    expect(first.type).toBe('application/jwt');
    expect(JSON.parse((await open(first.text, 'RSA-OAEP-256')).jws)).toMatchObject({ sub: user.id });
    const nested = await authz.addClient({ ...members, userinfo_signed_response_alg: 'RS256' });
    const second = await userinfo((await authz.tokens(nested, user.id)).access_token);
    const { jws, header } = await open(second.text, 'RSA-OAEP-256');
    expect(header).toMatchObject({ cty: 'JWT' });
    expect(await verified(jws, nested)).toMatchObject({ sub: user.id });
  });

  it('is no ID token: as a hint it is refused', async () => {
    const client = await authz.addClient({ userinfo_signed_response_alg: 'RS256' });
    const { text } = await userinfo((await authz.tokens(client, user.id)).access_token);
    const query = new URLSearchParams({ id_token_hint: text });
    const answer = await idp.newBrowser().get(`/oidc/v1/logout?${query}`);
    expect(answer.status).toBe(400);
  });
});

describe('Introspection as a JWT (RFC 9701)', () => {
  const secret = 'a secret of some length that is good enough';
  const post = {
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    redirect_uris: [],
  };
  const accept = { accept: 'application/token-introspection+jwt' };

  async function ask(members: Record<string, unknown>, headers: Record<string, string>, token?: string) {
    const client = await authz.addClient({ ...post, scope: 'read:resource', ...members }, secret);
    const credentials = { client_id: client, client_secret: secret };
    const { json } = await authz.token({ ...credentials, grant_type: 'client_credentials' });
    const body = new URLSearchParams({ ...credentials, token: token ?? json.access_token });
    const answer = await fetch(`${authz.origin}${paths.introspect}`, { method: 'POST', body, headers });
    return { client, type: answer.headers.get('content-type'), text: await answer.text() };
  }

  it('§5: asked for by its media type, it is signed for whoever asked, with a typ of its own', async () => {
    const { client, type, text } = await ask({}, accept);
    expect(type).toBe('application/token-introspection+jwt');
    expect(decodeProtectedHeader(text)).toMatchObject({ typ: 'token-introspection+jwt', alg: 'RS256' });
    expect(await verified(text, client)).toEqual({
      iss: authz.origin,
      aud: client,
      iat: authz.clock.now().getTime() / 1000,
      token_introspection: expect.objectContaining({ active: true, client_id: client, scope: 'read:resource' }),
    });
  });

  it('§5: of a token that is not active it says nothing else', async () => {
    const { client, text } = await ask({}, accept, 'unknown');
    expect((await verified(text, client)).token_introspection).toEqual({ active: false });
  });

  it('§6: signed and encrypted as registered', async () => {
    const members = {
      jwks: jwks(),
      introspection_signed_response_alg: 'ES256',
      introspection_encrypted_response_alg: 'ECDH-ES+A256KW',
      introspection_encrypted_response_enc: 'A256GCM',
    };
    const { client, text } = await ask(members, accept);
    const { jws } = await open(text, 'ECDH-ES+A256KW');
    expect(decodeProtectedHeader(jws)).toMatchObject({ alg: 'ES256' });
    expect(await verified(jws, client)).toHaveProperty('token_introspection.active', true);
  });

  it.each(['application/json', '*/*', 'application/token-introspection+jwt;q=0'])(
    'Accept: %s is plain JSON',
    async (value) => {
      const { type, text } = await ask({}, { accept: value });
      expect([type, JSON.parse(text).active]).toEqual(['application/json; charset=utf-8', true]);
    },
  );
});

describe('Ed25519 under its own name (RFC 9864 §2.2)', () => {
  const signingKeys = { ...configuration.signingKeys, algorithms: [...usualSigningAlgorithms, 'Ed25519' as const] };

  it('signs ID tokens of a client that registered it, where the operator has keys for it', () =>
    withAuthz({ config: { signingKeys } }, async (own) => {
      const client = await own.addClient({ id_token_signed_response_alg: 'Ed25519' });
      const { id_token = '', access_token } = await own.tokens(client, await own.addUser());
      expect(decodeProtectedHeader(id_token).alg).toBe('Ed25519');
      const published = createRemoteJWKSet(new URL(`${own.origin}${paths.jwks}`));
      const expected = { issuer: own.origin, audience: client, currentDate: own.clock.now() };
      const { payload } = await jwtVerify(id_token, published, expected);
      const half = createHash('sha512').update(access_token).digest().subarray(0, 32).toString('base64url');
      expect(payload.at_hash).toBe(half);
    }));

  it('signs assertions of clients', async () => {
    const { publicKey, privateKey } = await generateKeyPair('Ed25519', { extractable: true });
    const client = await authz.addClient({
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [await exportJWK(publicKey)] },
      grant_types: ['client_credentials'],
      redirect_uris: [],
      scope: 'read:resource',
    });
    const now = authz.clock.now().getTime() / 1000;
    const claims = { iss: client, sub: client, aud: authz.origin, exp: now + 60, jti: 'once' };
    const assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'Ed25519' }).sign(privateKey);
    const form = { client_assertion_type: jwtBearerAssertionType, client_assertion: assertion };
    expect((await authz.token({ grant_type: 'client_credentials', ...form })).status).toBe(200);
  });
});
