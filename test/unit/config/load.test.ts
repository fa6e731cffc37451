import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import type { AllRolesConfig, ServingRole } from '../../../src/config/configuration.js';
import type { Environment } from '../../../src/config/environment.js';
import { type LoadOptions, loadConfig } from '../../../src/config/load.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});
afterAll(() => rm(folder, { recursive: true }));

const randomKey = Buffer.from('f3a1907fd2b84c5e6a0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5a6b', 'hex').toString(
  'base64',
);

/** The least that all roles start with. */
const least = () => ({
  profile: 'test' as string,
  issuer: 'http://127.0.0.1:8080',
  public_urls: { idp: 'http://localhost:8081', rs: 'http://127.0.0.1:8082', spa_rp: 'http://127.0.0.1:8083' },
  database: { dsn: 'postgres://identity_user:s3cret$HOME@localhost:5432/identity_db' } as Record<string, unknown>,
  key_encryption_keys: [{ id: 'k1', key: randomKey }] as Record<string, unknown>[],
  resources: [{ identifier: 'http://127.0.0.1:8082/api/v1', scopes: ['read:resource'] }],
  default_resource: 'http://127.0.0.1:8082/api/v1',
});

let files = 0;
async function write(content: string): Promise<string> {
  files += 1;
  const file = join(folder, `${files}`);
  await writeFile(file, content);
  return file;
}

async function load<Role extends ServingRole = 'all'>(
  document: object | string,
  options: Partial<LoadOptions<Role>> = {},
) {
  const file = await write(typeof document === 'string' ? document : stringify(document));
  const { config } = await loadConfig<Role>(file, { role: 'all' as Role, env: {}, ...options });
  return config;
}

const faultsOf = (document: object | string, options: Partial<LoadOptions<ServingRole>> = {}): Promise<string> =>
  load(document, options).then(
    () => 'no fault',
    (error: Error) => (error.name === 'ConfigError' ? error.message : Promise.reject(error)),
  );

describe('what a configuration becomes', () => {
  it('is a frozen camelCase record with the defaults filled in', async () => {
    const config = await load(least());
    expect(config).toMatchObject({
      logLevel: 'INFO',
      publicUrls: { spaRp: 'http://127.0.0.1:8083' },
      http: {
        bind: '127.0.0.1',
        readTimeout: 30_000,
        writeTimeout: 120_000,
        idleTimeout: 120_000,
        requestTimeout: 30_000,
      },
      database: { maxOpenConns: 100, maxIdleConns: 10, connMaxLifetime: 3_600_000, preparedStatements: true },
      telemetry: { enabled: false, otlpEndpoint: 'http://opentelemetry-collector-contrib:4317' },
      lifetimes: { authorizationCode: 60_000, accessToken: 600_000, refreshToken: 2_592_000_000, refreshGrace: 10_000 },
      rs: { resource: 'http://127.0.0.1:8082/api/v1' },
      clients: [],
      users: [],
    });
    expect([config, config.http, config.http.ports, config.resources].every(Object.isFrozen)).toBe(true);
  });

  describe('I6: resources are needed by none but those who have some', () => {
    const { default_resource: _, resources: [first] = [], ...least_ } = least();
    const others = [first, { identifier: 'urn:other', scopes: [] }];
    it.each([
      ['authz', {}, undefined],
      ['idp', {}, undefined],
      ['all', {}, 'http://127.0.0.1:8082'],
      ['all', { resources: [first] }, first?.identifier],
      ['rs', { resources: others, rs: { resource: 'urn:other' } }, 'urn:other'],
    ] as const)('%s with %j', async (role, sections, resource) => {
      const config: { readonly rs?: { readonly resource: string } } = await load({ ...least_, ...sections }, { role });
      expect(config.rs?.resource).toBe(resource);
    });

    it.each([
      ['rs', {}],
      ['rs', { resources: others }],
      ['all', { resources: others }],
    ] as const)('but rs has to know which it is: %s with %j', async (role, sections) =>
      expect(await faultsOf({ ...least_, ...sections }, { role })).toContain('rs.resource: found nothing'),
    );
  });

  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['3600s', 3_600_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
  ])('reads the duration %s', async (text, milliseconds) => {
    expect((await load({ ...least(), http: { request_timeout: text } })).http.requestTimeout).toBe(milliseconds);
  });

  it('keeps the names that the wire has in clients and claims', async () => {
    const scope = 'openid read:resource';
    const redirect_uris = ['http://127.0.0.1/callback'];
    const { clients, users } = await load({
      ...least(),
      clients: [{ client_id: 'c', token_endpoint_auth_method: 'none', redirect_uris, scope }],
      users: [{ username: 'u', claims: { given_name: 'U', address: { postal_code: '1' } } }],
    });
    expect(clients).toEqual([{ client_id: 'c', token_endpoint_auth_method: 'none', redirect_uris, scope }]);
    expect(users).toEqual([{ username: 'u', claims: { given_name: 'U', address: { postal_code: '1' } } }]);
  });

  it('takes the first key-encryption key as the current one and keeps the others', async () => {
    const second = { id: 'k2', key: Buffer.alloc(32, 7).toString('hex') };
    const { keyEncryptionKeys } = await load({
      ...least(),
      key_encryption_keys: [...least().key_encryption_keys, second],
    });
    expect(keyEncryptionKeys.current.id).toBe('k1');
    expect(keyEncryptionKeys.all.map(({ key }) => key.length)).toEqual([32, 32]);
  });

  it('shows no secret, however it is printed', async () => {
    const config = await load(least());
    const printed = [JSON.stringify(config.database), inspect(config.database), `${config.database.dsn}`];
    expect(printed.join()).not.toContain('s3cret');
    expect(printed.join()).toContain('[secret]');
  });

  it('expands no $', async () => {
    const env = { HOME: '/root', IDENTITY_PAGES_PRODUCT_NAME: 'pay $HOME' };
    const config = await load(least(), { env });
    expect(config.database.dsn?.reveal()).toContain('s3cret$HOME');
    expect(config.pages.productName).toBe('pay $HOME');
  });
});

