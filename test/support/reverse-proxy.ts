import { once } from 'node:events';
import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSelfSigned } from '../../src/http/operations/self-signed.js';

export interface OneOriginOptions {
  /** The path of the issuer, without a slash at its end; empty at the root. */
  readonly path: string;
  /** Whether that path is taken away before a role sees it. */
  readonly strips: boolean;
}

/** A role behind the proxy, and the names of the cookies that it has set. */
interface Backend {
  origin?: string;
  readonly cookies: Set<string>;
}

export interface OneOrigin {
  readonly origin: string;
  readonly authz: Backend;
  readonly idp: Backend;
  close(): Promise<void>;
}

/** The address that the proxy says its visitors have. */
export const visitor = '203.0.113.7';

/** The table of docs/one-origin.md. Undefined: another application's. */
function routed(path: string, prefix: string): 'authz' | 'idp' | undefined {
  const documents = /^\/\.well-known\/(openid-configuration|oauth-authorization-server)(\/|$)/;
  if (documents.test(path) && path.endsWith(prefix)) return 'authz';
  if (!path.startsWith(`${prefix}/`)) return undefined;
  const below = path.slice(prefix.length);
  return below.startsWith('/oauth2/') || documents.test(below) ? 'authz' : 'idp';
}

/** authz and idp at one https origin, routed by their paths; where they are is told once they are there. */
export async function startOneOrigin({ path, strips }: OneOriginOptions): Promise<OneOrigin> {
  const backends: Record<'authz' | 'idp', Backend> = { authz: { cookies: new Set() }, idp: { cookies: new Set() } };

  function pass(backend: Backend, req: IncomingMessage, res: ServerResponse): void {
    const url = strips && req.url?.startsWith(`${path}/`) ? req.url.slice(path.length) : req.url;
    const headers = { ...req.headers, 'x-forwarded-for': visitor, 'x-forwarded-proto': 'https' };
    const onward = forward(new URL(url ?? '/', backend.origin), { method: req.method ?? 'GET', headers }, (answer) => {
      for (const line of answer.headers['set-cookie'] ?? []) backend.cookies.add(line.slice(0, line.indexOf('=')));
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  }

  const server = createServer(createSelfSigned('127.0.0.1', new Date()), (req, res) => {
    const role = routed(new URL(req.url ?? '/', 'https://localhost').pathname, path);
    if (role) pass(backends[role], req, res);
    else res.writeHead(404).end('another application');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    ...backends,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
