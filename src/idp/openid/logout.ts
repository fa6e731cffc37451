import type { Request, RequestHandler } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { verifyOwnJwt } from '../../crypto/jwt.js';
import { assertCsrfToken, csrfToken } from '../../http/browser/csrf.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readForm, readQuery } from '../../http/request/form.js';
import { noteRequestedLanguages } from '../../pages/error-pages.js';
import { type Reader, type View, viewFor } from '../../pages/view.js';
import { frontChannelLogoutUrl } from '../../protocol/client/logout-channels.js';
import { parseUiLocales } from '../../protocol/language.js';
import {
  type Hint,
  type LogoutRequest,
  logoutClientId,
  mustConfirmLogout,
  parseLogoutRequest,
  type ValidatedLogout,
  validateLogout,
} from '../../protocol/sign-in/logout.js';
import { isIdToken } from '../../protocol/token/id-token.js';
import type { Client } from '../../storage/clients/clients.js';
import { type EndedSession, endSession, findSession, type LiveSession } from '../../storage/sessions/sessions.js';
import type { Idp } from '../deps.js';
import { type Answer, sendAnswer } from '../interaction/answer.js';
import { presentedCookies, sessionCookie } from '../interaction/cookies.js';
import { personOnPage } from '../interaction/parts.js';
import { confirmLogoutPath, logoutPath } from '../interaction/paths.js';
import { invalidLogout } from '../interaction/refusal.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { renderLoggedOutPage, renderLogoutPage } from './logout-page.js';
import { upstreamLogoutUrl } from './upstream-logout.js';

/** A logout request, and what of it holds. */
interface ValidLogout extends ValidatedLogout {
  readonly request: LogoutRequest;
  readonly hint: Hint;
  /** Of the client that asks or, where that is not proven, to which the browser returns. */
  readonly clientName?: string | undefined;
}

const purpose = 'logout';

/** Where a form goes that signs out at once, and the token that it carries. @param secret of the session */
export const signOutForm = (idp: Idp, secret: string): { readonly action: string; readonly csrf: string } => ({
  action: confirmLogoutPath(idp),
  csrf: csrfToken(idp.csrfKey, secret, purpose),
});

/** An ID token of ours, expired or not (OIDC RP-Initiated Logout §2). */
async function verifyHint(idp: Idp, token: string | undefined): Promise<Hint> {
  if (token === undefined) return 'absent';
  const { find } = await idp.signingKeys.keySet();
  const expected = { issuer: idp.config.issuer, typ: 'JWT', now: idp.clock.now(), acceptExpired: true };
  const claims = await verifyOwnJwt(token, find, expected);
  if (!claims?.sub || claims.aud === undefined || !isIdToken(claims)) return 'invalid';
  const sessionId = typeof claims.sid === 'string' ? claims.sid : undefined;
  return { audience: [claims.aud].flat(), subject: claims.sub, sessionId };
}

/** A hint in our own terms: it names user and session as its client knows them (OIDC Core §8). */
async function ofOurs({ subjects }: Idp, hint: Hint, client: Pick<Client, 'metadata'> | null): Promise<Hint> {
  if (typeof hint !== 'object' || !client) return hint;
  const { userOf, sessionOf } = await subjects.seenBy(client.metadata);
  const { subject, sessionId } = hint;
  return { ...hint, subject: userOf(subject), sessionId: sessionId === undefined ? undefined : sessionOf(sessionId) };
}

async function validate(idp: Idp, request: LogoutRequest): Promise<ValidLogout> {
  const told = await verifyHint(idp, request.id_token_hint);
  const clientId = told === 'invalid' ? undefined : logoutClientId(request, told);
  const found = clientId === undefined ? null : await idp.clients.get(clientId);
  const client =
    found && !found.disabledAt
      ? { clientId: found.clientId, postLogoutRedirectUris: found.metadata.post_logout_redirect_uris }
      : undefined;
  const hint = await ofOurs(idp, told, found);
  const validated = validateLogout(request, hint, client);
  if (validated.fault) idp.log.info('logout request refused', { detail: validated.fault, client_id: clientId });
  return {
    ...validated,
    request,
    hint,
    clientName: client && (found?.metadata.client_name ?? client.clientId),
  };
}

/** The live session that the cookie's secret stands for. */
const currentSession = async (idp: Idp, secret: string | undefined): Promise<LiveSession | null> =>
  secret === undefined ? null : findSession(idp.sql, hashToken(secret), idp.clock.now());

/** Where the clients of the session are told through this browser, which alone has their cookies (OIDC Front-Channel Logout §2). */
async function toldByBrowser({ config, subjects }: Idp, ended: EndedSession): Promise<readonly URL[]> {
  const { issuer } = config;
  const urls = ended.frontChannelClients.map(async (client) => {
    const { sidOf } = await subjects.seenBy(client.pairwiseClient);
    return frontChannelLogoutUrl(client, { issuer, sid: sidOf(ended.id) });
  });
  return (await Promise.all(urls)).filter((url) => url !== undefined);
}

