import type { Request, RequestHandler, Response } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { readForm, readQuery } from '../../http/request/form.js';
import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import { startInteraction } from '../../storage/interactions.js';
import { currentTraceparent } from '../../telemetry/tracing/tracing.js';
import type { Authz } from '../deps.js';
import { bindBrowser } from './browser-binding.js';
import { sendAuthorizationError } from './send-authorization-response.js';
import { findTarget, validateRequest } from './validate-request.js';

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
      await start(authz, req, res, await validateRequest(authz, parameters, target));
    } catch (error) {
      sendAuthorizationError(authz, res, target, error);
    }
  };
