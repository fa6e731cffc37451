import type { Request, RequestHandler, Response } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { verifyOwnJwt } from '../../crypto/jwt.js';
import { assertCsrfToken, csrfToken } from '../../http/browser/csrf.js';
import { askedOf } from '../../http/request/asked.js';
import { readForm, readQuery } from '../../http/request/form.js';
import { sendHtml } from '../../pages/send.js';
import {
  type Hint,
  type LogoutRequest,
  logoutClientId,
  parseLogoutRequest,
  type ValidatedLogout,
  validateLogout,
} from '../../protocol/sign-in/logout.js';
import { endSession, findSession, type LiveSession } from '../../storage/sessions.js';
import type { Idp } from '../deps.js';
import { clearSession, readSession } from '../interaction/cookies.js';
import { personOnPage } from '../interaction/parts.js';
import { confirmLogoutPath, logoutPath } from '../interaction/paths.js';
import { invalidLogout } from '../interaction/refusal.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { seeOther } from '../interaction/see-other.js';
import { renderLoggedOutPage, renderLogoutPage } from './logout-page.js';

interface Logout extends ValidatedLogout {
  readonly request: LogoutRequest;
  readonly clientName?: string | undefined;
}

const purpose = 'logout';

/** An ID token of ours, expired or not (OIDC RP-Initiated Logout §2). */
async function verifyHint(idp: Idp, token: string | undefined): Promise<Hint> {
  if (token === undefined) return 'absent';
  const { find } = await idp.signingKeys.keySet();
  const expected = { issuer: idp.config.issuer, typ: 'JWT', now: idp.clock.now(), acceptExpired: true };
  const claims = await verifyOwnJwt(token, find, expected);
  if (!claims?.sub || claims.aud === undefined) return 'invalid';
  return { subject: claims.sub, audience: [claims.aud].flat() };
}

async function validate(idp: Idp, request: LogoutRequest): Promise<Logout> {
  const hint = await verifyHint(idp, request.id_token_hint);
  const clientId = typeof hint === 'object' ? logoutClientId(request, hint) : undefined;
  const found = clientId === undefined ? null : await idp.clients.get(clientId);
  const client =
    found && !found.disabledAt
      ? { clientId: found.clientId, postLogoutRedirectUris: found.metadata.post_logout_redirect_uris }
      : undefined;
  const validated = validateLogout(request, hint, client);
  if (validated.fault) idp.log.info('logout request refused', { detail: validated.fault, client_id: clientId });
  return {
    ...validated,
    request,
    clientName: validated.client && (found?.metadata.client_name ?? validated.client.clientId),
  };
}

/** The live session of this browser and the secret that its cookie holds. */
async function currentSession(idp: Idp, req: Request): Promise<{ secret: string; session: LiveSession } | undefined> {
  const secret = readSession(idp, req);
  if (secret === undefined) return undefined;
  const session = await findSession(idp.sql, hashToken(secret), idp.clock.now());
  return session ? { secret, session } : undefined;
}

/** Nobody is signed in any more: back to the client, or a page that says so (OIDC RP-Initiated Logout §3). */
function sendSignedOut(idp: Idp, res: Response, { returnTo }: Logout): void {
  clearSession(idp, res);
  if (returnTo) seeOther(res, returnTo);
  else sendHtml(res, renderLoggedOutPage({ productName: idp.config.pages.productName }));
}

function askToConfirm(idp: Idp, res: Response, logout: Logout, secret: string, session: LiveSession): void {
  const page = renderLogoutPage({
    productName: idp.config.pages.productName,
    person: personOnPage(session),
    clientName: logout.clientName,
    notReturning: logout.fault !== undefined,
    action: confirmLogoutPath(idp),
    csrf: csrfToken(idp.csrfKey, secret, purpose),
    parameters: { ...logout.request },
  });
  sendHtml(res, page, logout.fault === undefined ? 200 : 400);
}

/** The same request by GET: a cross-site POST brings no Lax cookie, a top-level GET does. */
function repeatByGet(idp: Idp, res: Response, request: LogoutRequest): void {
  const given = Object.entries(request).filter((entry): entry is [string, string] => entry[1] !== undefined);
  seeOther(res, given.length > 0 ? `${logoutPath(idp)}?${new URLSearchParams(given)}` : logoutPath(idp));
}

/** GET and POST /logout (OIDC RP-Initiated Logout §2): asks first, because any page on the web can send a browser here. */
export const logout =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const byPost = req.method === 'POST';
    const request = parseLogoutRequest(byPost ? await readForm(req) : readQuery(req));
    if (byPost && readSession(idp, req) === undefined) return repeatByGet(idp, res, request);
    const logout = await validate(idp, request);
    const current = await currentSession(idp, req);
    if (current) return askToConfirm(idp, res, logout, current.secret, current.session);
    if (logout.fault) throw invalidLogout();
    sendSignedOut(idp, res, logout);
  };

/** POST /logout/confirm: the session ends, and with it what was granted in it. Its token is bound to the session. */
export const confirmLogout =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    assertOwnForm(idp, req);
    const form = await readForm(req);
    const logout = await validate(idp, parseLogoutRequest(form));
    const secret = readSession(idp, req);
    if (secret === undefined) return sendSignedOut(idp, res, logout);
    assertCsrfToken(idp.csrfKey, secret, purpose, form.get('csrf'));
    const clientId = logout.client?.clientId ?? null;
    await idp.events.recordWith(
      askedOf(req),
      { type: 'sign_out', clientId: clientId ?? undefined },
      (audit) => endSession(idp.sql, { secretHash: hashToken(secret), clientId, now: idp.clock.now(), audit }),
      (sessionId) => ({ sessionId }),
    );
    sendSignedOut(idp, res, logout);
  };
