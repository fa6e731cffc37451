import { once } from 'node:events';
import https from 'node:https';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Secret } from '../../../../src/config/secret.js';
import type { Server } from '../../../../src/http/listener/server.js';
import { createHealth } from '../../../../src/http/operations/health.js';
import { serveAdmin } from '../../../../src/http/operations/listener.js';
import { recordingLog } from '../../../support/http-app.js';

const token = 'kq2YVt8zq0mJ4h1nYv5wP3xR7sT9uB6c';
const bearer = { Authorization: `Bearer ${token}` };
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Settings {
  readonly bind?: string;
  readonly shutdown?: boolean | 'local';
  readonly withToken?: boolean;
  readonly diagnostics?: boolean;
  readonly prometheus?: boolean;
}

interface Asked {
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly host?: string;
}

async function admin({
  bind = '127.0.0.1',
  shutdown = true,
  withToken = true,
  diagnostics = false,
  prometheus,
}: Settings = {}) {
  const { log, lines } = recordingLog('INFO');
  const state = { down: false, shutdowns: 0 };
  const check = async (): Promise<void> => {
    if (state.down) throw new Error('connect ECONNREFUSED');
  };
  const health = createHealth({ checks: { database: check }, clock: { now: () => new Date(0) } });
  const server = await serveAdmin({
    admin: { bind, port: 0, shutdown, diagnostics, prometheus: false, ...(withToken && { token: new Secret(token) }) },
    health,
    log,
    onShutdown: () => {
      state.shutdowns += 1;
    },
    ...(prometheus && { metrics: async () => 'http_requests_total 1\n' }),
  });
  servers.push(server);

  async function ask(method: string, path: string, { headers = {}, body, host = '127.0.0.1' }: Asked = {}) {
    const options = {
      method,
      host,
      port: server.port,
      path,
      headers,
      rejectUnauthorized: false,
      agent: false,
    } as const;
    const [res] = await once(https.request(options).end(body), 'response');
    let text = '';
    for await (const chunk of res) text += chunk;
    return { status: res.statusCode as number, headers: res.headers, text };
  }
  return { ask, log, lines, state, health };
}

/** An address of this machine that is not loopback, where it has one. */
const otherAddress = (): string | undefined =>
  Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

describe('probes', () => {
  it('livez and readyz say ok, with each check', async () => {
    const { ask } = await admin();
    expect(await ask('GET', '/livez')).toMatchObject({ status: 200, text: '{"status":"ok"}\n' });
    expect(await ask('GET', '/readyz')).toMatchObject({
      status: 200,
      text: '{"status":"ok","checks":{"database":"ok"}}\n',
    });
    expect(await ask('HEAD', '/readyz')).toMatchObject({ status: 200, text: '' });
  });

  it('readyz turns with the database, livez does not', async () => {
    const { ask, state } = await admin();
    state.down = true;
    expect(await ask('GET', '/readyz')).toMatchObject({
      status: 503,
      text: '{"status":"unavailable","checks":{"database":"connect ECONNREFUSED"}}\n',
    });
    expect((await ask('GET', '/livez')).status).toBe(200);
  });

  it('readyz turns when the process drains', async () => {
    const { ask, health } = await admin();
    health.drain();
    expect((await ask('GET', '/readyz')).status).toBe(503);
  });
});

