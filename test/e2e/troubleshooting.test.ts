/** The runbook's chapter Troubleshooting, each entry brought about on purpose: exit code, cause and remedy. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { SigningKey } from '../../src/crypto/jwt.js';
import { askAdmin } from '../support/admin-request.js';
import { certificateFiles } from '../support/certificates.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.js';
import type { RunningProcess } from '../support/processes.js';
import { eventually, lineOf, linesOf, portsOf, run, startRole } from '../support/program.js';
import { startWithSuperuser } from '../support/superuser.js';

let folder: string;
let runbook: string;
let database: EmptyDatabase;
const running: RunningProcess[] = [];
const closing: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-troubles-'));
  database = await createDatabase();
  runbook = await readFile('docs/runbook.md', 'utf8');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

function start(...args: Parameters<typeof startRole>): RunningProcess {
  const one = startRole(...args);
  running.push(one);
  return one;
}

const testProfile = '--config=configs/identity/test.yml';
const freePorts = ['--port=0', '--admin-port=0'];

function changed(dsn: string, change: (url: URL) => void): string {
  const url = new URL(dsn);
  change(url);
  return url.href;
}

describe("service won't start: the database", () => {
  const cases: readonly [string, (dsn: string) => string, RegExp, RegExp][] = [
    [
      'nobody listens there',
      (dsn) => changed(dsn, (url) => Object.assign(url, { port: '1' })),
      /ECONNREFUSED/,
      /start PostgreSQL, or correct host and port in database\.dsn/,
    ],
    [
      'the host has no address',
      (dsn) => changed(dsn, (url) => Object.assign(url, { hostname: 'nowhere.invalid' })),
      /nowhere\.invalid/,
      /correct the host in database\.dsn/,
    ],
    [
      'the password is wrong',
      (dsn) => changed(dsn, (url) => Object.assign(url, { password: 'wrong-password-of-mine' })),
      /password authentication failed for user/,
      /correct user and password in database\.dsn/,
    ],
    [
      'the database is not there',
      (dsn) => changed(dsn, (url) => Object.assign(url, { pathname: '/nowhere_db' })),
      /database \\?"nowhere_db\\?" does not exist/,
      /create the database, or correct its name in database\.dsn/,
    ],
    [
      'TLS is asked of a server that has none',
      (dsn) => changed(dsn, (url) => url.searchParams.set('sslmode', 'require')),
      /does not support SSL connections/,
      /correct sslmode in database\.dsn/,
    ],
  ];

  it.each(cases)('%s: waits, not ready, says why and what to do', async (_, dsnOf, reason, remedy) => {
    const dsn = dsnOf(database.dsn);
    const authz = start('authz', { IDENTITY_DATABASE_DSN: dsn });
    const line = await lineOf(authz, 'waiting for the database');
    expect(line).toMatchObject({
      level: 'WARN',
      reason: expect.stringMatching(reason),
      remedy: expect.stringMatching(remedy),
    });
    expect(runbook).toContain(`| ${line.remedy} |`);
    const { admin = 0, authz: port } = await portsOf(authz);
    const { status, body } = await eventually(
      () => askAdmin(admin, '/readyz'),
      ({ body: text }) => text.includes('waiting for the database'),
      'a reason at /readyz',
    );
    expect(status).toBe(503);
    expect(body).toMatch(reason);
    expect(body).toMatch(remedy);
    const refused = await fetch(`http://127.0.0.1:${port}/oauth2/v1/jwks`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await authz.end('SIGTERM')).toBe(0);
    expect(authz.output()).not.toContain(new URL(dsn).password);
  });

  it('a standby, which can only be read: waits and says so', async () => {
    const own = await createDatabase({ empty: true });
    closing.push(own.drop);
    const admin = new pg.Client(own.dsn);
    await admin.connect();
    await admin.query(`ALTER DATABASE ${new URL(own.dsn).pathname.slice(1)} SET default_transaction_read_only = on`);
    await admin.end();
    const authz = start('authz', { IDENTITY_DATABASE_DSN: own.dsn });
    expect(await lineOf(authz, 'waiting for the database')).toMatchObject({
      reason: expect.stringContaining('read-only transaction'),
      remedy: 'this is a standby or set to read only: point database.dsn at the primary',
    });
    expect(await authz.end('SIGTERM')).toBe(0);
  });

  it('a user who may not create tables: 1', async () => {
    const own = await createDatabase({ empty: true });
    closing.push(own.drop);
    const owner = new pg.Client(own.dsn);
    await owner.connect();
    await owner.query('REVOKE CREATE ON SCHEMA public FROM pg_database_owner');
    await owner.end();
    const { code, output } = await run(['--role=authz', testProfile, ...freePorts], {
      env: { IDENTITY_DATABASE_DSN: own.dsn },
    });
    expect(JSON.stringify(linesOf(output, 'the start failed'))).toMatch(
      /the database cannot be prepared: permission denied .*; let the user of database\.dsn own the database/,
    );
    expect(code).toBe(1);
  });

  it.each(['migrate --status', 'users list', 'sweep'])('a command does not wait: %s ends with 1', async (command) => {
    const env = { IDENTITY_DATABASE_DSN: 'postgres://u:secret-of-mine@127.0.0.1:1/d' };
    const { code, output } = await run([...command.split(' '), testProfile], { env });
    expect(output).toMatch(
      /^The database cannot be used: .*ECONNREFUSED 127\.0\.0\.1:1; start PostgreSQL, or correct host and port/m,
    );
    expect(output).not.toMatch(/secret-of-mine|\n\s+at /);
    expect(code).toBe(1);
  });
});

describe("service won't start: anything else", () => {
  it.each([
    ['public', ['--admin-port=0'], '--port', /or choose another port \(http\.ports or --port\)/],
    ['admin', ['--port=0'], '--admin-port', /or choose another port \(admin\.port or --admin-port\)/],
  ])('the %s port is in use: 3', async (_, others, flag, remedy) => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    closing.push(() => new Promise((resolve) => holder.close(resolve)));
    const { port } = holder.address() as AddressInfo;
    const { code, output } = await run(['--role=spa-rp', testProfile, ...others, `${flag}=${port}`]);
    const [line] = linesOf(output, 'the start failed');
    expect(line?.reason).toMatch(new RegExp(`^port ${port} on 127\\.0\\.0\\.1 is already in use: end the process`));
    expect(line?.reason).toMatch(remedy);
    expect(code).toBe(3);
  });

  it('an address of another machine: 3', async () => {
    const { code, output } = await run(['--role=spa-rp', testProfile, ...freePorts], {
      env: { IDENTITY_HTTP_BIND: '192.0.2.1' },
    });
    expect(output).toContain('192.0.2.1 is no address of this machine: correct the address to bind');
    expect(code).toBe(3);
  });

  it('a secret file that is not there: 2', async () => {
    const env = { IDENTITY_KEY_ENCRYPTION_KEYS_0_KEY_FILE: '/run/secrets/nowhere' };
    const { code, output } = await run(['--role=authz', testProfile], { env });
    expect(output).toContain(
      'key_encryption_keys[0].key_file (from IDENTITY_KEY_ENCRYPTION_KEYS_0_KEY_FILE): found /run/secrets/nowhere, which cannot be read (ENOENT); expected a readable file',
    );
    expect(code).toBe(2);
  });

  it.each<[string, () => Promise<[string, string]>, RegExp]>([
    [
      'the key does not belong to the certificate',
      async () => [(await files()).certFile, (await files()).keyFile],
      /the TLS key .*tls\.key does not belong to the certificate .*tls\.crt: replace one of them/,
    ],
    [
      'the certificate is none',
      async () => {
        const { certFile, keyFile } = await files();
        await writeFile(certFile, 'hello');
        return [certFile, keyFile];
      },
      /tls\.crt holds no TLS certificate in PEM: replace it or correct http\.tls\.cert_file/,
    ],
  ])('TLS, %s: 2', async (_, made, message) => {
    const [cert, key] = await made();
    const env = { IDENTITY_HTTP_TLS_CERT_FILE: cert, IDENTITY_HTTP_TLS_KEY_FILE: key };
    const { code, output } = await run(['--role=spa-rp', testProfile, ...freePorts], { env });
    expect(linesOf(output, 'the start failed')[0]?.reason).toMatch(message);
    expect(code).toBe(2);
  });

  it.each([
    ['the same id', 'test', /the key-encryption key "test" does not open what the database holds: give .* the key/],
    ['another id', 'other', /no key-encryption key with id "test" is configured: add it to key_encryption_keys/],
  ])('another key-encryption key under %s: not ready', async (_, id, message) => {
    const own = await createDatabase();
    closing.push(own.drop);
    const first = start('authz', { IDENTITY_DATABASE_DSN: own.dsn });
    await lineOf(first, 'serving');
    expect(await first.end('SIGTERM')).toBe(0);
    const second = start('authz', {
      IDENTITY_DATABASE_DSN: own.dsn,
      IDENTITY_KEY_ENCRYPTION_KEYS_0_ID: id,
      IDENTITY_KEY_ENCRYPTION_KEYS_0_KEY: Buffer.alloc(32, 'another key of the same length..').toString('base64'),
    });
    await lineOf(second, 'serving');
    const { admin = 0 } = await portsOf(second);
    const { status, body } = await askAdmin(admin, '/readyz');
    expect(status).toBe(503);
    expect(JSON.parse(body).checks).toMatchObject({ database: 'ok', signing_keys: expect.stringMatching(message) });
    expect((await lineOf(second, 'not ready')).checks).toMatchObject({
      signing_keys: expect.stringMatching(message),
    });
    expect(await second.end('SIGTERM')).toBe(0);
  });

  it('memory for the JavaScript heap runs out: V8 ends it with SIGABRT (134 in a shell or container)', async () => {
    const env = { NODE_OPTIONS: '--max-old-space-size=8 --max-semi-space-size=1' };
    const { code, output } = await run(['--role=rs', testProfile, ...freePorts], { env });
    expect(output).toContain('JavaScript heap out of memory');
    expect(code).toBe('SIGABRT');
  });
});

describe('the database in flight', () => {
  it('no connection left, then a changed password: 503 with Retry-After, the log says what to do, service resumes', async () => {
    const { server: postgres, superuserDsn } = await startWithSuperuser(join(folder, 'small'), { max_connections: 16 });
    closing.push(async () => {
      await postgres.stop();
      await rm(postgres.folder, { recursive: true, force: true });
    });
    const admin = new pg.Client(superuserDsn);
    await admin.connect();
    await admin.query('CREATE ROLE app LOGIN PASSWORD $$app$$');
    await admin.query('CREATE DATABASE app OWNER app');
    const dsn = changed(postgres.dsn, (url) =>
      Object.assign(url, { username: 'app', password: 'app', pathname: '/app' }),
    );
    const authz = start('authz', { IDENTITY_DATABASE_DSN: dsn });
    await lineOf(authz, 'serving');
    const { authz: port, admin: adminPort = 0 } = await portsOf(authz);
    const ask = () =>
      fetch(`http://127.0.0.1:${port}/oauth2/v1/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from('demo-client:demo-secret').toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }),
      });
    expect((await ask()).status).toBe(400);

    const strangers: pg.Client[] = [];
    const takeAll = async () => {
      await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ~ '^identity-'");
      for (;;) {
        const stranger = new pg.Client(dsn);
        stranger.on('error', () => undefined);
        const isIn = await stranger.connect().then(
          () => true,
          () => false,
        );
        if (!isIn) return;
        strangers.push(stranger);
      }
    };
    /** Asks until the log names the cause: the first refusal may be of a connection that was ended under its statement. */
    const refusedFor = (code: string, prepare: () => Promise<void>) =>
      eventually(
        async () => {
          await prepare();
          const refused = await ask();
          const lines = linesOf(authz.output(), 'request turned away');
          return { refused, line: lines.find((line) => JSON.stringify(line).includes(code)) };
        },
        ({ refused, line }) => refused.status === 503 && line !== undefined,
        `a refusal for ${code}`,
      );
    const { refused, line } = await refusedFor('53300', takeAll);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' });
    expect(JSON.stringify(line)).toMatch(/too many clients|remaining connection slots|too many connections/);
    expect(JSON.stringify(line)).toContain(
      "lower database.max_open_conns of all processes together, or raise PostgreSQL's max_connections",
    );
    expect((await askAdmin(adminPort, '/readyz')).status).toBe(503);

    await Promise.all(strangers.map((stranger) => stranger.end()));
    await eventually(ask, ({ status }) => status === 400, 'service again');

    await admin.query('ALTER ROLE app PASSWORD $$rotated$$');
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ~ '^identity-'");
    const rotated = await refusedFor('28P01', async () => undefined);
    expect(JSON.stringify(rotated.line)).toContain('correct user and password in database.dsn');
    await admin.query('ALTER ROLE app PASSWORD $$app$$');
    await eventually(ask, ({ status }) => status === 400, 'service again');
    await admin.end();
    expect(await authz.end('SIGTERM')).toBe(0);
  }, 90_000);
});

