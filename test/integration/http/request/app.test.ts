import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { ErrorRequestHandler } from 'express';
import request from 'supertest';
import { OverloadedError } from '../../../../src/crypto/hashing-queue.js';
import { CsrfError } from '../../../../src/http/browser/csrf.js';
import { pageHeaders } from '../../../../src/http/browser/headers.js';
import { serve } from '../../../../src/http/listener/server.js';
import type { RefusalPage } from '../../../../src/http/request/refusal.js';
import { OAuthError } from '../../../../src/protocol/oauth-error.js';
import { httpSettings, testApp } from '../../../support/http-app.js';

const token = '/oauth2/v1/token';

const tokenApp = () =>
  testApp((app) => {
    app.post(token, (_req, res) => {
      res.json({ ok: true });
    });
    app.get('/oidc/v1/interaction/:id', (req, res) => {
      res.json({ id: req.params.id });
    });
  });

describe('every answer', () => {
  it('carries the security headers, a request id and no trace of the framework', async () => {
    const { headers } = await request(tokenApp().app).post(token);
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('etag');
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  it.each([
    ['abc-123_X.y', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['<script>', false],
    ['a b', false],
    ['a"b', false],
  ])('S29: has a request id of our own, and the log names %s of its caller beside it: %s', async (id, named) => {
    const { app, log, lines } = tokenApp();
    const { headers } = await request(app).post(token).set('X-Request-Id', id);
    await log.flush();
    const line = lines.find(({ message }) => message === 'http request');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(line?.request_id).toBe(headers['x-request-id']);
    expect(line?.caller_request_id).toBe(named ? id : undefined);
  });
});

describe('one spelling of each path', () => {
  const tricks = [
    '/oauth2/v1/token/',
    '/oauth2/v1/token.',
    '/oauth2/v1/Token',
    '/OAUTH2/V1/TOKEN',
    '//oauth2/v1/token',
    '/oauth2//v1/token',
    '/oauth2/v1/./token',
    '/oauth2/v1/x/../token',
    '/oauth2/v1/%2e/token',
    '/oauth2/v1/x/%2e%2e/token',
    '/oauth2/v1%2ftoken',
    '/oauth2/v1%2Ftoken',
    '/oauth2/v1%5ctoken',
    '/oauth2\\v1\\token',
    '/oauth2/v1/%74oken',
    '/oauth2/v1/token%00',
    '/oauth2/v1/token%20',
    '/oauth2/v1/token;x=y',
    '/oauth2/v1/token%3fx',
    '/oauth2/v1/token/x',
    '/oauth2/v1/toke',
    '/',
  ];

  /** Sends the path as it is: clients would clean it up. */
  async function raw(path: string): Promise<number> {
    const { app, log } = tokenApp();
    const server = await serve({ app, http: httpSettings, port: 0, log });
    const socket = net.connect(server.port, '127.0.0.1');
    socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    await once(socket, 'close');
    await server.close();
    return Number(Buffer.concat(chunks).toString().split(' ')[1]);
  }

  it.each(tricks)('%s is refused', async (path) => expect(await raw(path)).toBe(404));

  it.each([token, `${token}?a=/../b`, `http://other.example${token}`])('%s is answered', async (path) => {
    expect(await raw(path)).toBe(200);
  });

  it('refuses a parameter that cannot be decoded', async () => {
    const { status, body } = await request(tokenApp().app).get('/oidc/v1/interaction/%zz');
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });
});

describe('what no route takes', () => {
  const headers = pageHeaders({ formAction: 'self', styleHashes: ['sha256-x'] });
  const render = (_req: unknown, { title, status, requestId }: RefusalPage) => ({
    html: `<h1>${status} ${title} ${requestId}</h1>`,
    headers,
  });

  it('is 404, in JSON', async () => {
    const { status, body, headers } = await request(tokenApp().app).get('/nothing?code=secret');
    expect([status, body.error]).toEqual([404, 'not_found']);
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it.each([
    ['get', token, 'POST'],
    ['put', token, 'POST'],
    ['post', '/oidc/v1/interaction/1', 'GET, HEAD'],
  ] as const)('is 405 with Allow for %s %s (RFC 9110 §15.5.6)', async (method, path, allow) => {
    const { status, headers } = await request(tokenApp().app)[method](path);
    expect([status, headers.allow]).toEqual([405, allow]);
  });

  it.each([
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
  ])('is for Accept %s of type %s', async (accept, type) => {
    const { app } = testApp(() => undefined, { refusalPages: { render } });
    const answer = await request(app).get('/nothing').set('Accept', accept);
    expect([answer.status, answer.headers['content-type']]).toEqual([404, type]);
    if (type.startsWith('text/html')) {
      expect(answer.text).toBe(`<h1>404 Page not found ${answer.headers['x-request-id']}</h1>`);
      expect(answer.headers['content-security-policy']).toContain("style-src 'sha256-x'");
    }
  });
});

describe('errors', () => {
  const failing = (error: unknown, overrides: Parameters<typeof testApp>[1] = {}) =>
    testApp((app) => {
      app.get('/fail', () => Promise.reject(error));
    }, overrides);

  it.each([
    ['RFC 6749 §5.2', new OAuthError('invalid_grant', { detail: 'the code of alice expired' }), 400, 'invalid_grant'],
    ['RFC 6749 §5.2', new OAuthError('invalid_client'), 401, 'invalid_client'],
    ['RFC 9110 §15.5.14', new OAuthError('invalid_request', { status: 413 }), 413, 'invalid_request'],
    ['a form from elsewhere', new CsrfError('alice'), 403, 'access_denied'],
    ['a full queue', new OverloadedError('alice waits'), 503, 'temporarily_unavailable'],
    ['anything else', new Error('password of alice', { cause: new Error('db') }), 500, 'server_error'],
    ['an upstream status', Object.assign(new Error('alice'), { status: 404 }), 500, 'server_error'],
    ['no error at all', 'alice', 500, 'server_error'],
  ])('%s: %s', async (_, error, status, code) => {
    const answer = await request(failing(error).app).get('/fail');
    expect([answer.status, answer.body.error]).toEqual([status, code]);
    expect(answer.text).not.toContain('alice');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['retry-after']).toBe(status === 503 ? '2' : undefined);
  });

  it('are logged once with cause and request id when they are unknown', async () => {
    const { app, log, lines } = failing(new Error('outer', { cause: new TypeError('inner') }));
    const { headers } = await request(app).get('/fail').set('X-Request-Id', 'r-7');
    await log.flush();
    const [line, ...more] = lines.filter(({ level }) => level === 'ERROR');
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      message: 'request failed',
      request_id: headers['x-request-id'],
      caller_request_id: 'r-7',
      error: { message: 'outer', cause: { name: 'TypeError', message: 'inner' } },
    });
  });

  it('of the protocol are logged with the detail that the client is not told', async () => {
    const { app, log, lines } = failing(new OAuthError('invalid_grant', { detail: 'verifier does not match' }));
    await request(app).get('/fail');
    await log.flush();
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'INFO', error_code: 'invalid_grant', detail: 'verifier does not match' }),
    );
  });

  it('may be answered by the role', async () => {
    const { app } = testApp((app) => {
      const refusals: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(418).end('page');
      app.get('/fail', () => Promise.reject(new OAuthError('invalid_request')), refusals);
    });
    expect(
      await request(app)
        .get('/fail')
        .then(({ status, text }) => [status, text]),
    ).toEqual([418, 'page']);
  });

  it('survive a page that cannot be rendered', async () => {
    const render = (): never => {
      throw new Error('template');
    };
    const { app } = failing(new Error('first'), { refusalPages: { render } });
    const answer = await request(app).get('/fail').set('Accept', 'text/html');
    expect([answer.status, answer.body.error]).toEqual([500, 'server_error']);
    expect(answer.text).not.toMatch(/template|first/);
  });

  it('in the middle of an answer tear it, so that it cannot be taken for whole', async () => {
    const { app } = testApp((app) => {
      app.get('/half', async (_req, res) => {
        res.write('half');
        throw new Error('gone');
      });
    });
    await expect(request(app).get('/half')).rejects.toThrow(/aborted|hang up/);
  });
});

