import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CompactEncrypt, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { hashToken } from '../../../../src/crypto/digest.js';
import { jwtBearerAssertionType } from '../../../../src/protocol/client/client-authentication.js';
import { rotateClientSecret } from '../../../../src/storage/clients/clients.js';
import { basic, openAuthz, paths, type TestAuthz } from '../../../support/authz.js';
import { change } from '../../../support/rows.js';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

const machine = { grant_types: ['client_credentials'], redirect_uris: [], scope: 'read:resource' };
const secret = 'p%:+ä secret';

let authz: TestAuthz;
const clients: Record<'none' | 'client_secret_basic' | 'client_secret_post', string> = {
  none: '',
  client_secret_basic: '',
  client_secret_post: '',
};
beforeAll(async () => {
  authz = await openAuthz();
  clients.none = await authz.addClient({ grant_types: ['authorization_code', 'refresh_token'] });
  clients.client_secret_basic = await authz.addClient(machine, secret);
  const post = { ...machine, token_endpoint_auth_method: 'client_secret_post' };
  clients.client_secret_post = await authz.addClient(post, secret);
});
afterAll(() => authz.close());

const form = { grant_type: 'client_credentials' };
const encoded = encodeURIComponent(secret).replaceAll('%20', '+');

const ask = (body: Record<string, string>, headers: Record<string, string> = {}) =>
  authz.token<Record<string, unknown>>({ ...form, ...body }, headers);

