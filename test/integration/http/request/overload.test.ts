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
    expect(lines.filter(({ message }) => String(message).startsWith('overloaded'))).toHaveLength(1);
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
