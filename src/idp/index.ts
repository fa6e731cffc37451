/**
 * IDENTITY PROVIDER. Owns people at the door: sign-in, consent, sessions, userinfo and sign-out.
 * Never makes a code or token, and never learns a client's secret. Talks to the browser, and to authz through one thing only:
 * the interaction's row, which authz starts and redeems and this room completes.
 */
import type { Express, Request, RequestHandler } from 'express';
import { type CorsPolicy, cors } from '../http/browser/cors.js';
import { createHealth, type Health, publicHealth } from '../http/operations/health.js';
import { type Endpoint, type EndpointName, endpoints } from '../protocol/endpoints.js';
import { ping } from '../storage/connection/sql.js';
import { consent } from './consent/consent.js';
import { assemble, type Idp, type IdpGiven } from './deps.js';
import { interaction } from './hub.js';
import { pageErrors } from './interaction/page-errors.js';
import { hubPath, logoutPath } from './interaction/paths.js';
import { seeOther } from './interaction/see-other.js';
import { confirmLogout, logout } from './openid/logout.js';
import { userinfo, userinfoRefusal } from './openid/userinfo.js';
import { login } from './sign-in/sign-in.js';

type IdpEndpoint = {
  [Name in EndpointName]: (typeof endpoints)[Name]['role'] extends 'idp' ? Name : never;
}[EndpointName];

type Endpoints = Readonly<Record<IdpEndpoint, (idp: Idp) => RequestHandler>>;

/** The route table: `protocol/endpoints.ts` says where each one is. */
const handlers: Endpoints = { interaction, login, consent, userinfo, logout, confirmLogout };

/** What a reload by GET of a form's answer leads to: the place from which the form came. */
const formsComeFrom: Readonly<Partial<Record<IdpEndpoint, (idp: Idp, req: Request) => string>>> = {
  login: (idp, req) => hubPath(idp, { interactionId: String(req.params.interaction) }),
  consent: (idp, req) => hubPath(idp, { interactionId: String(req.params.interaction) }),
  confirmLogout: logoutPath,
};

export interface IdpRole {
  mount(app: Express): void;
  readonly health: Health;
  /** What readiness asks. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  stop(): Promise<void>;
}

/** Scripts of the configured origins may ask for userinfo with a token (OIDC Core §5.3), never with cookies. */
const userinfoCors = (idp: Idp): CorsPolicy => ({
  origins: idp.config.cors.origins,
  methods: endpoints.userinfo.methods,
  headers: ['Authorization', 'traceparent'],
  exposed: ['WWW-Authenticate'],
});

function mountEndpoint(app: Express, idp: Idp, name: IdpEndpoint): void {
  const { path, methods }: Endpoint = endpoints[name];
  const refusals = name === 'userinfo' ? userinfoRefusal(idp) : pageErrors(idp);
  for (const method of methods) app[method.toLowerCase() as 'get' | 'post'](path, handlers[name](idp), refusals);
  const origin = formsComeFrom[name];
  if (origin) app.get(path, (req, res) => seeOther(res, origin(idp, req)));
}

export function createIdp(given: IdpGiven): IdpRole {
  const idp = assemble(given);
  const checks = {
    database: () => ping(idp.sql),
    signing_keys: async () => void (await idp.signingKeys.keySet()),
  };
  const health = createHealth({ checks, clock: idp.clock, log: idp.log });
  return {
    health,
    checks,
    stop: () => idp.auditBatch.flush(),
    mount(app) {
      app.get('/health', publicHealth(health, { status: 'ok', service: 'idp' }));
      app.use(endpoints.userinfo.path, cors(userinfoCors(idp)));
      for (const name of Object.keys(handlers) as IdpEndpoint[]) mountEndpoint(app, idp, name);
    },
  };
}