describe('secrets (RFC 6749 §2.3.1)', () => {
  it('by Basic, form-encoded', async () =>
    expect((await ask({}, basic(clients.client_secret_basic, encoded))).status).toBe(200));

  it('by Basic, beside the same client_id', async () => {
    const body = { client_id: clients.client_secret_basic };
    expect((await ask(body, basic(clients.client_secret_basic, encoded))).status).toBe(200);
  });

  it('in the form', async () => {
    const body = { client_id: clients.client_secret_post, client_secret: secret };
    expect((await ask(body)).status).toBe(200);
  });

  it.each([
    ['a wrong secret', () => ask({}, basic(clients.client_secret_basic, 'wrong'))],
    ['an empty secret', () => ask({}, basic(clients.client_secret_basic, ''))],
    ['an unknown client', () => ask({}, basic('nobody', encoded))],
    ['a wrong secret in the other place', () => ask({ client_id: clients.client_secret_basic, client_secret: 'no' })],
    [
      'another client_id beside Basic',
      () => ask({ client_id: clients.none }, basic(clients.client_secret_basic, encoded)),
    ],
    ['nothing', () => ask({})],
    ['another scheme', () => ask({ client_id: clients.none }, { authorization: 'Bearer x' })],
  ])('%s: invalid_client with a challenge, always the same answer (RFC 6749 §5.2)', async (_, request) => {
    const { status, headers, json } = await request();
    expect([status, json]).toEqual([
      401,
      { error: 'invalid_client', error_description: 'Client authentication failed.' },
    ]);
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm="/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['a plus sign', 'c+1', 'abc+def+ghi'],
    ['all of base64', 'c/2=', 'q+/8A/z9+w=='],
    ['a percent sign that encodes nothing', 'c-3', '100%'],
    ['a percent sign that could encode something', 'c%413', 'a%20b+c'],
  ])('I9: by Basic as they are, with %s, and form-encoded', async (_, clientId, raw) => {
    await authz.addClient({ ...machine, client_id: clientId }, raw);
    expect((await ask({}, basic(clientId, raw))).status).toBe(200);
    expect((await ask({ client_id: clientId }, basic(clientId, raw))).status).toBe(200);
    expect((await ask({}, basic(encodeURIComponent(clientId), encodeURIComponent(raw)))).status).toBe(200);
    expect((await ask({}, basic(clientId, raw.slice(1)))).status).toBe(401);
  });

  it('I9: an id that means a client once it is decoded means no other', async () => {
    await authz.addClient({ ...machine, client_id: 'd e' }, 'decoded');
    await authz.addClient({ ...machine, client_id: 'd+e' }, 'as+sent');
    expect((await ask({}, basic('d+e', 'decoded'))).status).toBe(200);
    expect((await ask({}, basic('d+e', 'as+sent'))).status).toBe(401);
    expect((await ask({ client_id: 'd+e' }, basic('d+e', 'as+sent'))).status).toBe(200);
  });

  it('I1: either place does for a secret', async () => {
    const body = { client_id: clients.client_secret_basic, client_secret: secret };
    expect((await ask(body)).status).toBe(200);
    expect((await ask({}, basic(clients.client_secret_post, encoded))).status).toBe(200);
  });

  it('I1: the place that an operator pinned is the only one, and the answer names it', async () => {
    const client = await authz.addClient({ ...machine, token_endpoint_auth_method_pinned: true }, 'pinned');
    expect((await ask({}, basic(client, 'pinned'))).status).toBe(200);
    const { status, json } = await ask({ client_id: client, client_secret: 'pinned' });
    expect([status, json.error]).toEqual([401, 'invalid_client']);
    expect(json.error_description).toContain(
      'is registered for client_secret_basic, the request uses client_secret_post',
    );
  });

  it.each([
    ['the id alone', () => ask({ client_id: clients.client_secret_basic }), 'client_secret_basic'],
    ['a secret of a public client', () => ask({ client_id: clients.none, client_secret: secret }), 'none'],
    ['an empty secret of a public client', () => ask({}, basic(clients.none, '')), 'none'],
  ])('I1: %s: invalid_client that names the method', async (_, request, method) => {
    const { status, headers, json } = await request();
    expect([status, json.error]).toEqual([401, 'invalid_client']);
    expect(json.error_description).toContain(`registered for ${method},`);
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm="/);
  });

  it('two methods at once: invalid_request (RFC 6749 §2.3)', async () => {
    const body = { client_id: clients.client_secret_basic, client_secret: secret };
    const { status, json } = await ask(body, basic(clients.client_secret_basic, encoded));
    expect([status, json.error]).toEqual([400, 'invalid_request']);
  });

  it('rotated: the old one ends within a second', async () => {
    const client = await authz.addClient(machine, 'old');
    expect((await ask({}, basic(client, 'old'))).status).toBe(200);
    await rotateClientSecret(authz.database.transactions, client, { secretHash: hashToken('new') }, change);
    authz.clock.advance(1_000);
    expect((await ask({}, basic(client, 'old'))).status).toBe(401);
    expect((await ask({}, basic(client, 'new'))).status).toBe(200);
  });

  it('failures of known clients are recorded, but not each of a storm', async () => {
    const client = await authz.addClient(machine, 'a secret');
    for (let i = 0; i < 10; i += 1) await ask({}, basic(client, `guess ${i}`));
    await ask({}, basic('nobody', 'guess'));
    const events = await authz.audited('client_authentication_failed');
    expect(events.filter(({ client_id }) => client_id === client)).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain('guess');
    expect(events.map(({ client_id }) => client_id)).not.toContain('nobody');
  });
});