describe('the database user', () => {
  it('S16: that is a superuser is warned about at the start, and served', async () => {
    const { server, superuserDsn } = await startWithSuperuser(join(folder, 'superuser'), {});
    closing.push(async () => {
      await server.stop();
      await rm(server.folder, { recursive: true, force: true });
    });
    const authz = start('authz', { IDENTITY_DATABASE_DSN: superuserDsn });
    const warning = await lineOf(authz, 'the database user is a superuser');
    expect(warning).toMatchObject({ level: 'WARN', remedy: expect.stringContaining('docs/runbook.md, Database user') });
    expect(runbook).toContain('### Database user\n');
    await lineOf(authz, 'serving');
    expect(await authz.end('SIGTERM')).toBe(0);
  });
});

async function files() {
  const made = await certificateFiles();
  closing.push(made.remove);
  return made;
}

describe('token validation failures', () => {
  let issuer: FakeIssuer;
  let key: SigningKey;
  let rs: RunningProcess;
  let url: string;
  const audience = 'http://127.0.0.1:18082/api/v1';
  const now = () => Math.floor(Date.now() / 1000);

  const claims = () => ({
    iss: issuer.url,
    sub: 'user',
    aud: [audience],
    client_id: 'client',
    exp: now() + 60,
    iat: now(),
    jti: 'id',
    scope: 'read:resource',
  });

  beforeAll(async () => {
    issuer = await startFakeIssuer();
    key = await issuer.publish('published-key');
    rs = startRole('rs', { IDENTITY_ISSUER: issuer.url });
    await lineOf(rs, 'serving');
    url = `http://127.0.0.1:${(await portsOf(rs)).rs}/api/v1/protected/resource`;
  });
  afterAll(async () => {
    await rs.end('SIGTERM');
    await issuer.close();
  });

  const withSignatureOf = (token: string, other: string) =>
    [...token.split('.').slice(0, 2), other.split('.')[2]].join('.');

  const cases: readonly [string, () => Promise<string>, object, RegExp, RegExp][] = [
    [
      'expired',
      () => issuer.sign(key, { ...claims(), exp: now() - 3600 }),
      { exp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/) },
      /the token has expired/,
      /compare the clocks of rs and authz/,
    ],
    [
      'issuer',
      () => issuer.sign(key, { ...claims(), iss: 'https://staging.example' }),
      { issuer: 'https://staging.example' },
      /issued by somebody else/,
      /make issuer the same text in the configuration of rs and authz/,
    ],
    [
      'unknown_key',
      async () =>
        issuer.sign({ ...key, kid: 'key-of-another-environment' }, { ...claims(), iss: 'https://staging.example' }),
      { kid: 'key-of-another-environment', issuer: 'https://staging.example' },
      /publishes no key with the kid/,
      /compare kid with the key set of the expected issuer/,
    ],
    [
      'signature',
      async () =>
        withSignatureOf(await issuer.sign(key, claims()), await issuer.sign(key, { ...claims(), jti: 'other' })),
      { kid: 'published-key' },
      /signature does not match the key that the token names/,
      /altered or forged/,
    ],
    [
      'audience',
      () => issuer.sign(key, { ...claims(), aud: ['https://other.example'] }),
      { audience: ['https://other.example'] },
      /for another resource/,
      /resource=<expected audience>, or correct rs\.resource/,
    ],
    [
      'type',
      () => issuer.sign(key, claims(), 'JWT'),
      { typ: 'JWT' },
      /no access token/,
      /send the access token, not the ID token/,
    ],
    ['inactive', async () => 'opaque-token-of-nobody', {}, /not active/, /protected_resources of this audience/],
  ];

  it.each(cases)('%s: the caller is told invalid_token, the operator why and where to look', async (...one) => {
    const [reason, tokenOf, found, cause, remedy] = one;
    const token = await tokenOf();
    const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(await answer.json()).toEqual({
      error: 'invalid_token',
      error_description: expect.stringMatching(/^The (access )?token /),
    });
    const line = await lineOf(rs, 'access token refused', (each) => each.reason === reason);
    expect(line).toMatchObject({
      level: 'INFO',
      request_id: expect.any(String),
      cause: expect.stringMatching(cause),
      found,
      expected: { issuer: issuer.url, audience },
      remedy: expect.stringMatching(remedy),
    });
    expect(runbook).toContain(`| \`${reason}\` |`);
    for (const part of token.split('.')) expect(rs.output()).not.toContain(part);
  });

  it('a scope that is missing: 403, and the log names it', async () => {
    const token = await issuer.sign(key, { ...claims(), scope: 'write:resource' });
    const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
    expect([answer.status, (await answer.json()).error]).toEqual([403, 'insufficient_scope']);
    const line = await lineOf(rs, 'access token refused', ({ reason }) => reason === 'scope');
    expect(line.found).toEqual({ detail: 'scope read:resource is required' });
  });

  it('the issuer is away: 503, never invalid_token', async () => {
    issuer.mode = 'down';
    const answer = await fetch(url, { headers: { Authorization: 'Bearer another-opaque-token' } });
    issuer.mode = 'up';
    expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true]);
    const line = await lineOf(rs, 'access token refused', ({ reason }) => reason === 'unavailable');
    expect(line).toMatchObject({ level: 'WARN', remedy: expect.stringContaining('see that authz runs') });
    expect(JSON.stringify(line)).toContain(`no answer from ${issuer.url}/introspect`);
  });
});