describe('the looks of the pages', () => {
  it('come from files, with links in the languages that differ', async () => {
    const [logo_file, stylesheet_file] = [await write('<svg xmlns="x"/>\n'), await write('.card{border:0}\n')];
    const links = [{ text: 'Imprint', url: 'https://x.example/', translations: { de: 'Impressum' } }];
    const colours = { light: { accent: '#0A5F38' } };
    const { pages } = await load({ ...least(), pages: { language: 'de', logo_file, stylesheet_file, links, colours } });
    expect(pages).toEqual({
      productName: 'Identity',
      language: 'de',
      logo: '<svg xmlns="x"/>',
      stylesheet: '.card{border:0}',
      colours: { light: { accent: '#0a5f38' }, dark: {} },
      links,
    });
  });
});

describe('secrets from files', () => {
  it('reads them without the line break at the end', async () => {
    const dsn_file = await write('postgres://u:p@db/identity_db\n');
    expect((await load({ ...least(), database: { dsn_file } })).database.dsn?.reveal()).toBe(
      'postgres://u:p@db/identity_db',
    );
  });

  it('authz leaves the secrets of other providers alone, and idp opens them', async () => {
    const provider = { id: 'g', preset: 'google', client_id: 'c', client_secret_file: '/nowhere/secret' };
    const document = { ...least(), identity_providers: [provider] };
    expect((await load(document, { role: 'authz' })).identityProviders).toMatchObject([{ name: 'Google' }]);
    await expect(load(document, { role: 'idp' })).rejects.toThrow('identity_providers[0].client_secret_file');
  });

  it('a provider has what its preset says and the file does not', async () => {
    const provider = { id: 'corp', name: 'Corp', issuer: 'https://login.example', client_id: 'c' };
    const document = { ...least(), identity_providers: [{ ...provider, claims: { nickname: 'login' } }] };
    const [found] = (await load(document, { role: 'idp' })).identityProviders;
    expect(found).toMatchObject({ kind: 'openid', onUnknown: 'refuse', trustEmail: false, trustAcr: false });
    expect(found).toMatchObject({
      scopes: ['openid', 'profile', 'email'],
      claims: { email: 'email', nickname: 'login' },
    });
  });

  it('authz leaves the files of mail alone, and idp opens them', async () => {
    const smtp = { host: 'mail', username: 'idp', password_file: '/nowhere/password' };
    const document = { ...least(), mail: { from: 'Id <id@example.com>', smtp } };
    expect((await load(document, { role: 'authz' })).mail.from).toEqual({ name: 'Id', address: 'id@example.com' });
    await expect(load(document, { role: 'idp' })).rejects.toThrow('mail.smtp.password_file');
  });

  it.each(['rs', 'spa-rp'] as const)('%s neither opens nor sees what it does not need', async (role) => {
    const database = { dsn_file: '/nowhere/dsn' };
    const config = await load(
      { ...least(), database, key_encryption_keys: [{ id: 'k', key_file: '/nowhere/key' }] },
      { role },
    );
    expect(Object.keys(config)).not.toEqual(expect.arrayContaining(['database']));
    expect(Object.keys(config)).not.toEqual(expect.arrayContaining(['keyEncryptionKeys']));
  });

  it('tells the one that cannot be read, and nothing that follows from it', async () => {
    expect(await faultsOf({ ...least(), database: { dsn_file: '/nowhere/dsn' } })).toMatch(
      /has 1 fault:\n {2}database\.dsn_file \(line \d+\): found \/nowhere\/dsn, which cannot be read \(ENOENT\)/,
    );
  });

  it('refuses a TLS file that cannot be read', async () => {
    const tls = { cert_file: '/nowhere/cert.pem', key_file: '/nowhere/key.pem' };
    const message = await faultsOf({ ...least(), http: { tls } }, { role: 'rs' });
    expect(message).toContain('http.tls.cert_file');
    expect(message).toContain('http.tls.key_file');
  });
});

