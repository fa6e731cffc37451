/**
 * AUTHORIZATION SERVER. Owns requests for authorization, codes and tokens; speaks OAuth with clients.
 * Never sees a password or a page of sign-in, and begins or ends no session: it only reads those that idp began. Talks to the browser,
 * to clients, and to idp through one thing only: the interaction's row, which this room starts and redeems and idp completes.
 */
import type { Express, RequestHandler } from 'express';
import { cors } from '../http/browser/cors.js';
import { createHealth, publicHealth } from '../http/operations/health.js';
import type { Role } from '../http/role.js';
import { errorPages } from '../pages/error-pages.js';
import { refusalPages } from '../pages/send.js';
import { type Endpoint, type EndpointName, endpoints } from '../protocol/endpoints.js';
import { ping } from '../storage/connection/sql.js';
import { authorize } from './authorization/authorize.js';
import { deviceAuthorization } from './authorization/device-authorization.js';
import { par } from './authorization/pushed-authorization-request.js';
import { resume } from './authorization/resume.js';
import { type Authz, type AuthzGiven, assemble } from './deps.js';
import { introspect } from './inspection/introspect.js';
import { revoke } from './inspection/revoke.js';
import { jwks } from './jwks.js';
import { metadata } from './metadata.js';
import { register } from './registration/register.js';
import { registeredClient } from './registration/registered-client.js';
import { token } from './token/token.js';

type AuthzEndpoint = {
  [Name in EndpointName]: (typeof endpoints)[Name]['role'] extends 'authz' ? Name : never;
}[EndpointName];

type Endpoints = Readonly<Record<AuthzEndpoint, (authz: Authz) => RequestHandler>>;

/** The route table: `protocol/endpoints.ts` says where each one is. Routes are tried in this order, so who asks most comes first. */
const handlers: Endpoints = {
  token,
  introspect,
  openidConfiguration: metadata,
  jwks,
  authorize,
  resume,
  par,
  revoke,
  deviceAuthorization,
  authorizationServerMetadata: metadata,
  register,
  registeredClient,
};

/** Which pages elsewhere may read the answers (Fetch §3.2): documents for all, tokens for configured origins. Never with cookies. */
const readableBy: Readonly<Partial<Record<AuthzEndpoint, 'all' | 'configured'>>> = {
  token: 'configured',
  par: 'configured',
  revoke: 'configured',
  register: 'configured',
  registeredClient: 'configured',
  jwks: 'all',
  openidConfiguration: 'all',
  authorizationServerMetadata: 'all',
};

/** A person is in front of these, so that refusals are pages. */
const shownToPeople: readonly AuthzEndpoint[] = ['authorize', 'resume'];

/** Where an endpoint is; an issuer with a path has its documents behind the well-known part as well (RFC 8414 §3.1). */
function pathsOf(name: AuthzEndpoint, issuer: string): string[] {
  const { path } = endpoints[name];
  const prefix = new URL(issuer).pathname.replace(/\/$/, '');
  return path.startsWith('/.well-known/') && prefix !== '' ? [path, path + prefix] : [path];
}

/** Request fields that scripts may set; credentials at the token endpoint are as good in the Authorization field (RFC 6749 §2.3.1). */
const headersFor = { all: ['traceparent'], configured: ['Authorization', 'traceparent'] } as const;

/** A script has to ask before it names this type (Fetch standard, CORS-safelisted request-header). */
const takesJson: readonly AuthzEndpoint[] = ['register', 'registeredClient'];

function mountEndpoint(app: Express, authz: Authz, name: AuthzEndpoint): void {
  const { methods, optional }: Endpoint = endpoints[name];
  if (optional && authz.config.clientRegistration.mode === 'off') return;
  const readers = readableBy[name];
  const headers = readers && [...headersFor[readers], ...(takesJson.includes(name) ? ['Content-Type'] : [])];
  const handler = handlers[name](authz);
  const { log, brand, cookies } = authz;
  const refusals = errorPages({ log, brand, cookies, profile: authz.config.profile });
  for (const path of pathsOf(name, authz.config.issuer)) {
    const origins = readers === 'all' ? '*' : authz.config.cors.origins;
    if (headers) app.route(path).all(cors({ origins, methods, headers }));
    for (const method of methods) {
      const route = method.toLowerCase() as 'get' | 'post' | 'put' | 'delete';
      if (shownToPeople.includes(name)) app[route](path, handler, refusals);
      else app[route](path, handler);
    }
  }
}

export function createAuthz(given: AuthzGiven): Role {
  const authz = assemble(given);
  const checks = {
    database: () => ping(authz.sql),
    signing_keys: async () => void (await authz.signingKeys.keySet()).current(authz.accessTokenForms.usualAlgorithm),
  };
  const health = createHealth({ checks, clock: authz.clock });
  return {
    health,
    checks,
    refusalPages: refusalPages(authz.brand, authz.cookies),
    stop: () => authz.auditBatch.flush(),
    mount(app) {
      for (const name of Object.keys(handlers) as AuthzEndpoint[]) mountEndpoint(app, authz, name);
      app.get('/health', publicHealth(health, { status: 'ok', service: 'authz' }));
    },
  };
}