describe('TLS of a serving process', () => {
  async function handshake(port: number, options: tls.ConnectionOptions = {}) {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
    try {
      await once(socket, 'secureConnect');
      const { fingerprint256: certificate } = socket.getPeerCertificate();
      return { outcome: `${socket.getProtocol()} ${socket.getCipher().name}`, certificate };
    } catch (error) {
      return { outcome: `refused ${(error as NodeJS.ErrnoException).code}`, certificate: undefined };
    } finally {
      socket.destroy();
    }
  }

  it.each(['authz', 'idp', 'rs'] as const)('%s speaks it as well', async (role) => {
    const made = await files();
    const one = start(role, {
      IDENTITY_DATABASE_DSN: database.dsn,
      IDENTITY_HTTP_TLS_CERT_FILE: made.certFile,
      IDENTITY_HTTP_TLS_KEY_FILE: made.keyFile,
    });
    await lineOf(one, 'serving');
    const port = (await portsOf(one))[role] ?? 0;
    const { outcome } = await handshake(port, { ca: made.cert, rejectUnauthorized: true });
    expect(outcome).toBe('TLSv1.3 TLS_AES_128_GCM_SHA256');
    const plain = fetch(`http://127.0.0.1:${port}/health`);
    await expect(plain).rejects.toThrow('fetch failed');
    expect(await one.end('SIGTERM')).toBe(0);
  });

  it('1.3 and 1.2 with ECDHE and AES-GCM, nothing else; certificates are taken up without a restart', async () => {
    const made = await files();
    const env = { IDENTITY_HTTP_TLS_CERT_FILE: made.certFile, IDENTITY_HTTP_TLS_KEY_FILE: made.keyFile };
    const spa = start('spa-rp', env);
    await lineOf(spa, 'serving');
    const port = (await portsOf(spa))['spa-rp'] ?? 0;
    const oldest = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const outcomes: [tls.ConnectionOptions, RegExp][] = [
      [{ minVersion: 'TLSv1.3' }, /^TLSv1\.3 TLS_AES_128_GCM_SHA256$/],
      [{ maxVersion: 'TLSv1.2' }, /^TLSv1\.2 ECDHE-ECDSA-AES128-GCM-SHA256$/],
      [{ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }, /^TLSv1\.2 ECDHE-ECDSA-AES256-GCM/],
      [{ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA' }, /^refused/],
      [{ maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }, /^refused/],
      [{ maxVersion: 'TLSv1.1', ...oldest }, /^refused/],
      [{ maxVersion: 'TLSv1', ...oldest }, /^refused/],
    ];
    for (const [options, outcome] of outcomes) expect((await handshake(port, options)).outcome).toMatch(outcome);

    const first = (await handshake(port)).certificate;
    const other = await files();
    await writeFile(made.certFile, other.cert); // its key is still to come
    const kept = await lineOf(spa, 'TLS certificate not reloaded: the previous one stays');
    expect(kept).toMatchObject({ level: 'WARN', error: { message: expect.stringContaining('does not belong to') } });
    expect((await handshake(port)).certificate).toBe(first);

    const next = await made.replace();
    await lineOf(spa, 'TLS certificate reloaded');
    const { certificate, outcome } = await handshake(port, { ca: next, rejectUnauthorized: true });
    expect(outcome).toMatch(/^TLSv1\.3/);
    expect(certificate).not.toBe(first);
    expect(await spa.end('SIGTERM')).toBe(0);
  });
});