describe('private_key_jwt (RFC 7523, OIDC Core §9)', () => {
  let keys: Record<'ES256' | 'RS256' | 'PS256' | 'EdDSA', KeyPair>;
  let client: string;
  beforeAll(async () => {
    const make = (alg: string) => generateKeyPair(alg, { extractable: true });
    keys = {
      ES256: await make('ES256'),
      RS256: await make('RS256'),
      PS256: await make('PS256'),
      EdDSA: await make('EdDSA'),
    };
    const jwks = {
      keys: await Promise.all(
        Object.entries(keys).map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid, alg: kid })),
      ),
    };
    client = await authz.addClient({ ...machine, token_endpoint_auth_method: 'private_key_jwt', jwks });
  });

  let serial = 0;
  const claims = (changes: Record<string, unknown> = {}) => {
    const now = authz.clock.now().getTime() / 1000;
    serial += 1;
    const all = {
      iss: client,
      sub: client,
      aud: authz.origin,
      exp: now + 60,
      iat: now,
      jti: `jti-${serial}`,
      ...changes,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  };
  const sign = (
    changes: Record<string, unknown> = {},
    header: { alg?: keyof typeof keys; kid?: string; typ?: string } = {},
    key?: KeyPair,
  ) => {
    const alg = header.alg ?? 'ES256';
    return new SignJWT(claims(changes))
      .setProtectedHeader({ kid: alg, ...header, alg })
      .sign((key ?? keys[alg]).privateKey);
  };
  const present = (assertion: string, body: Record<string, string> = {}, path: string = paths.token) =>
    authz.post(path, {
      ...form,
      client_assertion_type: jwtBearerAssertionType,
      client_assertion: assertion,
      ...body,
    });

  it.each([
    ['issuer as audience', {}],
    ['token endpoint as audience', { aud: 'token' }],
    ['several audiences', { aud: ['token', 'https://other.example'] }],
    ['iat and nbf 8 s ahead', { ahead: 8 }],
  ])('takes %s', async (_, { aud, ahead }: { aud?: string | string[]; ahead?: number }) => {
    const named = aud && [aud].flat().map((item) => (item === 'token' ? `${authz.origin}${paths.token}` : item));
    const at = authz.clock.now().getTime() / 1000 + (ahead ?? 0);
    const answer = await present(
      await sign({ ...(named && { aud: named.length > 1 ? named : named[0] }), iat: at, nbf: at }),
    );
    expect([answer.status, answer.json]).toEqual([200, expect.objectContaining({ token_type: 'Bearer' })]);
  });

  it.each(['ES256', 'RS256', 'PS256', 'EdDSA'] as const)('takes %s', async (alg) =>
    expect((await present(await sign({}, { alg }))).status).toBe(200),
  );

  it('takes the same client_id beside it, and the endpoint that is called as audience', async () => {
    expect((await present(await sign(), { client_id: client })).status).toBe(200);
    const aud = `${authz.origin}${paths.introspect}`;
    expect((await present(await sign({ aud }), { token: 'x' }, paths.introspect)).json).toEqual({ active: false });
  });

  /** The answer of an unknown client. */
  const silence = 'Client authentication failed.';
  it.each<[string, () => Promise<string>, string]>([
    ['a signature by a foreign key', async () => sign({}, {}, await generateKeyPair('ES256')), silence],
    ['an unknown kid', () => sign({}, { kid: 'other' }), 'The keys of the client hold none that fits kid and alg'],
    ['a kid of a key of another alg', () => sign({}, { kid: 'RS256' }), 'The keys of the client hold none that fits'],
    [
      'no signature (RFC 8725 §3.2)',
      async () => new UnsecuredJWT(claims()).encode(),
      'alg of the client assertion is not allowed',
    ],
    [
      'a symmetric signature with the public key (RFC 8725 §2.1)',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', kid: 'ES256' })
          .sign(Buffer.from(JSON.stringify(await exportJWK(keys.ES256.publicKey)))),
      'the client is registered for private_key_jwt, the request uses client_secret_jwt',
    ],
    [
      'a JWT made for something else (RFC 8725 §3.11)',
      () => sign({}, { typ: 'at+jwt' }),
      'typ of the client assertion is that of a JWT for another purpose',
    ],
    ['iss of another', () => sign({ iss: 'other' }), 'iss and sub of the client assertion are not both'],
    ['sub of another', () => sign({ sub: clients.none }), 'is registered for none,'],
    ['sub missing', () => sign({ sub: undefined }), 'sub of the client assertion is missing'],
    ['sub of nobody', () => sign({ iss: 'nobody', sub: 'nobody' }), silence],
    [
      'aud of another server',
      () => sign({ aud: 'https://other.example' }),
      'aud of the client assertion is not this server: expected is http',
    ],
    ['exp missing', () => sign({ exp: undefined }), 'exp of the client assertion is missing'],
    [
      'exp five minutes past',
      () => sign({ exp: authz.clock.now().getTime() / 1000 - 300 }),
      'exp of the client assertion is past',
    ],
    [
      'exp a day ahead',
      () => sign({ exp: authz.clock.now().getTime() / 1000 + 86_400 }),
      'exp of the client assertion is more than an hour',
    ],
    [
      'nbf over a minute ahead',
      () => sign({ nbf: authz.clock.now().getTime() / 1000 + 61 }),
      'nbf of the client assertion is ahead',
    ],
    [
      'iat 11 s ahead',
      () => sign({ iat: authz.clock.now().getTime() / 1000 + 11 }),
      'iat of the client assertion is ahead, by more than the 10 s',
    ],
    ['jti missing', () => sign({ jti: undefined }), 'jti of the client assertion is missing'],
    [
      'an encrypted JWT, whatever it wraps',
      async () =>
        new CompactEncrypt(Buffer.from(new UnsecuredJWT(claims()).encode()))
          .setProtectedHeader({ alg: 'dir', enc: 'A128GCM', cty: 'JWT' })
          .encrypt(Buffer.alloc(16)),
      'is no signed JWT in compact form',
    ],
    ['no JWT', async () => 'not a JWT', 'is no signed JWT in compact form'],
  ])('I11: %s: invalid_client that says so, where it may', async (_, make, description) => {
    const { status, json, headers } = await present(await make());
    expect([status, json.error]).toEqual([401, 'invalid_client']);
    expect(json.error_description).toContain(description);
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm="/);
  });

  it('I11: kid missing where several keys fit: invalid_client that says so', async () => {
    const twice = await generateKeyPair('ES256');
    const jwk = await exportJWK(twice.publicKey);
    const jwks = {
      keys: [
        { ...jwk, kid: 'a' },
        { ...jwk, kid: 'b' },
      ],
    };
    const several = await authz.addClient({ ...machine, token_endpoint_auth_method: 'private_key_jwt', jwks });
    const assertion = await new SignJWT(claims({ iss: several, sub: several }))
      .setProtectedHeader({ alg: 'ES256' })
      .sign(twice.privateKey);
    expect((await present(assertion)).json.error_description).toContain('kid of the client assertion is missing');
  });

  it('I11: an alg that the client is not registered for: invalid_client that names the registered one', async () => {
    const jwks = { keys: [{ ...(await exportJWK(keys.RS256.publicKey)), kid: 'RS256' }] };
    const members = { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256', jwks };
    const strict = await authz.addClient({ ...machine, ...members });
    const { status, json } = await present(await sign({ iss: strict, sub: strict }, { alg: 'RS256' }));
    expect([status, json.error]).toEqual([401, 'invalid_client']);
    expect(json.error_description).toContain('is not allowed for this client: expected is ES256.');
  });

  it('client_id of another beside it: invalid_client', async () =>
    expect((await present(await sign(), { client_id: clients.none })).json.error).toBe('invalid_client'));

  it('works once (§3 item 7), also of 20 at once', async () => {
    const assertion = await sign();
    const answers = await Promise.all(Array.from({ length: 20 }, () => present(assertion)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refused = answers.filter(({ json }) => json.error === 'invalid_client');
    expect(refused).toHaveLength(19);
    expect(refused[0]?.json.error_description).toContain('The client assertion was used before');
  });

  describe('with jwks_uri (RFC 7591 §2)', () => {
    let server: Server;
    let fetches = 0;
    let published: KeyPair[] = [];
    let available = true;
    let remote: string;
    beforeAll(async () => {
      server = createServer(async (_req, res) => {
        fetches += 1;
        if (!available) return void res.writeHead(500).end();
        const jwks = await Promise.all(
          published.map(async ({ publicKey }, index) => ({ ...(await exportJWK(publicKey)), kid: `key-${index}` })),
        );
        res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: jwks }));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const jwks_uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
      remote = await authz.addClient({ ...machine, token_endpoint_auth_method: 'private_key_jwt', jwks_uri });
      published = [await generateKeyPair('ES256')];
    });
    afterAll(() => new Promise((resolve) => server.close(resolve)));

    const signedBy = (index: number, key = published[index]) =>
      sign({ iss: remote, sub: remote }, { kid: `key-${index}` }, key);
    const status = async (assertion: string) => (await present(assertion)).status;

    it('fetches once for many', async () => {
      for (let i = 0; i < 5; i += 1) expect(await status(await signedBy(0))).toBe(200);
      expect(fetches).toBe(1);
    });

    it('§5.2.3: fetches again for an unknown key (OIDC Core §10.1.1), but strangers force none', async () => {
      const newer = await generateKeyPair('ES256');
      published = [...published, newer];
      expect(await status(await signedBy(1))).toBe(401); // within the cooldown
      authz.clock.advance(10_000);
      expect(await status(await signedBy(1))).toBe(200);
      const before = fetches;
      for (let i = 2; i < 12; i += 1) await status(await signedBy(i, newer));
      expect(fetches).toBe(before);
    });

    it('goes on with the keys of before while the client does not answer', async () => {
      available = false;
      authz.clock.advance(600_000);
      expect(await status(await signedBy(0))).toBe(200);
      available = true;
      authz.clock.advance(10_000);
      const before = fetches;
      expect(await status(await signedBy(0))).toBe(200);
      expect(fetches).toBe(before + 1);
    });

    it('but not for ever: a key that was withdrawn must not outlive an outage', async () => {
      available = false;
      authz.clock.advance(3_600_000);
      expect(await status(await signedBy(0))).toBe(401);
      authz.clock.advance(10_000);
      expect(await status(await signedBy(0))).toBe(401);
      available = true;
      authz.clock.advance(10_000);
      expect(await status(await signedBy(0))).toBe(200);
    });
  });
});

describe('client_secret_jwt (OIDC Core §9, RFC 7518 §3.2)', () => {
  const long = 'a secret that has at least as many bytes as SHA-256 has';
  let client: string;
  beforeAll(async () => {
    client = await authz.addClient({ ...machine, token_endpoint_auth_method: 'client_secret_jwt' }, long);
  });

  const assertion = (over: Record<string, unknown> = {}, key: string = long, alg = 'HS256') => {
    const now = authz.clock.now().getTime() / 1000;
    const claims = { iss: client, sub: client, aud: authz.origin, exp: now + 60, iat: now, jti: randomUUID(), ...over };
    return new SignJWT(claims).setProtectedHeader({ alg }).sign(Buffer.from(key));
  };
  const present = async (signed: string) =>
    ask({ client_assertion_type: jwtBearerAssertionType, client_assertion: signed });

  it('an assertion signed with the secret, once', async () => {
    const signed = await assertion();
    expect((await present(signed)).status).toBe(200);
    expect((await present(signed)).json).toMatchObject({ error: 'invalid_client' });
  });

  it('the secret is in the database as ciphertext only', async () => {
    const { rows } = await authz.database.pool.query('SELECT row_to_json(c)::text AS row FROM clients c');
    for (const { row } of rows) {
      expect(row).not.toContain(long);
      expect(row).not.toContain(Buffer.from(long).toString('hex'));
    }
  });

  it.each<[string, () => Promise<string>]>([
    ['another secret', () => assertion({}, `${long} `)],
    ['another algorithm', () => assertion({}, long, 'HS512')],
    ['another audience', () => assertion({ aud: 'https://other.example' })],
    ['expired', () => assertion({ exp: authz.clock.now().getTime() / 1000 - 11 })],
    ['jti missing', () => assertion({ jti: undefined })],
  ])('%s: invalid_client', async (_, make) => {
    const { status, json } = await present(await make());
    expect([status, json.error]).toEqual([401, 'invalid_client']);
  });

  it('the secret itself is not taken from such a client, nor the assertion from any other', async () => {
    expect((await ask({}, basic(client, long))).json.error_description).toContain('registered for client_secret_jwt');
    const other = clients.client_secret_basic;
    const { json } = await present(await assertion({ iss: other, sub: other }, secret));
    expect(json.error_description).toContain('registered for client_secret_basic');
  });

  it('a public key is no secret: HS256 with it is refused (RFC 8725 §2.1)', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    const jwks = { keys: [jwk] };
    const keyed = await authz.addClient({ ...machine, token_endpoint_auth_method: 'private_key_jwt', jwks });
    for (const key of [JSON.stringify(jwk), String(jwk.n)]) {
      const { status, json } = await present(await assertion({ iss: keyed, sub: keyed }, key));
      expect([status, json.error]).toEqual([401, 'invalid_client']);
    }
  });
});
