import type { Request, RequestHandler, Response } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { verifyOwnJwt } from '../../crypto/jwt.js';
import { readForm, readQuery } from '../../http/request/form.js';
import {
  isOpenidRequest,
  requireHintedSubject,
  requireKnownClient,
  stateOf,
  type ValidatedAuthorizationRequest,
  validateAuthorizationRequest,
  withHintedSubject,
} from '../../protocol/authorization/authorization-request.js';
import type { ResponseTarget } from '../../protocol/authorization/authorization-response.js';
import { responseModeOf } from '../../protocol/authorization/response-mode.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import type { Parameters } from '../../protocol/parameters.js';
import { matchRedirectUri } from '../../protocol/redirect-uri.js';
import type { Client } from '../../storage/clients.js';
import { startInteraction } from '../../storage/interactions.js';
import { currentTraceparent } from '../../telemetry/tracing/tracing.js';
import type { Authz } from '../deps.js';
import { bindBrowser } from './browser-binding.js';
import { sendAuthorizationError } from './send-authorization-response.js';

/** A client, and where its answer may go: from here on faults are redirected. */
interface Target extends ResponseTarget {
  readonly client: Client;
  readonly clientId: string;
}

/** "May we redirect at all?" (RFC 6749 §4.1.2.1): what this throws ends on a page. */
async function findTarget({ clients }: Authz, parameters: Parameters): Promise<Target> {
  const clientId = parameters.get('client_id');
  const client = requireKnownClient(clientId === undefined ? null : await clients.get(clientId));
  const redirectUri = matchRedirectUri({
    registered: client.metadata.redirect_uris,
    requested: parameters.get('redirect_uri'),
    openid: isOpenidRequest(parameters),
  });
  const { clientId: id } = client;
  return { client, clientId: id, redirectUri, responseMode: responseModeOf(parameters), state: stateOf(parameters) };
}

/** Whom an id_token_hint names: one of our ID tokens, expired or not (OIDC Core §3.1.2.1, §3.1.2.2 item 4). */
async function hintedSubject(authz: Authz, hint: string | undefined): Promise<string | undefined> {
  if (hint === undefined) return undefined;
  const keys = await authz.signingKeys.keySet();
  const expected = { issuer: authz.config.issuer, typ: 'JWT', now: authz.clock.now(), acceptExpired: true };
  return requireHintedSubject(await verifyOwnJwt(hint, keys.find, expected));
}

async function validate(authz: Authz, parameters: Parameters, target: Target): Promise<ValidatedAuthorizationRequest> {
  const { client, clientId, redirectUri } = target;
  const { issuer, resources, defaultResource } = authz.config;
  const rules = { client: client.metadata, clientId, redirectUri, issuer, resources, defaultResource };
  const request = validateAuthorizationRequest(parameters, rules);
  return withHintedSubject(request, await hintedSubject(authz, parameters.get('id_token_hint')));
}

/** Opens the conversation with idp and sends the browser there, bound by a cookie and by an id that is a secret. */
async function start(authz: Authz, req: Request, res: Response, request: ValidatedAuthorizationRequest): Promise<void> {
  const id = authz.random.token(16);
  const now = authz.clock.now();
  await startInteraction(authz.sql, {
    idHash: hashToken(id),
    clientId: request.clientId,
    request,
    authzBrowserHash: bindBrowser(authz, req, res),
    now,
    expiresAt: after(now, authz.config.lifetimes.interaction),
    traceparent: currentTraceparent(),
  });
  const hub = endpointUrl(authz.config.publicUrls.idp, 'interaction', { interaction: id });
  res.set('Cache-Control', 'no-store').redirect(303, hub);
}

/** GET and POST /authorize (RFC 6749 §3.1, OIDC Core §3.1.2.1) */
export const authorize =
  (authz: Authz): RequestHandler =>
  async (req, res) => {
    const parameters = req.method === 'POST' ? await readForm(req) : readQuery(req);
    const target = await findTarget(authz, parameters);
    try {
      await start(authz, req, res, await validate(authz, parameters, target));
    } catch (error) {
      sendAuthorizationError(authz, res, target, error);
    }
  };