/**
 * Nobody is signed in any more: on to the provider that began the session, or back to the client, by way of a page where clients have to be
 * told; or a page that says so (OIDC RP-Initiated Logout §3, OIDC Front-Channel Logout §2).
 */
async function loggedOut(idp: Idp, view: View, { returnTo }: ValidLogout, ended: EndedSession | null): Promise<Answer> {
  const cookies = [sessionCookie(null)];
  const goOnTo = (ended && upstreamLogoutUrl(idp, ended, returnTo)) ?? returnTo;
  const told = ended ? await toldByBrowser(idp, ended) : [];
  if (goOnTo !== undefined && told.length === 0) return { seeOther: goOnTo, cookies };
  return { page: renderLoggedOutPage(view, { told, goOnTo, script: idp.script }), cookies };
}

function confirmationPage(idp: Idp, view: View, logout: ValidLogout, session: LiveSession, secret: string): Answer {
  const page = renderLogoutPage(view, {
    person: personOnPage(session),
    askedBy: logout.client && logout.clientName,
    returningTo: logout.returnTo && !logout.client ? logout.clientName : undefined,
    notReturning: logout.fault !== undefined,
    ...signOutForm(idp, secret),
    parameters: { ...logout.request },
  });
  return { page, status: logout.fault === undefined ? 200 : 400 };
}

function pathTo(idp: Idp, request: LogoutRequest): string {
  const given = Object.entries(request).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length > 0 ? `${logoutPath(idp)}?${new URLSearchParams(given)}` : logoutPath(idp);
}

/** The same request by GET: a cross-site POST brings no Lax cookie, a top-level GET does. */
const repeatedByGet = (idp: Idp, request: LogoutRequest): Answer => ({ seeOther: pathTo(idp, request) });

/** The request may say in which language (OIDC RP-Initiated Logout §2 `ui_locales`). */
const viewOf = (idp: Idp, reader: Reader, request: LogoutRequest): View =>
  viewFor(idp.brand, reader, { requested: parseUiLocales(request.ui_locales), here: pathTo(idp, request) });

/** Nobody did this: a look at the headers, or a browser that fetches what might be opened next (Fetch standard, `Sec-Purpose`). */
const isForeseen = (req: Request): boolean =>
  req.method === 'HEAD' || (req.get('Sec-Purpose')?.includes('prefetch') ?? false);

async function endCurrentSession(
  idp: Idp,
  asked: Asked,
  { client }: ValidLogout,
  secret: string,
): Promise<EndedSession | null> {
  const clientId = client?.clientId ?? null;
  const ended = await idp.events.recordWith(
    asked,
    { type: 'sign_out', clientId: client?.clientId },
    (audit) => endSession(idp.sql, { secretHash: hashToken(secret), clientId, now: idp.clock.now(), audit }),
    ({ id }) => ({ sessionId: id }),
  );
  idp.logoutWake.wake();
  return ended;
}

/** GET and POST /logout (OIDC RP-Initiated Logout §2): asks first, unless the hint is of the very session. */
export const logout =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const byPost = req.method === 'POST';
    const request = parseLogoutRequest(byPost ? await readForm(req) : readQuery(req));
    const { session: secret, reader } = presentedCookies(idp, req);
    if (byPost && secret === undefined) return sendAnswer(idp, res, repeatedByGet(idp, request));
    const view = viewOf(idp, reader, request);
    const valid = await validate(idp, request);
    const session = await currentSession(idp, secret);
    let ended: EndedSession | null = null;
    if (session && secret) {
      const asks = mustConfirmLogout(idp.config.logout.confirmation, valid, valid.hint, session);
      if (asks || isForeseen(req)) return sendAnswer(idp, res, confirmationPage(idp, view, valid, session, secret));
      ended = await endCurrentSession(idp, askedOf(req), valid, secret);
    }
    noteRequestedLanguages(res, parseUiLocales(request.ui_locales));
    if (valid.fault) throw invalidLogout();
    sendAnswer(idp, res, await loggedOut(idp, view, valid, ended));
  };

/** POST /logout/confirm: the session ends, and with it what was granted in it. Its token is bound to the session. */
export const confirmLogout =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    assertOwnForm(idp, req);
    const form = await readForm(req);
    const valid = await validate(idp, parseLogoutRequest(form));
    const { session: secret, reader } = presentedCookies(idp, req);
    const view = viewOf(idp, reader, valid.request);
    let ended: EndedSession | null = null;
    if (secret !== undefined) {
      assertCsrfToken(idp.csrfKey, secret, purpose, form.get('csrf'));
      ended = await endCurrentSession(idp, askedOf(req), valid, secret);
    }
    sendAnswer(idp, res, await loggedOut(idp, view, valid, ended));
  };