describe('the access log', () => {
  it('names route patterns, never URLs, queries or what they hold', async () => {
    const { app, log, lines } = tokenApp();
    await request(app).get('/oidc/v1/interaction/hunter2-in-path?code=hunter2-in-query').set('X-Request-Id', 'r-1');
    await request(app).get('/hunter2-unknown/x?access_token=hunter2');
    await request(app).put(`${token}?hunter2`);
    await log.flush();
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines.filter(({ message }) => message === 'http request')).toEqual([
      expect.objectContaining({
        method: 'GET',
        route: '/oidc/v1/interaction/:id',
        status: 200,
        caller_request_id: 'r-1',
      }),
      expect.objectContaining({ method: 'GET', route: 'unmatched', status: 404 }),
      expect.objectContaining({ method: 'PUT', route: token, status: 405 }),
    ]);
    expect(lines[0]).toMatchObject({ duration_ms: expect.any(Number), remote: expect.stringContaining('127.0.0.1') });
  });

  it('S12: believes X-Forwarded-For of a trusted proxy only, and by number only what that many wrote', async () => {
    for (const [trustProxy, forwarded, remote] of [
      [[], '203.0.113.9', '127.0.0.1'],
      [['loopback'], '203.0.113.9', '203.0.113.9'],
      [0, '203.0.113.9', '127.0.0.1'],
      [1, '203.0.113.9', '203.0.113.9'],
      [1, '198.51.100.1, 10.0.0.7', '10.0.0.7'],
      [2, '198.51.100.1, 203.0.113.9, 10.0.0.7', '203.0.113.9'],
    ] as const) {
      const { app, log, lines } = testApp(() => undefined, { http: { ...httpSettings, trustProxy } });
      await request(app).get('/x').set('X-Forwarded-For', forwarded);
      await log.flush();
      expect(lines[0]?.remote).toContain(remote);
    }
  });
});

