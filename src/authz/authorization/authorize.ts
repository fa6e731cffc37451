import type { Request, RequestHandler, Response } from 'express';
import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { askedOf } from '../../http/request/asked.js';
import { readForm, readQuery } from '../../http/request/form.js';
import { noteRequestedLanguages } from '../../pages/error-pages.js';
import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import { endpointUrl } from '../../protocol/endpoints.js';
import { parseUiLocales } from '../../protocol/language.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { startInteraction } from '../../storage/interactions/interactions.js';
import { currentTraceparent } from '../../telemetry/tracing/tracing.js';
import type { Authz } from '../deps.js';
import { admitRequest } from './admit-request.js';
import { bindBrowser } from './browser-binding.js';
import { sendAuthorizationError, sendCode } from './send-authorization-response.js';
import { codeAtOnce } from './single-sign-on.js';

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

/** Too much is asked at this moment (RFC 6585 §4, RFC 9110 §15.6.4). */
const isBusy = (error: unknown): boolean => error instanceof OAuthError && error.status === 429;

/** GET and POST /authorize (RFC 6749 §3.1, OIDC Core §3.1.2.1) */
export const authorize =
  (authz: Authz): RequestHandler =>
  async (req, res) => {
    const parameters = req.method === 'POST' ? await readForm(req) : readQuery(req);
    noteRequestedLanguages(res, parseUiLocales(parameters.get('ui_locales')));
    const asked = askedOf(req);
    const { target, validate, isCounted } = await admitRequest(authz, asked, parameters);
    let request: ValidatedAuthorizationRequest | undefined;
    try {
      request = await validate();
      noteRequestedLanguages(res, request.uiLocales);
      const issued = await codeAtOnce(authz, req, target, request);
      if (issued !== null) return sendCode(authz, req, res, { request, target, issued });
      if (!isCounted) authz.interactionLimits.count(asked);
      await start(authz, req, res, request);
    } catch (error) {
      // Whoever looks at the page waits: the client could do no better. With prompt=none nobody does.
      if (isBusy(error) && !request?.prompts.includes('none')) throw error;
      sendAuthorizationError(authz, req, res, target, error);
    }
  };