describe('POST /shutdown', () => {
  it('works as wget sends it, without a token, from this machine', async () => {
    const { ask, state } = await admin({ withToken: false });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '0' };
    expect(await ask('POST', '/shutdown', { headers })).toMatchObject({
      status: 200,
      text: '{"status":"shutting down"}\n',
    });
    expect(state.shutdowns).toBe(1);
  });

  it.each(['localhost', 'localhost:9090', '127.0.0.1', '[::1]:9090'])('takes the Host %s', async (Host) => {
    const { ask, state } = await admin({ shutdown: 'local' });
    expect((await ask('POST', '/shutdown', { headers: { Host } })).status).toBe(200);
    expect(state.shutdowns).toBe(1);
  });

  it('S26: needs the token where one is set: other accounts of this machine reach the port, too', async () => {
    const { ask, state } = await admin();
    expect((await ask('POST', '/shutdown')).status).toBe(401);
    expect((await ask('POST', '/shutdown', { headers: { Authorization: 'Bearer wrong' } })).status).toBe(401);
    expect(state.shutdowns).toBe(0);
    expect((await ask('POST', '/shutdown', { headers: bearer })).status).toBe(200);
    expect(state.shutdowns).toBe(1);
  });

  it.each([
    ['GET', 'GET', {}, 405],
    ['a body', 'POST', { body: 'x=1' }, 400],
    ['a body in chunks', 'POST', { body: 'x=1', headers: { 'Transfer-Encoding': 'chunked' } }, 400],
    ['a long body', 'POST', { body: 'x'.repeat(5000) }, 413],
    ['a rebound name', 'POST', { headers: { Host: 'evil.example' } }, 403],
    ['a name that begins alike', 'POST', { headers: { Host: 'localhost.evil.example' } }, 403],
    ['an Origin', 'POST', { headers: { Origin: 'https://evil.example' } }, 403],
    ['the Origin null', 'POST', { headers: { Origin: 'null' } }, 403],
    ['Sec-Fetch-Site', 'POST', { headers: { 'Sec-Fetch-Site': 'none' } }, 403],
    ['Sec-Fetch-Mode', 'POST', { headers: { 'Sec-Fetch-Mode': 'navigate' } }, 403],
  ])('refuses %s', async (_, method, asked, status) => {
    const { ask, state } = await admin({ shutdown: 'local' });
    expect((await ask(method, '/shutdown', asked)).status).toBe(status);
    expect(state.shutdowns).toBe(0);
  });

  it('is not there when it is switched off', async () => {
    const { ask, state } = await admin({ shutdown: false });
    expect((await ask('POST', '/shutdown', { headers: bearer })).status).toBe(404);
    expect(state.shutdowns).toBe(0);
  });

  it('needs the token when the listener is bound elsewhere, even from this machine', async () => {
    const { ask, state } = await admin({ bind: '0.0.0.0', shutdown: 'local' });
    expect((await ask('POST', '/shutdown')).status).toBe(403);
    expect((await ask('POST', '/shutdown', { headers: { Authorization: 'Bearer wrong' } })).status).toBe(403);
    expect(state.shutdowns).toBe(0);
    expect((await ask('POST', '/shutdown', { headers: bearer })).status).toBe(200);
    expect(state.shutdowns).toBe(1);
  });
});

describe('bound elsewhere, without the token', () => {
  it.each([
    ['GET', '/livez', 200],
    ['GET', '/readyz', 200],
    ['GET', '/metrics', 200],
    ['POST', '/shutdown', 401],
    ['GET', '/log-level', 401],
    ['PUT', '/log-level', 401],
    ['GET', '/diagnostics/cpu-profile', 401],
    ['GET', '/diagnostics/heap-snapshot', 401],
    ['GET', '/diagnostics/report', 401],
  ])('%s %s is answered %i', async (method, path, status) => {
    const { ask } = await admin({ bind: '0.0.0.0', diagnostics: true, prometheus: true });
    const host = otherAddress() ?? '127.0.0.1';
    const answer = await ask(method, path, { host });
    expect(answer.status).toBe(status);
    expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer realm="admin"' : undefined);
  });
});