describe('what the environment and flags set', () => {
  it.each<[string, Environment, (config: AllRolesConfig) => unknown, unknown]>([
    ['LOG_LEVEL', { LOG_LEVEL: 'TRACE' }, (config) => config.logLevel, 'TRACE'],
    ['OTLP_ENDPOINT', { OTLP_ENDPOINT: 'http://c:4318' }, (config) => config.telemetry.otlpEndpoint, 'http://c:4318'],
    ['a number', { IDENTITY_HTTP_PORTS_SPA_RP: '1234' }, (config) => config.http.ports.spaRp, 1234],
    ['a flag', { IDENTITY_ADMIN_SHUTDOWN: 'false' }, (config) => config.admin.shutdown, false],
    [
      'a list',
      { IDENTITY_HTTP_TRUST_PROXY: '[loopback, 10.0.0.0/8]' },
      (config) => config.http.trustProxy,
      ['loopback', '10.0.0.0/8'],
    ],
    ['S12: a number of proxies', { IDENTITY_HTTP_TRUST_PROXY: '1' }, (config) => config.http.trustProxy, 1],
    ['S12: nobody', {}, (config) => config.http.trustProxy, []],
    [
      'S26: a flag that knows a third',
      { IDENTITY_ADMIN_SHUTDOWN: 'local' },
      (config) => config.admin.shutdown,
      'local',
    ],
    ['a text of digits', { IDENTITY_PAGES_PRODUCT_NAME: '007' }, (config) => config.pages.productName, '007'],
    [
      'a key in a list',
      { IDENTITY_KEY_ENCRYPTION_KEYS_0_ID: 'k9' },
      (config) => config.keyEncryptionKeys.current.id,
      'k9',
    ],
    ['nothing when empty', { LOG_LEVEL: '', IDENTITY_HTTP_BIND: '' }, (config) => config.http.bind, '127.0.0.1'],
    [
      'nothing when it is a service link',
      { IDENTITY_AUTHZ_SERVICE_HOST: '10.0.0.1', IDENTITY_ADMIN_PORT: 'tcp://10.0.0.1:9090' },
      (config) => config.issuer,
      'http://127.0.0.1:8080',
    ],
  ])('%s', async (_, env, read, expected) => {
    expect(read(await load(least(), { env }))).toEqual(expected);
  });

  it('puts a value in the place of its alternatives', async () => {
    const env = { IDENTITY_DATABASE_DSN_FILE: await write('postgres://other/db') };
    const { database } = await load({ ...least(), database: { embedded: '.data' } }, { env });
    expect([database.dsn?.reveal(), database.embedded]).toEqual(['postgres://other/db', undefined]);
  });

  it('flags win over the environment', async () => {
    const env = { IDENTITY_HTTP_PORTS_AUTHZ: '1', IDENTITY_ADMIN_PORT: '2' };
    const config = await load(least(), { role: 'authz', env, overrides: { port: 3, adminPort: 4 } });
    expect([config.http.ports.authz, config.admin.port]).toEqual([3, 4]);
  });
});

const without = <Key extends string>(object: Record<Key, unknown>, key: Key) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

