import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import { type Clock, systemClock } from '../../clock.js';
import type { AdminConfig } from '../../config/configuration.js';
import { rateLimited } from '../../telemetry/log/rate-limited.js';
import { createCloser } from '../listener/closer.js';
import { listen } from '../listener/listen.js';
import type { Server } from '../listener/server.js';
import { tlsPolicy } from '../listener/tls.js';
import { denialOf } from './access.js';
import { type AdminRoute, type AdminRoutesOptions, adminRoutes, sendJson } from './routes.js';
import { createSelfSigned } from './self-signed.js';

export interface AdminOptions extends AdminRoutesOptions {
  readonly admin: AdminConfig;
  readonly clock?: Clock;
}

const maxBody = 1024;
const closeTimeout = 1000;
const timeouts = {
  requestTimeout: 10_000,
  headersTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
};

/** The body, or undefined where it is longer than anything that is wanted here. */
async function readBody(req: IncomingMessage): Promise<string | undefined> {
  let body = '';
  for await (const chunk of req) {
    body += String(chunk);
    if (body.length > maxBody) return undefined;
  }
  return body;
}

const headers = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'",
};

/** Finds the route, asks who is there, and answers. */
function createAnswer(routes: readonly AdminRoute[], { admin, log, clock = systemClock }: AdminOptions) {
  const reportDenial = rateLimited(
    1000,
    clock,
    (suppressed, path: string, reason: string, remote: string | undefined) =>
      log.warn('admin request denied', { path, reason, remote, suppressed }),
  );
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    const path = (req.url ?? '').split('?', 1)[0];
    const atPath = routes.filter((route) => route.path === path);
    if (atPath.length === 0) return sendJson(res, 404, { error: 'nothing here, or switched off' });
    const method = req.method === 'HEAD' ? 'GET' : req.method;
    const route = atPath.find((one) => one.method === method);
    if (!route) {
      const Allow = atPath.map((one) => one.method).join(', ');
      return sendJson(res, 405, { error: 'method not allowed' }, { Allow });
    }
    const denial = denialOf(req, route.access, admin);
    if (denial) {
      reportDenial(route.path, denial.reason, req.socket.remoteAddress);
      const challenge = denial.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="admin"' } : {};
      return sendJson(res, denial.status, { error: denial.reason }, { ...challenge, Connection: 'close' });
    }
    const body = await readBody(req);
    if (body === undefined) return sendJson(res, 413, { error: 'the body is too long' }, { Connection: 'close' });
    await route.handle(req, res, body);
  };
}

/** The listener for operators: HTTPS with a certificate of its own making, apart from what the public reaches. */
export async function serveAdmin(options: AdminOptions): Promise<Server> {
  const { admin, log, clock = systemClock } = options;
  const answer = createAnswer(adminRoutes(options), options);
  const certificate = createSelfSigned(admin.bind, clock.now());
  const server = https.createServer({ ...timeouts, ...tlsPolicy, ...certificate }, (req, res) => {
    answer(req, res).catch((error: unknown) => {
      if (!res.closed) log.error('admin request failed', { error });
      if (res.headersSent) res.destroy();
      else sendJson(res, 500, { error: 'failed: the log says why' });
    });
  });
  const close = createCloser(server, closeTimeout, () => undefined);
  const port = await listen(server, admin.port, admin.bind, 'admin.port or --admin-port');
  return { port, close };
}