describe('the token', () => {
  it.each(['/log-level', '/diagnostics/report', '/diagnostics/heap-snapshot', '/diagnostics/cpu-profile'])(
    'is needed for %s on loopback, too',
    async (path) => {
      const { ask } = await admin({ diagnostics: true });
      expect((await ask('GET', path)).status).toBe(401);
      for (const Authorization of ['Bearer', 'Bearer x', `Basic ${token}`, `Bearer ${token}x`, token]) {
        expect((await ask('GET', path, { headers: { Authorization } })).status).toBe(401);
      }
    },
  );

  it('that is not configured opens nothing, and the answer says what to configure', async () => {
    const { ask } = await admin({ withToken: false, diagnostics: true });
    for (const headers of [{}, { Authorization: 'Bearer ' }, { Authorization: 'Bearer undefined' }]) {
      const { status, text } = await ask('GET', '/log-level', { headers });
      expect([status, text]).toEqual([403, expect.stringContaining('admin.token_file is not set')]);
    }
  });

  it('is never logged', async () => {
    const { ask, log, lines } = await admin();
    await ask('GET', '/log-level', { headers: bearer });
    await ask('GET', '/log-level', { headers: { Authorization: `Bearer ${token}x` } });
    await log.flush();
    expect(JSON.stringify(lines)).not.toContain(token);
    expect(lines).toContainEqual(expect.objectContaining({ message: 'admin request denied', path: '/log-level' }));
  });
});

describe('the log level', () => {
  it.each(['DEBUG', 'debug', ' TRACE \n', '{"level":"WARN"}'])(
    'is changed to %j, and the change is logged',
    async (body) => {
      const { ask, log, lines } = await admin();
      const { status, text } = await ask('PUT', '/log-level', { headers: bearer, body });
      const level = /trace|debug|warn/i.exec(body)?.[0].toUpperCase();
      expect([status, JSON.parse(text), log.level]).toEqual([200, { level }, level]);
      expect(JSON.parse((await ask('GET', '/log-level', { headers: bearer })).text)).toEqual({ level });
      await log.flush();
      expect(lines).toContainEqual(expect.objectContaining({ message: 'log level changed', from: 'INFO', to: level }));
    },
  );

  it.each(['', 'LOUD', '{"level":1}', 'x'.repeat(30)])('stays for %j', async (body) => {
    const { ask, log } = await admin();
    expect((await ask('PUT', '/log-level', { headers: bearer, body })).status).toBe(400);
    expect(log.level).toBe('INFO');
  });
});

describe('metrics', () => {
  it('are there where Prometheus is on, and not otherwise', async () => {
    const on = await (await admin({ prometheus: true })).ask('GET', '/metrics');
    expect([on.status, on.text, on.headers['content-type']]).toEqual([
      200,
      'http_requests_total 1\n',
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect((await (await admin()).ask('GET', '/metrics')).status).toBe(404);
  });
});

describe('diagnostics', () => {
  it('are not there by default', async () => {
    const { ask } = await admin();
    for (const path of ['cpu-profile', 'heap-snapshot', 'report']) {
      expect((await ask('GET', `/diagnostics/${path}`, { headers: bearer })).status).toBe(404);
    }
  });

  it('a CPU profile over the time that is asked for, one at a time', async () => {
    const { ask } = await admin({ diagnostics: true });
    const path = '/diagnostics/cpu-profile?seconds=0.2';
    const answers = await Promise.all([ask('GET', path, { headers: bearer }), ask('GET', path, { headers: bearer })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const good = answers.find(({ status }) => status === 200);
    expect(JSON.parse(good?.text ?? '')).toMatchObject({ nodes: expect.any(Array), samples: expect.any(Array) });
    expect(good?.headers['content-disposition']).toContain('identity.cpuprofile');
  });

  it('a report on event loop, handles and memory', async () => {
    const { ask } = await admin({ diagnostics: true });
    const { text } = await ask('GET', '/diagnostics/report', { headers: bearer });
    expect(JSON.parse(text)).toMatchObject({
      event_loop: { lag_ms: { p99: expect.any(Number) } },
      handles: expect.any(Object),
      memory_bytes: { rss: expect.any(Number) },
    });
  });
});

describe('anything else', () => {
  it.each([
    ['GET', '/', 404],
    ['GET', '/livez/', 404],
    ['GET', '/LIVEZ', 404],
    ['GET', '//livez', 404],
    ['GET', '/livez?x=1', 200],
    ['POST', '/livez', 405],
    ['DELETE', '/log-level', 405],
  ])('%s %s is %i', async (method, path, status) => {
    expect((await (await admin()).ask(method, path)).status).toBe(status);
  });
});