describe('faults', () => {
  it('come all at once, each with its path, its line, what was found and what is expected', async () => {
    const text = [
      'profile: test',
      'log-level: loud',
      'issuer: http://127.0.0.1:8080/',
      'databse: {}',
      'http:',
      '  read_timeout: 30',
      '  ports: { authz: 99999 }',
      'admin:',
      '  diagnostics: true',
    ].join('\n');
    const message = await faultsOf(text, { role: 'authz' });
    expect(message.split('\n').slice(1)).toEqual([
      '  log-level (line 2): found "loud"; expected one of ERROR, WARN, INFO, DEBUG, TRACE',
      '  issuer (line 3): found "http://127.0.0.1:8080/"; expected an http or https URL in lower case without query, fragment or trailing slash',
      '  http.ports.authz (line 7): found 99999; expected a port, 0 (any free one) to 65535',
      '  http.read_timeout (line 6): found 30; expected a duration such as 500ms, 30s, 15m, 1h or 90d between 100ms and 1h',
      expect.stringMatching(/^ {2}databse \(line 4\): found an unknown key; expected one of profile, log-level,/),
      '  admin.diagnostics (line 9): needs admin.token_file: a heap snapshot holds keys',
      '  public_urls.idp: found nothing; expected a URL, which authz cannot do without',
      '  database: found no database; expected dsn_file (production) or embedded (development)',
      '  key_encryption_keys: found none; expected at least one {id, key_file}',
    ]);
  });

  const client = { client_id: 'c', token_endpoint_auth_method: 'none', redirect_uris: ['https://c.example/cb'] };
  const confidential = { ...client, token_endpoint_auth_method: 'client_secret_basic' };
  it.each<[string, object | string, string | RegExp]>([
    ['a file that is no YAML', 'a: [1\nb', '(file)'],
    ['a key given twice', 'profile: test\nprofile: test', /keys must be unique/i],
    ['a file without sections', '- a', 'found no sections'],
    ['an empty file', '', 'issuer: found nothing'],
    ['a missing section', without(least(), 'issuer'), 'issuer: found nothing; expected an http or https URL'],
    ['a bare number as duration', { ...least(), jobs: { interval: 3600 } }, 'jobs.interval'],
    ['a duration beyond its range', { ...least(), lifetimes: { authorization_code: '11m' } }, 'between 1s and 10m'],
    [
      'an unknown key in a section',
      { ...least(), http: { prot: 1 } },
      /http\.prot \(line \d+\): found an unknown key; expected one of bind/,
    ],
    [
      'a rule of a group that nobody can be in',
      { ...least(), policy: { sign_in: [{ acr: 'aal2', groups: ['admins'] }] } },
      'no scope of claims.scopes has the claim groups',
    ],
    [
      'a rule for nobody',
      { ...least(), policy: { sign_in: [{ acr: 'aal2' }] } },
      'expected acr beside groups, clients or both, or else beside everyone: true',
    ],
    [
      'a rule for everyone and some',
      { ...least(), policy: { sign_in: [{ acr: 'aal2', everyone: true, clients: ['c'] }] } },
      'policy.sign_in[0]',
    ],
    [
      'a provider without an address',
      { ...least(), identity_providers: [{ id: 'corp', name: 'Corp', client_id: 'c' }] },
      'identity_providers[0].issuer',
    ],
    [
      'a provider without a name',
      { ...least(), identity_providers: [{ id: 'corp', issuer: 'https://a.example', client_id: 'c' }] },
      'identity_providers[0].name',
    ],
    [
      'a preset without a secret',
      { ...least(), identity_providers: [{ id: 'g', preset: 'google', client_id: 'c' }] },
      'identity_providers[0].client_secret',
    ],
    [
      'a provider whose id is no part of a path',
      { ...least(), identity_providers: [{ id: 'A/b', preset: 'google', client_id: 'c', client_secret: 's' }] },
      'identity_providers[0].id',
    ],
    [
      'two providers with one id',
      {
        ...least(),
        identity_providers: Array(2).fill({ id: 'g', preset: 'google', client_id: 'c', client_secret: 's' }),
      },
      'identity_providers[1].id',
    ],
    [
      'a claim that nobody can have',
      {
        ...least(),
        identity_providers: [{ id: 'g', preset: 'google', client_id: 'c', client_secret: 's', claims: { sub: 'x' } }],
      },
      'nobody here can have sub',
    ],
    ['a mail server and no sender', { ...least(), mail: { smtp: { host: 'mail' } } }, 'mail.from'],
    [
      'a sender with a second line',
      { ...least(), mail: { from: 'Id <a@b.example>\r\nBcc: c@d.example' } },
      'expected an e-mail address, or Name <address>',
    ],
    [
      'a user of the mail server without a password',
      { ...least(), mail: { from: 'a@b.example', smtp: { host: 'mail', username: 'idp' } } },
      'mail.smtp (line',
    ],
    [
      'dsn and dsn_file together',
      { ...least(), database: { dsn: 'postgres://a/b', dsn_file: '/x' } },
      'database.dsn_file',
    ],
    [
      'dsn and embedded together',
      { ...least(), database: { dsn: 'postgres://a/b', embedded: '.d' } },
      'is given together with dsn',
    ],
    [
      'the account API named once more',
      { ...least(), resources: [{ identifier: 'http://localhost:8081/account/api', scopes: [] }] },
      'resources[0].identifier',
    ],
    [
      'a scope of the account API elsewhere',
      { ...least(), resources: [{ identifier: 'urn:other', scopes: ['account:read'] }] },
      'resources[0].scopes',
    ],
    [
      'a resource twice',
      { ...least(), resources: [...least().resources, ...least().resources] },
      'resources[1].identifier',
    ],
    [
      'a client_id that no request could name (RFC 6749 appendix A.1)',
      { ...least(), clients: [{ ...client, client_id: 'c\u00fc' }] },
      'clients[0].client_id',
    ],
    ['a default resource that is none', { ...least(), default_resource: 'urn:x' }, 'default_resource'],
    ['a client twice', { ...least(), clients: [client, client] }, 'clients[1].client_id'],
    [
      'a client with unknown metadata',
      { ...least(), clients: [{ ...client, redirect_url: 'x' }] },
      'clients[0].redirect_url',
    ],
    [
      'a client with a bad redirect URI',
      { ...least(), clients: [{ ...client, redirect_uris: ['x'] }] },
      'clients[0].redirect_uris',
    ],
    [
      'I11: a client with a wildcard in a redirect URI',
      { ...least(), clients: [{ ...client, redirect_uris: ['https://*.c.example/cb'] }] },
      /clients\[0\]\.redirect_uris \(line \d+\): "https:\/\/\*\.c\.example\/cb" holds a wildcard, but is compared character/,
    ],
    [
      'I11: a client with metadata that is not served',
      { ...least(), clients: [{ ...client, authorization_signed_response_alg: 'ES256', software_id: null }] },
      /has 1 fault:\n {2}clients\[0\]\.authorization_signed_response_alg \(line \d+\): is not supported: /,
    ],
    [
      'a client with a scope that nobody knows',
      { ...least(), clients: [{ ...client, scope: 'openid fly' }] },
      'neither a resource nor claims.scopes knows fly',
    ],
    [
      'I3: a scope of one’s own that OpenID Connect has',
      { ...least(), claims: { scopes: { email: ['emails'] } } },
      /claims\.scopes\.email \(line \d+\): is a scope of OpenID Connect/,
    ],
    [
      'I3: a scope of one’s own that a resource has',
      { ...least(), claims: { scopes: { 'read:resource': ['groups'] } } },
      'is a scope of the resource',
    ],
    ['I3: a scope of one’s own with a space', { ...least(), claims: { scopes: { 'a b': ['groups'] } } }, 'is no scope'],
    [
      'I3: a scope for a claim of the protocol',
      { ...least(), claims: { scopes: { tokens: ['groups', 'sub'] } } },
      'claims.scopes.tokens[1] (line',
    ],
    ['I3: a scope for nothing', { ...least(), claims: { scopes: { groups: [] } } }, 'claims.scopes.groups'],
    [
      'I3: an ID token claim that nobody knows',
      { ...least(), clients: [{ ...client, id_token_claims: ['name', 'gruops'] }] },
      'clients[0].id_token_claims (line',
    ],
    [
      'I3: a claim of the protocol for a user',
      { ...least(), users: [{ username: 'a', claims: { sub: 'b' } }] },
      /users\[0\]\.claims\.sub \(line \d+\): is a claim of the protocol/,
    ],
    [
      'I3: groups that are no list',
      { ...least(), claims: { scopes: { groups: ['groups'] } }, users: [{ username: 'a', claims: { groups: 'b' } }] },
      'is not a list of texts',
    ],
    [
      'a client whose ID tokens nobody can sign',
      { ...least(), signing_keys: { algorithms: ['ES256'] }, clients: [client] },
      'clients[0].id_token_signed_response_alg',
    ],
    [
      'I2: a resource whose access tokens nobody can sign',
      {
        ...least(),
        signing_keys: { algorithms: ['ES256'] },
        resources: [{ ...least().resources[0], access_token_signed_response_alg: 'RS256' }],
      },
      'resources[0].access_token_signed_response_alg (line',
    ],
    [
      'I2: a type of access tokens that nobody registered',
      { ...least(), resources: [{ ...least().resources[0], access_token_typ: 'jwt' }] },
      'resources[0].access_token_typ',
    ],
    [
      'a client of a profile that cannot be served yet',
      { ...least(), clients: [{ ...client, profile: 'fapi2' }] },
      'clients[0].profile',
    ],
    ['a confidential client without secret', { ...least(), clients: [confidential] }, 'clients[0].client_secret (line'],
    ['a public client with a secret', { ...least(), clients: [{ ...client, client_secret: 'x' }] }, 'is of no use'],
    ['a user name with an @', { ...least(), users: [{ username: 'a@b' }] }, 'users[0].username'],
    [
      'a claim that OIDC does not know',
      { ...least(), users: [{ username: 'a', claims: { emial: 'x' } }] },
      'users[0].claims.emial',
    ],
    [
      'an idle lifetime beyond the absolute',
      { ...least(), lifetimes: { session_idle: '1d' } },
      'lifetimes.session_idle',
    ],
    [
      'session management by plain http',
      { ...least(), session_management: true, public_urls: { ...least().public_urls, idp: 'http://login.example' } },
      'session_management',
    ],
    [
      'software statements of somebody without keys',
      { ...least(), client_registration: { software_statements: [{ issuer: 'https://directory.example' }] } },
      'client_registration.software_statements[0] (line',
    ],
    [
      'software statements of somebody with keys of no known kind',
      { ...least(), client_registration: { software_statements: [{ issuer: 'x', jwks: '[]' }] } },
      'a JSON Web Key Set',
    ],
    [
      'software statements of nobody',
      { ...least(), client_registration: { require_software_statement: true } },
      'client_registration.require_software_statement',
    ],
    [
      'a scope that nobody knows, for clients that register themselves',
      { ...least(), client_registration: { policy: { scopes: ['openid', 'raed:resource'] } } },
      'claims.scopes knows raed:resource',
    ],
    ['passkeys for somebody else’s domain', { ...least(), webauthn: { rp_id: 'example.org' } }, 'webauthn.rp_id'],
    [
      'S18: a refresh token that outlives its chain',
      { ...least(), lifetimes: { refresh_token: '91d' } },
      'lifetimes.refresh_token',
    ],
    [
      'a publish lead beyond the rotation',
      { ...least(), signing_keys: { rotation_interval: '1h' } },
      'signing_keys.publish_lead',
    ],
    ['S12: a proxy that is no address', { ...least(), http: { trust_proxy: ['ingress'] } }, 'http.trust_proxy'],
    ['S12: a network that is none', { ...least(), http: { trust_proxy: ['10.0.0.0/33'] } }, 'http.trust_proxy'],
    ['S12: everybody', { ...least(), http: { trust_proxy: true } }, 'http.trust_proxy'],
    [
      'an accent on which nobody can read',
      { ...least(), pages: { colours: { light: { accent: '#FFCC00' } } } },
      'pages.colours.light.accent (line',
    ],
    ['a colour by name', { ...least(), pages: { colours: { dark: { ground: 'black' } } } }, 'a colour such as #3444c8'],
    ['a stylesheet that leaves its element', { ...least(), pages: { stylesheet: 'a{}</STYLE >' } }, 'pages.stylesheet'],
    ['a logo that is no SVG', { ...least(), pages: { logo: '<html><svg/></html>' } }, 'an SVG image'],
    ['a logo twice', { ...least(), pages: { logo: '<svg/>', logo_url: 'https://x.example/l' } }, 'pages.logo_url'],
    ['a language that is not there', { ...least(), pages: { language: 'nl' } }, 'one of en, de, fr, es'],
    ['the admin port as a public port', { ...least(), admin: { port: 8081 } }, 'http.ports.idp'],
  ])('%s', async (_, document, expected) => {
    expect(await faultsOf(document)).toMatch(expected);
  });

  it.each<[string, object]>([
    ['a connection string of a wrong shape', { ...least(), database: { dsn: 'mysql://u:hunter2@h/d' } }],
    ['a connection string in the place of its section', { ...least(), database: 'postgres://u:hunter2@h/d' }],
    ['a key that is too short', { ...least(), key_encryption_keys: [{ id: 'k', key: 'hunter2' }] }],
    ['a password in a URL', { ...least(), issuer: 'https://u:hunter2@h/' }],
    ['a number as password', { ...least(), users: [{ username: 'u', password: ['hunter2'] }] }],
  ])('never show %s', async (_, document) => {
    const message = await faultsOf(document);
    expect(message).toMatch(/has \d fault/);
    expect(message).not.toContain('hunter2');
  });

  it.each(['IDENTITY_HTPP_BIND', 'IDENTITY_HTTP_PORT'])('%s, which names no key', async (name) => {
    expect(await faultsOf(least(), { env: { [name]: '8080' } })).toContain(
      `${name}: names no key of the configuration`,
    );
  });

  const urls = least().public_urls;
  it.each<[ServingRole, Partial<typeof urls>, Record<string, string>]>([
    ['authz', { idp: urls.idp }, { idp: 'authz' }],
    ['idp', { idp: urls.idp }, { idp: 'idp' }],
    ['rs', { rs: urls.rs }, { rs: 'rs' }],
    ['spa-rp', urls, { idp: 'spa-rp', rs: 'spa-rp', spa_rp: 'spa-rp' }],
    ['all', urls, { idp: 'authz, idp, spa-rp', rs: 'rs, spa-rp', spa_rp: 'spa-rp' }],
  ])('I11: %s asks for the public URLs that it needs, and no other', async (role, needed, missing) => {
    const document = { ...least(), public_urls: needed };
    expect((await load(document, { role })).publicUrls).toMatchObject({ ...(needed.idp && { idp: needed.idp }) });
    const faults = (await faultsOf(without(least(), 'public_urls'), { role })).split('\n').slice(1);
    expect(faults).toEqual(
      Object.entries(missing).map(
        ([key, roles]) => `  public_urls.${key}: found nothing; expected a URL, which ${roles} cannot do without`,
      ),
    );
  });

  it('name the variable that set the value', async () => {
    expect(await faultsOf(least(), { env: { LOG_LEVEL: 'loud' } })).toContain(
      'log-level (from LOG_LEVEL): found "loud"',
    );
  });

  it('a file that is not there', async () => {
    await expect(loadConfig('/nowhere.yml', { role: 'rs', env: {} })).rejects.toThrow(
      '/nowhere.yml cannot be read (ENOENT)',
    );
  });
});

