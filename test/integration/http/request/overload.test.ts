import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { serve } from '../../../../src/http/listener/server.js';
import { readForm } from '../../../../src/http/request/form.js';
import { httpSettings, testApp } from '../../../support/http-app.js';

/** An application whose answers wait until they are let go. */
function waitingApp(settings: Partial<typeof httpSettings>) {
  const waiting: (() => void)[] = [];
  const arrived: (() => void)[] = [];
  const built = testApp(
    (app) => {
      app.get('/wait', async (_req, res) => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          arrived.shift()?.();
        });
        res.json({ ok: true });
      });
      app.get('/health', (_req, res) => {
        res.json({ status: 'ok' });
      });
      app.post('/form', async (req, res) => {
        await readForm(req);
        res.json({ ok: true });
      });
    },
    { http: { ...httpSettings, ...settings } },
  );
  return {
    ...built,
    arrival: () => new Promise<void>((resolve) => arrived.push(resolve)),
    letGo: () => {
      for (const go of waiting.splice(0)) go();
    },
  };
}

describe('more requests than can be answered', () => {
  it('are turned away at once with 503 and Retry-After, and let in again later', async () => {
    const { app, arrival, letGo, log, lines } = waitingApp({ maxRequestsInFlight: 2 });
    const bothArrived = Promise.all([arrival(), arrival()]);
    const accepted = [request(app).get('/wait'), request(app).get('/wait')].map((test) =>
      test.then(({ status }) => status),
    );
    await bothArrived;
    const refused = await Promise.all(Array.from({ length: 20 }, () => request(app).get('/wait')));
    for (const { status, headers, body } of refused) {
      expect([status, headers['retry-after'], body.error]).toEqual([503, '1', 'temporarily_unavailable']);
    }
    letGo();
    expect(await Promise.all(accepted)).toEqual([200, 200]);
    const next = arrival();
    const again = request(app)
      .get('/wait')
      .then(({ status }) => status);
    await next;
    letGo();
    expect(await again).toBe(200);
    await log.flush();
    expect(lines.filter(({ message }) => String(message).startsWith('requests are turned away'))).toHaveLength(1);
  });

  it('count those that left as gone', async () => {
    const { app, arrival, letGo, log, lines } = waitingApp({ maxRequestsInFlight: 1 });
    const server = await serve({ app, http: httpSettings, port: 0, log });
    const there = arrival();
    const socket = net.connect(server.port, '127.0.0.1');
    socket.write('GET /wait HTTP/1.1\r\nHost: a\r\n\r\n');
    await there;
    socket.destroy();
    while (!lines.some(({ status }) => status === 499)) await new Promise((resolve) => setImmediate(resolve));
    const next = arrival();
    const answer = request(`http://127.0.0.1:${server.port}`)
      .get('/wait')
      .then(({ status }) => status);
    await next;
    letGo();
    expect(await answer).toBe(200);
    await server.close();
  });
});

describe('S1: what one address may have under way', () => {
  it('is bounded: it gets 429 at once, and somebody elsewhere is answered', async () => {
    const { app, arrival, letGo } = waitingApp({ trustProxy: ['loopback'], maxRequestsInFlightPerAddress: 1 });
    const ask = (address: string) => request(app).get('/wait').set('X-Forwarded-For', address);
    const there = arrival();
    const first = ask('203.0.113.1').then(({ status }) => status);
    await there;
    const { status, headers } = await ask('203.0.113.1');
    expect([status, headers['retry-after']]).toEqual([429, '1']);
    const elsewhere = arrival();
    const other = ask('203.0.113.2').then((answer) => answer.status);
    await elsewhere;
    letGo();
    expect(await Promise.all([first, other])).toEqual([200, 200]);
  });

  it('counts a request once its body is there: half-sent ones take nobody’s place', async () => {
    const { app, arrival, letGo, log } = waitingApp({ maxRequestsInFlight: 1, maxUnfinishedRequestsPerAddress: 2 });
    const server = await serve({ app, http: httpSettings, port: 0, log });
    const half = () => {
      const socket = net.connect(server.port, '127.0.0.1').on('error', () => undefined);
      socket.write(
        'POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na=',
      );
      return socket;
    };
    const held = [half(), half(), half()];
    // The third is one too many, and is told so; that is when the others are known to be there.
    const answers = held.map(async (socket) => String((await once(socket, 'data'))[0]));
    expect(await Promise.race(answers)).toMatch(/^HTTP\/1\.1 429 /);
    const there = arrival();
    const whole = request(`http://127.0.0.1:${server.port}`)
      .get('/wait')
      .then(({ status }) => status);
    await there;
    letGo();
    expect(await whole).toBe(200);
    for (const socket of held) socket.destroy();
    await server.close();
  });

  it('health is answered whatever goes on', async () => {
    const { app, arrival, letGo } = waitingApp({ maxRequestsInFlight: 1 });
    const there = arrival();
    const first = request(app)
      .get('/wait')
      .then(({ status }) => status);
    await there;
    expect((await request(app).get('/health')).status).toBe(200);
    letGo();
    expect(await first).toBe(200);
  });
});

describe('the request time-out', () => {
  it('answers 503 with Retry-After when we are slow; what comes later changes nothing', async () => {
    const { app, letGo, log, lines } = waitingApp({ requestTimeout: 50 });
    const { status, headers } = await request(app).get('/wait');
    expect([status, headers['retry-after']]).toEqual([503, '1']);
    letGo();
    await new Promise((resolve) => setImmediate(resolve));
    await log.flush();
    expect(lines.filter(({ message }) => message === 'http request')).toMatchObject([{ status: 503, route: '/wait' }]);
  });

  it('answers 408 when the client is slow (RFC 9110 §15.5.9)', async () => {
    const { app, log } = waitingApp({ requestTimeout: 50 });
    const server = await serve({ app, http: httpSettings, port: 0, log });
    const socket = net.connect(server.port, '127.0.0.1');
    socket.write(
      'POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na=',
    );
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
    expect(String(answer)).toMatch(/\r\nConnection: close\r\n/);
    await once(socket, 'close');
    await server.close();
  });
});
