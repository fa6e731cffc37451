/** The command line over a database: exit codes, what is printed, what has changed. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import pg from 'pg';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { startStack } from '../support/processes.js';
import { eventually, type Run, run } from '../support/program.js';
import { postForm } from '../support/sign-in.js';

let database: EmptyDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const testProfile = '--config=configs/identity/test.yml';

const administer = (args: readonly string[], input = ''): Promise<Run> =>
  run([...args, testProfile], { env: { IDENTITY_DATABASE_DSN: database.dsn }, input });

async function query<Row extends object>(text: string): Promise<Row[]> {
  const client = new pg.Client(database.dsn);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('migrate --status', () => {
  it('says by its exit code whether something is pending', async () => {
    const empty = await createDatabase({ empty: true });
    const env = { IDENTITY_DATABASE_DSN: empty.dsn };
    const there = (...args: string[]) => run([...args, testProfile], { env });
    expect((await there('migrate', '--status')).code).toBe(1);
    expect((await there('migrate')).output).toMatch(/Init/);
    const { code, output } = await there('migrate', '--status');
    await empty.drop();
    expect(output).toMatch(/^done\s+Init/m);
    expect(code).toBe(0);
  });
});

describe('users', () => {
  it('create, list, show, disable, enable, set-password, end-sessions', async () => {
    const created = await administer(
      ['users', 'create', 'ann', '--email=ann@example.com', '--password-file=-'],
      'correct horse battery\n',
    );
    expect(created).toEqual({ code: 0, output: expect.stringMatching(/^created ann [\w-]{36}\n$/) });
    expect(await administer(['users', 'create', 'ann'])).toEqual({
      code: 1,
      output: 'The username or e-mail address is taken.\n',
    });
    expect((await administer(['users', 'disable', 'ann'])).code).toBe(0);
    expect((await administer(['users', 'list'])).output).toMatch(/\tann\tann@example\.com\tdisabled /);
    const shown = await administer(['users', 'show', 'ann@example.com']);
    expect(JSON.parse(shown.output)).toMatchObject({ username: 'ann', email: 'ann@example.com' });
    expect(shown.output).not.toMatch(/argon2|hash/i);
    expect((await administer(['users', 'show', 'nobody'])).code).toBe(1);
    expect((await administer(['users', 'enable', 'ann@example.com'])).code).toBe(0);
    expect((await administer(['users', 'set-password', 'ann', '--password-file=-'], 'short')).code).toBe(1);
    const hashOf = () => query<{ password_hash: string }>("SELECT password_hash FROM users WHERE username = 'ann'");
    const [before] = await hashOf();
    expect((await administer(['users', 'set-password', 'ann', '--password-file=-'], 'battery staple horse')).code).toBe(
      0,
    );
    expect(before?.password_hash).not.toEqual((await hashOf())[0]?.password_hash);
    await query(
      `INSERT INTO sessions (id, secret_hash, user_id, auth_time, amr, created_at, last_seen_at, ends_at, expires_at)
       SELECT gen_random_uuid(), 'secret', id, now(), '{pwd}', now(), now(), now() + '1 day', now() + '1 day'
       FROM users WHERE username = 'ann'`,
    );
    expect(await administer(['users', 'end-sessions', 'ann@example.com'])).toEqual({
      code: 0,
      output: 'sessions of ann ended: 1; authorization grants ended: 0\n',
    });
    expect(await query('SELECT FROM sessions')).toEqual([]);
  });

  it('invite, invitations list, reset-password, delete', async () => {
    const invite = (...more: string[]) => administer(['users', 'invite', 'ida@example.com', ...more]);
    expect(await invite('--ttl=2w')).toEqual({
      code: 1,
      output: '--ttl 2w is not a duration such as 12h or 7d, from 1h to 90d.\n',
    });
    expect(await invite('--name=Ida', '--language=fr', '--ttl=3d')).toEqual({
      code: 0,
      output: expect.stringMatching(/^invited ida@example\.com until \S+Z; the account will be [\w-]{36}\n$/),
    });
    expect((await administer(['users', 'invitations', 'list'])).output).toMatch(/\tida@example\.com\t-\tinvited /);
    await administer(['users', 'create', 'ida', '--email=ida@example.com']);
    expect((await administer(['users', 'reset-password', 'ida', '--mail'])).output).toMatch(
      /^a link to a new password of ida goes to ida@example\.com; it works once, until \S+Z\n$/,
    );
    expect((await administer(['users', 'delete', 'ida'])).code).toBe(1);
    expect((await administer(['users', 'delete', 'ida', '--yes'])).output).toMatch(/^deleted ida [\w-]{36}\n$/);
    expect(await query("SELECT FROM users WHERE username = 'ida'")).toEqual([]);
  });

  it('I3: set-claims takes pairs and JSON from standard input', async () => {
    await administer(['users', 'create', 'eve']);
    const pairs = ['phone_number_verified=true', 'locale=en-GB', 'preferred_username='];
    expect(
      await administer(['users', 'set-claims', 'eve', ...pairs, '--file=-'], '{"address": {"country": "NL"}}'),
    ).toEqual({
      code: 0,
      output: 'claims of eve set: address, phone_number_verified, locale, preferred_username\n',
    });
    expect(await query("SELECT claims FROM users WHERE username = 'eve'")).toEqual([
      { claims: { address: { country: 'NL' }, phone_number_verified: true, locale: 'en-GB' } },
    ]);
    expect(await administer(['users', 'set-claims', 'eve', 'locale'])).toEqual({
      code: 1,
      output: '"locale" is not name=value.\n',
    });
    expect(await administer(['users', 'set-claims', 'eve', 'sub=x'])).toEqual({
      code: 1,
      output: 'sub is a claim of the protocol, which nobody can be given\n',
    });
  });
});

describe('clients registration-token', () => {
  it('create, list, revoke', async () => {
    const made = await administer(['clients', 'registration-token', 'create', '--uses=2', '--ttl=1h', '--note=tests']);
    const { id, ...token } = JSON.parse(made.output);
    expect(token).toEqual({
      initial_access_token: expect.stringMatching(/^[\w-]{43}$/),
      uses: 2,
      expires_at: expect.any(String),
    });
    const { output } = await administer(['clients', 'registration-token', 'list']);
    expect(output).toMatch(new RegExp(`^${id}\\ttests\\t2 left\\tcreated `));
    expect(output).not.toContain(token.initial_access_token);
    expect((await administer(['clients', 'registration-token', 'revoke', id])).code).toBe(0);
    expect((await administer(['clients', 'registration-token', 'revoke', id])).code).toBe(1);
    expect(await administer(['clients', 'registration-token', 'create', '--ttl=2y'])).toEqual({
      code: 1,
      output: '--ttl 2y is not a duration such as 12h or 7d, from 1m to 365d.\n',
    });
  });
});

describe('consents', () => {
  it('list, withdraw', async () => {
    await administer(['users', 'create', 'bob']);
    await query(
      `INSERT INTO consents (user_id, client_id, scopes, granted_at)
       SELECT id, 'app', '{openid,profile}', '2030-01-01T12:00:00Z' FROM users WHERE username = 'bob'`,
    );
    expect((await administer(['consents', 'list', 'bob'])).output).toBe(
      'app\topenid, profile\t2030-01-01T12:00:00.000Z\n',
    );
    expect(await administer(['consents', 'withdraw', 'bob', 'app'])).toEqual({
      code: 0,
      output: 'withdrew the consent of bob to app; authorization grants ended: 0\n',
    });
    expect(await administer(['consents', 'list', 'bob'])).toEqual({ code: 0, output: '' });
    expect(await administer(['consents', 'withdraw', 'bob', 'app'])).toEqual({
      code: 1,
      output: 'The user "bob" has allowed the client "app" nothing.\n',
    });
  });
});

describe('clients', () => {
  it('a secret is printed once, and kept as a hash', async () => {
    const metadata = JSON.stringify({ redirect_uris: ['https://app.example/cb'], scope: 'openid' });
    const created = await administer(['clients', 'create', 'app', '--metadata-file=-'], metadata);
    const { client_secret: secret } = JSON.parse(created.output) as { client_secret: string };
    expect(secret).toHaveLength(43);
    expect((await administer(['clients', 'show', 'app'])).output).not.toContain(secret);
    const rotated = JSON.parse((await administer(['clients', 'rotate-secret', 'app'])).output) as {
      client_secret: string;
    };
    expect(rotated.client_secret).not.toBe(secret);
    expect((await administer(['clients', 'disable', 'app'])).code).toBe(0);
    expect((await administer(['clients', 'list'])).output).toMatch(/^app\t.*\tdisabled /m);
    expect((await administer(['clients', 'enable', 'app'])).output).toBe('enabled app\n');
    expect((await administer(['clients', 'delete', 'app'])).code).toBe(0);
    expect(await administer(['clients', 'show', 'app'])).toEqual({ code: 1, output: 'There is no client "app".\n' });
  });

  it('metadata that is none, or that cannot be served, is refused with every fault', async () => {
    const create = (metadata: string) => administer(['clients', 'create', '--metadata-file=-'], metadata);
    expect(await create('[]')).toEqual({ code: 1, output: 'The metadata is not a JSON object.\n' });
    const { code, output } = await create(JSON.stringify({ redirect_uris: ['/cb'], post_logout_redirect_uris: ['x'] }));
    expect(output).toMatch(/^redirect_uris .*\npost_logout_redirect_uris .*\n$/);
    expect(code).toBe(1);
  });
});

describe('keys, sweep', () => {
  it('list, rotate, rewrap; sweep', async () => {
    const stack = await startStack({ dsn: database.dsn, roles: ['authz'] });
    const env = { IDENTITY_DATABASE_DSN: database.dsn };
    const on = (...args: string[]) => run([...args, '--config=configs/identity/development.yml'], { env });
    expect((await on('keys', 'list')).output.trim().split('\n')).toHaveLength(6);
    expect((await on('keys', 'rotate')).output).toMatch(/ES256\t\S+\tpublished, signs from/);
    expect((await on('keys', 'list')).output.trim().split('\n')).toHaveLength(12);
    expect((await on('keys', 'rewrap')).output).toMatch(/rewrapped 0/);
    expect((await on('sweep')).output).toMatch(/\ttokens/);
    await stack.stop();
  });

  it('a reader that goes away before the end (`list | head`) is no failure, and leaves nothing half done', async () => {
    expect((await administer(['users', 'create', 'unread'])).code).toBe(0);
    const env = { IDENTITY_DATABASE_DSN: database.dsn };
    expect(await run(['users', 'list', testProfile], { env, isRead: false })).toEqual({ code: 0, output: '' });
  });

  it('S7: withdraw: what the key signed is refused by a running issuer, and another key signs', async () => {
    const stack = await startStack({ dsn: database.dsn, roles: ['authz'] });
    const env = { IDENTITY_DATABASE_DSN: database.dsn };
    const demo = { id: 'demo-client', secret: 'demo-secret' };
    const asked = { grant_type: 'client_credentials', scope: 'read:resource' };
    const issue = async () =>
      String((await postForm(`${stack.urls.authz}/oauth2/v1/token`, asked, demo)).body.access_token);
    const isActive = async (token: string) =>
      (await postForm(`${stack.urls.authz}/oauth2/v1/introspect`, { token }, demo)).body.active;
    const token = await issue();
    const kid = String(decodeProtectedHeader(token).kid);
    expect(await isActive(token)).toBe(true);
    const { code, output } = await run(
      ['keys', 'withdraw', `--kid=${kid}`, '--config=configs/identity/development.yml'],
      { env },
    );
    expect([code, output]).toEqual([0, expect.stringContaining(`withdrew ${kid}`)]);
    expect(output).toMatch(/within 5 s/);
    await eventually(
      () => isActive(token),
      (active) => active === false,
      'the key to be gone',
    );
    const jwks = (await (await fetch(`${stack.urls.authz}/oauth2/v1/jwks`)).json()) as { keys: { kid: string }[] };
    expect(jwks.keys.map((key) => key.kid)).not.toContain(kid);
    const next = await issue();
    expect(decodeProtectedHeader(next).kid).not.toBe(kid);
    expect(await isActive(next)).toBe(true);
    await stack.stop();
  });
});