describe('what production refuses', () => {
  const production = () => ({ ...least(), profile: 'production' });
  const client = (client_secret: string) => ({
    client_id: 'c',
    client_secret,
    redirect_uris: ['https://c.example/cb'],
  });
  it.each<[string, object, string]>([
    ['codes by mail without a mail server', { ...production(), factors: { email: 'second' } }, 'factors.email'],
    ['a plain-http issuer that is not loopback', { ...production(), issuer: 'http://id.example.com' }, 'issuer'],
    [
      'plain-http sign-in pages that are not loopback',
      { ...production(), public_urls: { ...production().public_urls, idp: 'http://login.example.com' } },
      'public_urls.idp',
    ],
    [
      'mail in clear',
      { ...production(), mail: { from: 'a@b.example', smtp: { host: 'mail', tls: 'none' } } },
      'mail.smtp.tls',
    ],
    ['the user demo', { ...production(), users: [{ username: 'Demo' }] }, 'users[0].username'],
    ['the demo secret', { ...production(), clients: [client('demo-secret')] }, 'clients[0].client_secret'],
    [
      'a short secret',
      { ...production(), clients: [client('0123456789abcdef0123456789abcdef')] },
      'clients[0].client_secret',
    ],
    ['a monotonous secret', { ...production(), clients: [client('a'.repeat(64))] }, 'clients[0].client_secret'],
    [
      "rs's demo secret",
      { ...production(), rs: { introspection: { client_id: 'rs', client_secret: 'rs-secret' } } },
      'rs.introspection',
    ],
    [
      'a monotonous key',
      { ...production(), key_encryption_keys: [{ id: 'k', key: '0'.repeat(64) }] },
      'key_encryption_keys[0]',
    ],
    [
      'a typed key',
      {
        ...production(),
        key_encryption_keys: [
          { id: 'k', key: Buffer.from('x'.padStart(32, 'abcdefghijklmnopqrstuvw')).toString('base64') },
        ],
      },
      'key_encryption_keys[0]',
    ],
    ['an embedded database', { ...production(), database: { embedded: '.data' } }, 'database.embedded'],
    ...[
      'correct-horse-battery-staple-is-what-people-like',
      'password'.repeat(6),
      'Sup3rS3cr3tCl13ntS3cr3tF0rTh3R3s0urc3S3rv3r2024',
      '0123456789abcdef'.repeat(4),
      'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
      'qwertyuiopasdfghjklzxcvbnmQWERTYUIOPASDFGHJKLZXCVBNM',
    ].map((secret): [string, object, string] => [
      `S28: the secret ${secret}`,
      { ...production(), clients: [client(secret)] },
      'clients[0].client_secret',
    ]),
    ...['', '?sslmode=disable', '?sslmode=prefer', '?host=db.example'].map((query): [string, object, string] => [
      `S28: a database elsewhere without TLS (${query})`,
      { ...production(), database: { dsn: `postgres://u:p@${query.includes('host') ? 'localhost' : 'db'}/d${query}` } },
      'database.dsn',
    ]),
    [
      'S28: migrations without TLS',
      { ...production(), database: { dsn: 'postgres://u:p@localhost/d', migration_dsn: 'postgres://u:p@db/d' } },
      'database.migration_dsn',
    ],
    ...['postgres://u:password@127.0.0.1/d', 'postgres://u:u@db/d?sslmode=verify-full'].map(
      (dsn): [string, object, string] => [
        `S28: the connection string ${dsn}`,
        { ...production(), database: { dsn } },
        'database.dsn',
      ],
    ),
    ...['password', 'Passw0rd', '12345678', 'aaaaaaaa', 'short', 'annabella'].map(
      (password): [string, object, string] => [
        `S28: the password ${password}`,
        { ...production(), users: [{ username: 'annabella', password }] },
        'users[0].password',
      ],
    ),
  ])('%s', async (_, document, path) => {
    expect(await faultsOf(document)).toContain(`has 1 fault:\n  ${path}`);
  });

  it.each<[string, object]>([
    ['https', { ...production(), issuer: 'https://id.example.com' }],
    [
      'I7: one origin for authz and idp, below a path',
      {
        ...production(),
        issuer: 'https://example.com/auth',
        public_urls: { ...production().public_urls, idp: 'https://example.com/auth' },
      },
    ],
    ['plain http on loopback', production()],
    [
      'a mail server on this machine',
      { ...production(), mail: { from: 'a@b.example', smtp: { host: '127.0.0.1', tls: 'none' } } },
    ],
    ['a random secret', { ...production(), clients: [client(randomKey)] }],
    ...['base64', 'base64url', 'hex'].map((encoding): [string, object] => [
      `a random secret in ${encoding}`,
      { ...production(), clients: [client(Buffer.from(randomKey, 'base64').toString(encoding as BufferEncoding))] },
    ]),
    ['a database on this machine', { ...production(), database: { dsn: 'postgres://u:p@127.0.0.1/d' } }],
    ['a socket', { ...production(), database: { dsn: 'postgres://u:p@localhost/d?host=/run/postgresql' } }],
    ...['require', 'verify-ca', 'verify-full'].map((mode): [string, object] => [
      `sslmode=${mode}`,
      { ...production(), database: { dsn: `postgres://u:p@db/d?sslmode=${mode}` } },
    ]),
    ['plaintext that is allowed', { ...production(), database: { dsn: 'postgres://u:p@db/d', allow_plaintext: true } }],
    ['a password', { ...production(), users: [{ username: 'ann', password: 'battery staple horse' }] }],
  ])('and what it takes: %s', async (_, document) => {
    expect(await faultsOf(document)).toBe('no fault');
  });
});

