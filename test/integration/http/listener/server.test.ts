import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { type Application, type Server, serve } from '../../../../src/http/listener/server.js';
import { httpSettings, recordingLog } from '../../../support/http-app.js';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(app: Application, settings: Partial<typeof httpSettings> = {}, port = 0) {
  const { log, lines } = recordingLog();
  const server = await serve({ app, http: { ...httpSettings, ...settings }, port, log });
  servers.push(server);
  return { server, log, lines, url: `http://127.0.0.1:${server.port}` };
}

/** An Express application with one path whose answers wait. */
function slowApp() {
  const app = express();
  const waiting: http.ServerResponse[] = [];
  const arrivals: (() => void)[] = [];
  app.get('/fast', (_req, res) => {
    res.end('fast');
  });
  app.get('/slow', (_req, res) => {
    waiting.push(res);
    arrivals.shift()?.();
  });
  return { app, waiting, arrival: () => new Promise<void>((resolve) => arrivals.push(resolve)) };
}

function get(
  url: string,
  agent?: http.Agent,
): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const req = http.get(url, { ...(agent && { agent }) }, async (res) => {
      let body = '';
      for await (const chunk of res) body += chunk;
      resolve({ status: res.statusCode ?? 0, headers: res.headers, body });
    });
    req.on('error', reject);
  });
}

describe('requests and responses', () => {
  it('are born with the prototypes of Express, so that none has to be set per request', async () => {
    const real = express();
    const seen: boolean[] = [];
    const answer: http.RequestListener = (req, res) => {
      seen.push(Object.getPrototypeOf(req) === real.request, Object.getPrototypeOf(res) === real.response);
      real(req, res);
      seen.push(Object.getPrototypeOf(req) === real.request, Object.getPrototypeOf(res) === real.response);
    };
    real.get('/', (req, res) => {
      res.json({ app: req.app === real, ip: req.ip, own: Object.keys(req).includes('query') });
    });
    const ofReal = (name: 'request' | 'response') => ({
      get: () => real[name],
      set: (prototype: typeof express.request & typeof express.response) => {
        real[name] = prototype;
      },
    });
    const { url } = await start(
      Object.defineProperties(answer, { request: ofReal('request'), response: ofReal('response') }) as Application,
    );
    const { status, body } = await get(url);
    expect([status, JSON.parse(body).app]).toEqual([200, true]);
    expect(seen).toEqual([true, true, true, true]);
  });
});

describe('a port that cannot be listened on', () => {
  it('in use: says which, and what to do', async () => {
    const { server } = await start(express());
    await expect(start(express(), {}, server.port)).rejects.toMatchObject({
      name: 'ListenError',
      code: 'EADDRINUSE',
      message: expect.stringMatching(
        new RegExp(`^port ${server.port} on 127.0.0.1 is already in use: end the process .* or choose`),
      ),
    });
  });

  it('of another machine: says so', async () => {
    await expect(start(express(), { bind: '192.0.2.1' })).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
      message: expect.stringContaining('192.0.2.1 is no address of this machine'),
    });
  });
});

describe('time-outs', () => {
  it('read: a request that does not come in time is answered 408 and cut', async () => {
    const { server } = await start(express(), { readTimeout: 100 });
    const socket = net.connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
    await once(socket, 'close');
  });

  it('idle: a kept-alive connection is closed', async () => {
    const { app } = slowApp();
    const { server } = await start(app, { idleTimeout: 50 });
    const socket = net.connect(server.port, '127.0.0.1');
    socket.write('GET /fast HTTP/1.1\r\nHost: a\r\n\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('Connection: keep-alive');
    await once(socket, 'close');
  });

  it('write: a connection on which nothing moves is cut', async () => {
    const { app } = slowApp();
    const { url } = await start(app, { writeTimeout: 50 });
    await expect(get(`${url}/slow`)).rejects.toThrow(/hang up|ECONNRESET/);
  });
});

describe('closing', () => {
  it('waits for requests in flight, sends their clients away, and takes no new connection', async () => {
    const { app, waiting, arrival } = slowApp();
    const { server, url } = await start(app);
    const agent = new http.Agent({ keepAlive: true });
    expect((await get(`${url}/fast`, agent)).headers.connection).toBe('keep-alive');
    const arrived = arrival();
    const answer = get(`${url}/slow`, agent);
    await arrived;
    let closed = false;
    const closing = server.close().then(() => {
      closed = true;
    });
    await expect(get(`${url}/fast`)).rejects.toThrow('ECONNREFUSED');
    expect(closed).toBe(false);
    waiting[0]?.end('late');
    const { status, body, headers } = await answer;
    expect([status, body, headers.connection]).toEqual([200, 'late', 'close']);
    await closing;
    agent.destroy();
  });

  it('ends idle connections at once', async () => {
    const { app } = slowApp();
    const { server, url } = await start(app);
    const agent = new http.Agent({ keepAlive: true });
    await get(`${url}/fast`, agent);
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).toBeLessThan(1000);
    agent.destroy();
  });

  it('ends a kept-alive connection after an answer whose headers were out already', async () => {
    const { app, waiting, arrival } = slowApp();
    const { server, url } = await start(app);
    const agent = new http.Agent({ keepAlive: true });
    const arrived = arrival();
    const answer = get(`${url}/slow`, agent);
    await arrived;
    waiting[0]?.write('first');
    const closing = server.close();
    waiting[0]?.end(' second');
    expect((await answer).body).toBe('first second');
    await closing;
    agent.destroy();
  });

  it('cuts what takes longer than the shutdown may, and says how many', async () => {
    const { app, arrival } = slowApp();
    const { server, url, log, lines } = await start(app, { shutdownTimeout: 50 });
    const arrived = arrival();
    const answer = expect(get(`${url}/slow`)).rejects.toThrow(/hang up|ECONNRESET/);
    await arrived;
    await server.close();
    await answer;
    await log.flush();
    expect(lines).toContainEqual(expect.objectContaining({ level: 'WARN', requests: 1 }));
  });

  it('is not held up by a client that has sent half a request', async () => {
    const { server } = await start(express(), { shutdownTimeout: 50 });
    const socket = net.connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\n');
    await once(socket, 'connect');
    await server.close();
    if (!socket.closed) await once(socket, 'close');
  });

  it('may be asked for twice', async () => {
    const { server } = await start(express());
    await Promise.all([server.close(), server.close()]);
    await server.close();
  });
});
