/** What the runbook has operators do to running processes: levels, diagnostics, numbers, migrations, clean-up. */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { askAdmin } from '../support/admin-request.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import type { RunningProcess } from '../support/processes.js';
import { eventually, lineOf, linesOf, portsOf, run, startRole } from '../support/program.js';

const running: RunningProcess[] = [];
const databases: EmptyDatabase[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
  await Promise.all(databases.splice(0).map((one) => one.drop()));
});

function start(...args: Parameters<typeof startRole>): RunningProcess {
  const one = startRole(...args);
  running.push(one);
  return one;
}

async function newDatabase(options: { empty?: boolean } = {}): Promise<EmptyDatabase> {
  const database = await createDatabase(options);
  databases.push(database);
  return database;
}

async function query<Row extends object>(dsn: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client(dsn);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

const token = 'admin-token-of-this-test';

describe('the log level', () => {
  it('of the environment wins over the file', async () => {
    expect(await readFile('configs/identity/test.yml', 'utf8')).toContain('log-level: "INFO"');
    const spa = start('spa-rp', { LOG_LEVEL: 'DEBUG' });
    const { 'spa-rp': port } = await portsOf(spa);
    await fetch(`http://127.0.0.1:${port}/health`);
    await lineOf(spa, 'http request', ({ level }) => level === 'DEBUG');
  });

  it('is changed at run time with the token of the admin listener, and only with it', async () => {
    const spa = start('spa-rp', { IDENTITY_ADMIN_TOKEN: token });
    const { 'spa-rp': port, admin = 0 } = await portsOf(spa);
    const health = () => fetch(`http://127.0.0.1:${port}/health`);
    const debugLines = () => linesOf(spa.output(), 'http request').filter(({ level }) => level === 'DEBUG').length;
    const put = (body: string, given = token) => askAdmin(admin, '/log-level', 'PUT', { token: given, body });
    await health();
    expect((await put('DEBUG', 'another-token')).status).toBe(401);
    expect(await put('DEBUG')).toEqual({ status: 200, body: '{"level":"DEBUG"}\n' });
    await lineOf(spa, 'log level changed', (line) => line.from === 'INFO' && line.to === 'DEBUG');
    expect(debugLines()).toBe(0);
    await health();
    await eventually(debugLines, (lines) => lines === 1, 'a line at DEBUG');
    await put('{"level":"INFO"}');
    await health();
    expect((await put('LOUD')).body).toContain('the level has to be one of ERROR, WARN, INFO, DEBUG, TRACE');
    expect(debugLines()).toBe(1);
    expect(spa.output()).not.toContain(token);
  });
});

describe('diagnostics', () => {
  it('are not there by default, with the token or without', async () => {
    const { admin = 0 } = await portsOf(start('spa-rp', { IDENTITY_ADMIN_TOKEN: token }));
    for (const path of ['report', 'cpu-profile', 'heap-snapshot']) {
      const answer = await askAdmin(admin, `/diagnostics/${path}`, 'GET', { token });
      expect([answer.status, answer.body]).toEqual([404, '{"error":"nothing here, or switched off"}\n']);
    }
  });

  it('need a token to be switched on: 2', async () => {
    const env = { IDENTITY_ADMIN_DIAGNOSTICS: 'true' };
    const { code, output } = await run(['--role=spa-rp', '--config=configs/identity/test.yml'], { env });
    expect(output).toContain('admin.diagnostics (from IDENTITY_ADMIN_DIAGNOSTICS): needs admin.token_file');
    expect(code).toBe(2);
  });

  it('report, profile and snapshot of a serving process', async () => {
    const spa = start('spa-rp', { IDENTITY_ADMIN_TOKEN: token, IDENTITY_ADMIN_DIAGNOSTICS: 'true' });
    const { admin = 0 } = await portsOf(spa);
    expect((await askAdmin(admin, '/diagnostics/report')).status).toBe(401);
    const ask = async (path: string) =>
      JSON.parse((await askAdmin(admin, `/diagnostics/${path}`, 'GET', { token })).body);
    expect(await ask('report')).toMatchObject({
      event_loop: { utilization: expect.any(Number), lag_ms: { p99: expect.any(Number) } },
      handles: expect.objectContaining({ TCPServerWrap: 2 }),
      memory_bytes: { rss: expect.any(Number) },
    });
    expect((await ask('cpu-profile?seconds=0.2')).nodes.length).toBeGreaterThan(0);
    expect((await ask('heap-snapshot')).snapshot.node_count).toBeGreaterThan(1000);
  });
});

describe('numbers', () => {
  it('of pool and time-outs follow the configuration and show as metrics', async () => {
    const { dsn } = await newDatabase();
    const authz = start('authz', {
      IDENTITY_DATABASE_DSN: dsn,
      IDENTITY_DATABASE_MAX_OPEN_CONNS: '7',
      IDENTITY_DATABASE_MAX_IDLE_CONNS: '3',
      IDENTITY_DATABASE_CONN_MAX_LIFETIME: '600s',
      IDENTITY_HTTP_READ_TIMEOUT: '21s',
      IDENTITY_HTTP_WRITE_TIMEOUT: '90s',
      IDENTITY_HTTP_IDLE_TIMEOUT: '91s',
      IDENTITY_ADMIN_PROMETHEUS: 'true',
    });
    await lineOf(authz, 'serving');
    const { authz: port, admin = 0 } = await portsOf(authz);
    await fetch(`http://127.0.0.1:${port}/oauth2/v1/jwks`);
    const { body } = await askAdmin(admin, '/metrics');
    const gauge = (series: RegExp) =>
      Number(
        body
          .split('\n')
          .find((line) => series.test(line))
          ?.split(' ')
          .at(-1),
      );
    expect(gauge(/^database_connections_max\b/)).toBe(7);
    expect(gauge(/^database_connections_active\b/)).toBeGreaterThanOrEqual(0);
    expect(gauge(/^database_connections_idle\b/)).toBeLessThanOrEqual(7);
    expect(gauge(/^database_pool_waiting\b/)).toBe(0);
    const timeouts = { read: 21, write: 90, idle: 91, request: 30, shutdown: 5 };
    for (const [name, seconds] of Object.entries(timeouts)) {
      expect(gauge(new RegExp(`^http_timeout_seconds\\{.*timeout="${name}"`))).toBe(seconds);
    }
    expect(gauge(/^memory_usage_bytes\b/)).toBeGreaterThan(10_000_000);
    expect(gauge(/^http_requests_total\{.*route="\/oauth2\/v1\/jwks".*status="200"/)).toBe(1);
  });
});

describe('a database without room', () => {
  it('R3: shows beside readiness and as a metric, while what needs no room goes on', async () => {
    const { dsn } = await newDatabase();
    await query(
      dsn,
      `CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'could not extend file "base/5/1": No space left on device' USING ERRCODE = '53100'; END $$`,
    );
    await query(dsn, 'CREATE TRIGGER full_disk BEFORE INSERT ON interactions EXECUTE FUNCTION no_room()');
    const authz = start('authz', { IDENTITY_DATABASE_DSN: dsn, IDENTITY_ADMIN_PROMETHEUS: 'true' });
    await lineOf(authz, 'serving');
    const { authz: port, admin = 0 } = await portsOf(authz);
    const at = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
    const request = new URLSearchParams({
      client_id: 'spa-rp',
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1:18083/callback',
      scope: 'openid',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });
    const failing = async () =>
      /^database_writes_failing(?:\{.*\})? 1$/m.test((await askAdmin(admin, '/metrics')).body);
    expect(JSON.parse((await askAdmin(admin, '/readyz')).body)).not.toHaveProperty('warnings');
    expect(await failing()).toBe(false);

    const refused = await at(`/oauth2/v1/authorize?${request}`);
    expect(refused.status === 503 || refused.headers.get('location')?.includes('temporarily_unavailable')).toBe(true);
    await eventually(
      async () => JSON.parse((await askAdmin(admin, '/readyz')).body),
      ({ status, warnings }) =>
        status === 'ok' && /No space left on device; make room on PostgreSQL's disk/.test(warnings?.database_writes),
      'a warning beside readiness',
    );
    expect(await failing()).toBe(true);
    const health = await at('/health');
    expect([health.status, await health.text()]).toEqual([200, '{"status":"ok","service":"authz"}']);
    expect((await at('/oauth2/v1/jwks')).status).toBe(200);
  });
});

/** The statements of a chapter of the runbook, as they stand there. */
async function runbookSql(chapter: string): Promise<string[]> {
  const text = await readFile('docs/runbook.md', 'utf8');
  const [, section = ''] = text.split(`### ${chapter}\n`);
  const own = section.split(/\n#{2,3} /)[0] ?? '';
  return [...own.matchAll(/^(?:SELECT|DELETE)\b.*;$/gm)].map(([statement]) => statement);
}

describe('migrations', () => {
  it("run at the start, are seen by migrate --status and by the runbook's SQL", async () => {
    const { dsn } = await newDatabase({ empty: true });
    const env = { IDENTITY_DATABASE_DSN: dsn };
    const status = () => run(['migrate', '--status', '--config=configs/identity/test.yml'], { env });
    const before = await status();
    expect(before.output).toMatch(/pending; run "migrate", or start a role/);
    expect(before.code).toBe(1);
    await lineOf(start('authz', env), 'serving');
    const after = await status();
    const [select = ''] = await runbookSql('Database Migrations');
    expect(select).toBe('SELECT * FROM schema_migrations;');
    const done = (await query<{ name: string }>(dsn, select)).map(({ name }) => name);
    expect(after.output.trim().split('\n')).toEqual(done.map((name) => expect.stringMatching(`^done\\s+${name}$`)));
    expect(after.code).toBe(0);
    expect((await run(['migrate', '--config=configs/identity/test.yml'], { env })).output).toContain('nothing to do');
  });

  it('R4: of a newer release that has been here are warned about at the start and listed, and do not keep it from serving', async () => {
    const { dsn } = await newDatabase();
    const newer = 'Later9999999999999';
    await query(dsn, 'INSERT INTO schema_migrations (timestamp, name) VALUES (9999999999999, $1)', [newer]);
    const env = { IDENTITY_DATABASE_DSN: dsn };
    const { output, code } = await run(['migrate', '--status', '--config=configs/identity/test.yml'], { env });
    expect(output.trim().split('\n').at(-1)).toBe(`unknown\t${newer}`);
    expect(code).toBe(0);
    const authz = start('authz', env);
    const warning = await lineOf(authz, 'a newer release has been here');
    expect(warning).toMatchObject({ level: 'WARN', migrations: [newer], remedy: expect.any(String) });
    await lineOf(authz, 'serving');
  });
});

describe('clean-up', () => {
  const seed = async (dsn: string): Promise<void> => {
    const expiries = "CASE WHEN n % 2 = 0 THEN now() - n * interval '1 minute' ELSE now() + n * interval '1 day' END";
    await query(
      dsn,
      `INSERT INTO tokens (value_hash, kind, client_id, payload, issued_at, expires_at)
       SELECT sha256(n::text::bytea), 'access_token', 'c', '{}', now() - interval '1 day', ${expiries}
       FROM generate_series(1, 60) n`,
    );
    await query(
      dsn,
      `INSERT INTO sessions (id, secret_hash, user_id, auth_time, amr, created_at, last_seen_at, ends_at, expires_at)
       SELECT gen_random_uuid(), sha256(n::text::bytea), gen_random_uuid(), now(), '{pwd}', now(), now(), now(), ${expiries}
       FROM generate_series(1, 60) n`,
    );
  };
  const state = async (dsn: string) => ({
    tokens: await query(dsn, 'SELECT value_hash FROM tokens ORDER BY 1'),
    sessions: await query(dsn, 'SELECT secret_hash FROM sessions ORDER BY 1'),
  });
  const ways: Record<string, (dsn: string) => Promise<void>> = {
    async byHand(dsn) {
      const statements = await runbookSql('Database Cleanup');
      expect(statements).toHaveLength(2);
      for (const statement of statements) await query(dsn, statement);
    },
    async byCommand(dsn) {
      const env = { IDENTITY_DATABASE_DSN: dsn };
      const { code, output } = await run(['sweep', '--config=configs/identity/test.yml'], { env });
      expect(output).toMatch(/^30\ttokens$/m);
      expect(code).toBe(0);
    },
    async byTheJob(dsn) {
      const env = { IDENTITY_DATABASE_DSN: dsn, IDENTITY_JOBS_JITTER: '0s', LOG_LEVEL: 'DEBUG' };
      await lineOf(start('authz', env), 'job done', ({ job, result }) => job === 'sweep' && result === 'success');
    },
  };

  it('by hand, by command and by the hourly job leaves the same state', async () => {
    const states = await Promise.all(
      Object.values(ways).map(async (cleanUp) => {
        const { dsn } = await newDatabase();
        await seed(dsn);
        await cleanUp(dsn);
        return state(dsn);
      }),
    );
    expect(states[0]?.tokens).toHaveLength(30);
    expect(states[0]?.sessions).toHaveLength(30);
    expect(states[1]).toEqual(states[0]);
    expect(states[2]).toEqual(states[0]);
  });
});