describe('the files that are shipped', () => {
  it.each(['development', 'test'])('%s.yml starts every role as it stands', async (profile) => {
    const { config } = await loadConfig(`configs/identity/${profile}.yml`, { role: 'all', env: {} });
    expect(config.profile).toBe(profile);
  });

  it('development.yml declares what the documentation promises', async () => {
    const { config } = await loadConfig('configs/identity/development.yml', { role: 'all', env: {} });
    const { users, clients } = config;
    expect(users.map(({ username, password, claims }) => [username, password?.reveal(), claims.email])).toEqual([
      ['demo', 'demo-password', 'demo@example.com'],
    ]);
    expect(clients.map(({ client_id, client_secret }) => [client_id, client_secret?.reveal()])).toEqual([
      ['spa-rp', undefined],
      ['demo-client', 'demo-secret'],
      ['rs', 'rs-secret'],
    ]);
  });

  it.each(['development', 'test'])('%s.yml is refused in production', async (profile) => {
    const file = `configs/identity/${profile}.yml`;
    const env = { IDENTITY_PROFILE: 'production' };
    const refusal = await loadConfig(file, { role: 'all', env }).then(String, String);
    for (const path of [
      'users[0]',
      'clients[1].client_secret',
      'clients[2].client_secret',
      'rs.introspection',
      'key_encryption_keys[0]',
    ]) {
      expect(refusal).toContain(path);
    }
  });

  it('production.yml starts with secrets from files and holds none itself', async () => {
    const [dsn, key, secret] = [
      await write('postgres://u:p@db/identity_db?sslmode=verify-full'),
      await write(randomKey),
      await write(`${randomKey}\n`),
    ];
    const env = {
      IDENTITY_DATABASE_DSN_FILE: dsn,
      IDENTITY_KEY_ENCRYPTION_KEYS_0_KEY_FILE: key,
      IDENTITY_CLIENTS_1_CLIENT_SECRET_FILE: secret,
      IDENTITY_RS_INTROSPECTION_CLIENT_SECRET_FILE: secret,
    };
    const { config } = await loadConfig('configs/identity/production.yml', { role: 'all', env });
    expect([config.profile, config.users.length, config.rs.introspection?.clientSecret.reveal()]).toEqual([
      'production',
      0,
      randomKey,
    ]);
  });

  it('the three say the same things, each in its own way', async () => {
    const sections = await Promise.all(
      ['development', 'test', 'production'].map(async (name) =>
        Object.keys(parse(await readFile(`configs/identity/${name}.yml`, 'utf8'))).filter(
          (key) => !['internal_urls', 'password'].includes(key),
        ),
      ),
    );
    expect(new Set(sections.map((keys) => keys.sort().join())).size).toBe(1);
  });
});
