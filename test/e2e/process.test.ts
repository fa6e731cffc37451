import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { askAdmin } from '../support/admin-request.js';
import { createDatabase, type EmptyDatabase } from '../support/database.js';
import { freePort } from '../support/ports.js';
import { type Stack, startProcess, startStack } from '../support/processes.js';
import { eventually, run } from '../support/program.js';

const roles = ['authz', 'idp', 'rs', 'spa-rp'] as const;

let folder: string;
let database: EmptyDatabase;
let stack: Stack | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-process-'));
  database = await createDatabase();
});
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** The way to the database, which can be blocked and opened again. */
async function wayTo(dsn: string) {
  const target = new URL(dsn);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const port = await freePort();
  const way = new URL(dsn);
  way.host = `127.0.0.1:${port}`;
  return {
    dsn: way.href,
    async open() {
      server = createServer((near) => {
        const far = connect(Number(target.port), target.hostname);
        for (const socket of [near, far]) {
          sockets.add(socket);
          socket.on('error', () => socket.destroy());
        }
        near.pipe(far).pipe(near);
      }).listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async block() {
      const closed = new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await closed;
    },
  };
}

describe('flags and configuration', () => {
  it.each<[string, string[], number, RegExp]>([
    ['no flags', [], 2, /Say what to serve: --role=authz\|idp\|rs\|spa-rp\|all/],
    ['an unknown role', ['--role=db'], 2, /Choices: "authz"/],
    ['an unknown flag', ['--role=rs', '--prot=1'], 2, /Unknown argument: prot/],
    ['an unknown command', ['fly'], 2, /Unknown argument: fly/],
    ['a port for four roles', ['--role=all', '--port=1'], 2, /--role=all needs four/],
    ['a file that is not there', ['--role=rs', '--config=/nowhere.yml'], 2, /\/nowhere\.yml cannot be read \(ENOENT\)/],
    ['--version', ['--version'], 0, /^\d+\.\d+\.\d+$/m],
    ['--help', ['--help'], 0, /serve a role[\s\S]*migrate[\s\S]*Exit codes/],
    ['--check-config', ['--role=all', '--config=configs/identity/development.yml', '--check-config'], 0, /is fine/],
  ])('%s', async (_, args, code, output) => {
    const ended = await run(args);
    expect(ended.output).toMatch(output);
    expect(ended.code).toBe(code);
  });

  it('tells all faults at once and ends with 2', async () => {
    const file = join(folder, 'faulty.yml');
    await writeFile(file, 'issuer: nowhere\nhttp: { read_timeout: 30 }\ndatabse: {}\n');
    const { code, output } = await run(['--role=authz', `--config=${file}`]);
    for (const path of ['issuer (line 1)', 'http.read_timeout (line 2)', 'databse (line 3)', 'public_urls']) {
      expect(output).toContain(path);
    }
    expect(code).toBe(2);
  });

  it('shows no secret of the environment in a fault', async () => {
    const env = { IDENTITY_DATABASE_DSN: 'mysql://u:hunter2@h/d', LOG_LEVEL: 'loud' };
    const { code, output } = await run(['--role=authz', '--config=configs/identity/development.yml'], { env });
    expect(output).toContain('database.dsn (from IDENTITY_DATABASE_DSN)');
    expect(output).toContain('log-level (from LOG_LEVEL)');
    expect(output).not.toContain('hunter2');
    expect(code).toBe(2);
  });

  it('a port that somebody else holds: says which, and ends with 3', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const args = ['--role=spa-rp', '--config=configs/identity/test.yml', `--port=${port}`, '--admin-port=0'];
    const { code, output } = await run(args);
    await new Promise((resolve) => holder.close(resolve));
    expect(output).toContain(`port ${port} on 127.0.0.1 is already in use`);
    expect(code).toBe(3);
  });

  it('TLS files that are not there: says which, and ends with 2', async () => {
    const env = { IDENTITY_HTTP_TLS_CERT_FILE: '/nowhere/tls.crt', IDENTITY_HTTP_TLS_KEY_FILE: '/nowhere/tls.key' };
    const { code, output } = await run(['--role=rs', '--config=configs/identity/test.yml'], { env });
    expect(output).toContain('http.tls.cert_file (from IDENTITY_HTTP_TLS_CERT_FILE): found /nowhere/tls.crt');
    expect(code).toBe(2);
  });
});