describe('I7: a public URL with a path (RFC 8414 §3.1)', () => {
  const below = (publicPath: string) =>
    testApp(
      (app) => {
        app.get('/oidc/v1/userinfo', (req, res) => {
          res.json({ url: req.url });
        });
      },
      { publicPath },
    );

  it.each([
    ['taken away by the proxy', '/auth', '/oidc/v1/userinfo?a=/auth/b', '/oidc/v1/userinfo?a=/auth/b'],
    ['passed on by it', '/auth', '/auth/oidc/v1/userinfo?a=1', '/oidc/v1/userinfo?a=1'],
    ['like the beginning of ours, taken away', '/oidc', '/oidc/v1/userinfo', '/oidc/v1/userinfo'],
    ['like the beginning of ours, passed on', '/oidc', '/oidc/oidc/v1/userinfo', '/oidc/v1/userinfo'],
  ])('%s: the same address', async (_name, publicPath, sent, url) => {
    const { app, lines } = below(publicPath);
    const answer = await request(app).get(sent);
    expect([answer.status, answer.body]).toEqual([200, { url }]);
    expect(lines.at(-1)).toMatchObject({ route: '/oidc/v1/userinfo' });
  });

  it.each(['/authoidc/v1/userinfo', '/auth/auth/oidc/v1/userinfo', '/other/oidc/v1/userinfo', '/auth', '/auth/'])(
    'but nothing is at %s',
    async (path) => {
      expect((await request(below('/auth').app).get(path)).status).toBe(404);
    },
  );
});
