/**
 * ROLE resource server: an API that trusts the issuer's access tokens, as a stranger would write it.
 * Owns: the protected resource, its metadata, and the middleware that any other Express API can mount (authenticate.ts).
 * Never: reads the database or the issuer's code, keeps state that a second replica would miss.
 * Talks to: authz, for its keys and for introspection of opaque tokens.
 */
import type express from 'express';
import type { Clock } from '../clock.js';
import type { RsConfigSection } from '../config/configuration.js';
import { cors } from '../http/browser/cors.js';
import { createHealth, publicHealth } from '../http/operations/health.js';
import { readForm } from '../http/request/form.js';
import type { Role } from '../http/role.js';
import { accessTokenTypes } from '../protocol/access-token-types.js';
import type { ProtectedResource } from '../protocol/authorization/resource-indicators.js';
import { endpointUrl } from '../protocol/endpoints.js';
import type { AuthenticationChallenge } from '../protocol/resource/step-up.js';
import { accessTokenType } from '../protocol/token/access-token.js';
import { metadata, metadataPaths } from '../resource/metadata.js';
import type { Log } from '../telemetry/log/logger.js';
import { authenticateByIssuer, type IssuerAuthentication } from './authenticate.js';
import { methods, resource } from './resources.js';

/** What this room is given. */
export interface RsGiven {
  readonly config: {
    readonly issuer: string;
    readonly internalUrls: { readonly authz?: string };
    readonly cors: { readonly origins: readonly string[] };
    readonly resources: readonly ProtectedResource[];
    readonly rs: RsConfigSection;
  };
  readonly clock: Clock;
  readonly log: Log;
}

/** Where the issuer's name does not resolve, its endpoints are asked below the internal URL; otherwise they are discovered. */
function createAuthentication({ config, clock, log }: RsGiven): IssuerAuthentication {
  const { issuer, internalUrls, resources, rs } = config;
  const takesPlainJwt = resources.some((each) => each.identifier === rs.resource && each.accessTokenTyp === 'JWT');
  const at = (name: 'jwks' | 'introspect') => internalUrls.authz && endpointUrl(internalUrls.authz, name);
  return authenticateByIssuer({
    issuer,
    audience: rs.resource,
    jwksUri: at('jwks'),
    introspection: rs.introspection && {
      endpoint: at('introspect'),
      clientId: rs.introspection.clientId,
      clientSecret: () => rs.introspection?.clientSecret.reveal() ?? '',
    },
    clockSkew: rs.clockSkew,
    // Both, so that tokens from before a change of the configuration are good until they expire.
    types: takesPlainJwt ? accessTokenTypes : [accessTokenType],
    realm: 'rs',
    clock,
    log,
  });
}

/** Ready once the issuer's keys were at hand; a later outage of authz does not make a working resource server unready. */
function keysCheck(reach: () => Promise<void>, issuer: string): () => Promise<void> {
  let reached = false;
  return async () => {
    if (reached) return;
    await reach().catch((cause) => {
      throw new Error(`waiting for authz: the signing keys of ${issuer} cannot be fetched yet`, { cause });
    });
    reached = true;
  };
}

/** A form is read before the token is looked for: there must be none in it (RFC 6750 §2.2). Other bodies are not read at all. */
const parseForm: express.RequestHandler = async (req, _res, next) => {
  if (req.is('application/x-www-form-urlencoded')) {
    const form = await readForm(req);
    req.body = Object.fromEntries(form.names.map((name) => [name, form.get(name)]));
  }
  next();
};

/** What writes may need a sign-in that is later or stronger (RFC 9470 §3). */
const stepUpOf = ({ stepUp }: RsConfigSection): AuthenticationChallenge => ({
  acrValues: stepUp?.acrValues ?? [],
  maxAge: stepUp?.maxAge === undefined ? undefined : Math.floor(stepUp.maxAge / 1000),
});

function mountResource(app: express.Express, authentication: IssuerAuthentication, config: RsGiven['config']): void {
  const { authenticate, requireScope, requireAuthentication } = authentication;
  const { origins } = config.cors;
  const stepUp = requireAuthentication(stepUpOf(config.rs));
  const path = '/api/v1/protected/resource';
  const policy = {
    origins,
    methods: Object.keys(methods),
    headers: ['Authorization', 'Content-Type', 'traceparent'],
    exposed: ['WWW-Authenticate', 'Retry-After'],
  };
  app.all(path, cors(policy));
  app.get(path, authenticate, requireScope(methods.GET.scope), resource('GET', authentication));
  app.post(path, parseForm, authenticate, requireScope(methods.POST.scope), stepUp, resource('POST', authentication));
  app.delete(path, authenticate, requireScope(methods.DELETE.scope), stepUp, resource('DELETE', authentication));
}

function mountMetadata(app: express.Express, { issuer, rs }: RsGiven['config']): void {
  const description = {
    resource: rs.resource,
    issuer,
    scopes: Object.values(methods).map(({ scope }) => scope),
    bearerMethods: ['header'] as const,
    name: 'Protected resource',
  };
  const paths = metadataPaths(rs.resource);
  app.all(paths, cors({ origins: '*', methods: ['GET'] }));
  app.get(paths, metadata(description));
}

export function createRs(given: RsGiven): Role {
  const { config, clock } = given;
  const authentication = createAuthentication(given);
  const checks = { authz: keysCheck(() => authentication.reach(), config.issuer) };
  const health = createHealth({ checks, clock });
  return {
    mount(app) {
      app.get('/api/v1/public/health', publicHealth(health, { status: 'ok' }));
      mountMetadata(app, config);
      mountResource(app, authentication, config);
    },
    checks,
    health,
    stop: async () => {},
  };
}