describe('start and end', () => {
  it('four processes started at once on an empty database all become ready', async () => {
    const empty = await createDatabase({ empty: true });
    try {
      stack = await startStack({ dsn: empty.dsn, roles });
      const codes = await Promise.all(stack.processes.map((running) => running.end('SIGTERM')));
      expect(codes).toEqual([0, 0, 0, 0]);
      expect(stack.output().match(/"migrations ran"/g)).toHaveLength(1);
      expect(stack.output().match(/"keys made"/g)).toHaveLength(1);
    } finally {
      await stack?.stop();
      await empty.drop();
    }
  });

  it('SIGINT ends with 0', async () => {
    stack = await startStack({ dsn: database.dsn });
    expect(await stack.process('all').end('SIGINT')).toBe(0);
  });

  it('POST /shutdown on the admin listener ends with 0; GET does not', async () => {
    stack = await startStack({ dsn: database.dsn });
    const running = stack.process('all');
    expect((await askAdmin(running.adminPort, '/shutdown')).status).toBe(405);
    expect((await askAdmin(running.adminPort, '/livez')).status).toBe(200);
    const ended = once(running.child, 'exit');
    expect((await askAdmin(running.adminPort, '/shutdown', 'POST')).status).toBe(200);
    expect(await ended).toEqual([0, null]);
  });

  /** A token request of which the second half is still to come. */
  async function halfRequest(url: string): Promise<{ finish(): Promise<string> }> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const body = 'grant_type=client_credentials&client_id=x';
    const head = `POST /oauth2/v1/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`);
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', () => undefined);
    return {
      async finish() {
        const closed = once(socket, 'close');
        socket.write(body.slice(9));
        await closed;
        return answer;
      },
    };
  }

  it('is not ready, takes nobody new, and finishes the request in flight before it goes', async () => {
    stack = await startStack({
      dsn: database.dsn,
      edit: (yaml) => yaml.replace('http:\n', 'http:\n  drain_delay: 1s\n'),
    });
    const running = stack.process('all');
    const { finish } = await halfRequest(stack.urls.authz);
    const ended = running.end('SIGTERM');
    const draining = await eventually(
      () => askAdmin(running.adminPort, '/readyz'),
      ({ status }) => status === 503,
      'not ready',
    );
    expect(draining.body).toContain('shutting down');
    const probe = () =>
      fetch(`${stack?.urls.authz}/health`).then(
        () => 'answered',
        () => 'refused',
      );
    await eventually(probe, (outcome) => outcome === 'refused', 'refusal of new connections');
    expect(await finish()).toMatch(/^HTTP\/1\.1 401/);
    expect(await ended).toBe(0);
  });

  it('cuts what takes longer than shutdown_timeout', async () => {
    stack = await startStack({
      dsn: database.dsn,
      edit: (yaml) => yaml.replace('shutdown_timeout: 10s', 'shutdown_timeout: 200ms'),
    });
    await halfRequest(stack.urls.authz);
    expect(await stack.process('all').end('SIGTERM')).toBe(0);
    expect(stack.output()).toContain('requests cut off');
  });

  it('a second signal ends it at once', async () => {
    stack = await startStack({ dsn: database.dsn });
    const running = stack.process('all');
    await halfRequest(stack.urls.authz);
    const first = running.end('SIGTERM');
    await eventually(
      async () => running.output(),
      (output) => output.includes('shutting down'),
      'the first signal',
    );
    await running.end('SIGTERM');
    expect(await first).toBe(143);
  });
});

describe('a database that comes and goes', () => {
  it('is waited for at start, missed while it is away, and taken up again by itself', async () => {
    const way = await wayTo(database.dsn);
    const file = join(folder, 'way.yml');
    const text = await readFile('configs/identity/development.yml', 'utf8');
    await writeFile(
      file,
      text
        .replace(/embedded: .*/, `dsn: ${way.dsn}`)
        .replace(/ports: .*/, 'ports: { authz: 0, idp: 0, rs: 0, spa_rp: 0 }'),
    );
    const adminPort = await freePort();
    const running = startProcess('authz', adminPort, file);
    try {
      const readiness = () => askAdmin(adminPort, '/readyz');
      const waiting = await eventually(readiness, ({ body }) => body.includes('waiting for the database'), 'waiting');
      expect(waiting.status).toBe(503);
      await way.open();
      await eventually(readiness, ({ status }) => status === 200, 'ready once the database is there');
      await way.block();
      await eventually(readiness, ({ status }) => status === 503, 'not ready without the database');
      expect((await askAdmin(adminPort, '/livez')).status).toBe(200);
      await way.open();
      await eventually(readiness, ({ status }) => status === 200, 'ready again');
      expect(await running.end('SIGTERM')).toBe(0);
    } finally {
      running.child.kill('SIGKILL');
      await way.block();
    }
  });
});
