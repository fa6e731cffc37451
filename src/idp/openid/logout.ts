import type { Request, RequestHandler } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { verifyOwnJwt } from '../../crypto/jwt.js';
import { CsrfError, csrfToken, isCsrfToken } from '../../http/browser/csrf.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readForm, readQuery } from '../../http/request/form.js';
import { noteRequestedLanguages } from '../../pages/error-pages.js';
import { type Reader, type View, viewFor } from '../../pages/view.js';
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
import type { Client } from '../../storage/schema/clients.js';

import { type EndedSession, findSessions, type LiveSession } from '../../storage/sessions/sessions.js';
import { presentSecrets, sessionCookies } from '../cookies/browser-sessions.js';
import { type CookieToSet, type PresentedCookies, presentedCookies } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { type Answer, sendAnswer } from '../interaction/answer.js';
import { personOnPage } from '../interaction/parts.js';
import { confirmLogoutPath, logoutPath } from '../interaction/paths.js';
import { invalidLogout } from '../interaction/refusal.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { endSessionHere, toldByBrowser } from './end-session.js';
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

/** The sessions that a logout request is about, of those that the browser brings. */
interface SessionsHere {
  readonly live: readonly LiveSession[];
  /** The one that ends. */
  readonly session: LiveSession | undefined;
  /** Its secret. */
  readonly secret: string | undefined;
}

/** The session that the hint is of, or else the current one (OIDC RP-Initiated Logout §2); without both, one of those that are kept. */
async function sessionsHere(idp: Idp, cookies: PresentedCookies, hint: Hint): Promise<SessionsHere> {
  const secrets = presentSecrets(cookies);
  const live = secrets.length === 0 ? [] : await findSessions(idp.sql, secrets.map(hashToken), idp.clock.now());
  const secretOf = (session: LiveSession) => secrets.find((each) => hashToken(each).equals(session.secretHash));
  const current = live.find((each) => secretOf(each) === cookies.session);
  const session =
    typeof hint === 'object' ? (live.find(({ id }) => id === hint.sessionId) ?? current) : (current ?? live[0]);
  return { live, session, secret: session && secretOf(session) };
}

/** The cookies of a browser in which the sessions with these secrets have ended. */
function cookiesWithout(cookies: PresentedCookies, ended: readonly string[]): readonly CookieToSet[] {
  const current = cookies.session !== undefined && !ended.includes(cookies.session) ? cookies.session : null;
  return sessionCookies(
    current,
    cookies.keptSessions.filter((secret) => !ended.includes(secret)),
  );
}

/**
 * Nobody is signed in any more: on to the provider that began the session, or back to the client, by way of a page where clients have to be
 * told; or a page that says so (OIDC RP-Initiated Logout §3, OIDC Front-Channel Logout §2).
 */
async function loggedOut(
  idp: Idp,
  view: View,
  { returnTo }: ValidLogout,
  sessions: readonly EndedSession[],
): Promise<Answer> {
  const [upstream] = sessions.map((ended) => upstreamLogoutUrl(idp, ended, returnTo)).filter((url) => url);
  const goOnTo = upstream ?? returnTo;
  const told = (await Promise.all(sessions.map((ended) => toldByBrowser(idp, ended)))).flat();
  if (goOnTo !== undefined && told.length === 0) return { seeOther: goOnTo };
  return { page: renderLoggedOutPage(view, { told, goOnTo, script: idp.script }) };
}

/** A session that is asked about. */
interface FormOfSession {
  readonly secret: string;
  /** Whether other accounts are signed in in this browser. */
  readonly hasOthers: boolean;
}

/** The form's token says which session it is about. */
function confirmationPage(
  idp: Idp,
  view: View,
  logout: ValidLogout,
  session: LiveSession,
  here: FormOfSession,
): Answer {
  const page = renderLogoutPage(view, {
    person: personOnPage(session),
    hasOthers: here.hasOthers,
    askedBy: logout.client && logout.clientName,
    returningTo: logout.returnTo && !logout.client ? logout.clientName : undefined,
    notReturning: logout.fault !== undefined,
    ...signOutForm(idp, here.secret),
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

/** Ends the sessions with these secrets, one after the other. */
async function endSessions(
  idp: Idp,
  asked: Asked,
  { client }: ValidLogout,
  secrets: readonly string[],
): Promise<readonly EndedSession[]> {
  const ended: EndedSession[] = [];
  for (const secret of secrets) {
    const session = await endSessionHere(idp, asked, secret, client?.clientId ?? null);
    if (session) ended.push(session);
  }
  return ended;
}

/** GET and POST /logout (OIDC RP-Initiated Logout §2): asks first, unless the hint is of a session of this very browser. */
export const logout =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const byPost = req.method === 'POST';
    const request = parseLogoutRequest(byPost ? await readForm(req) : readQuery(req));
    const cookies = presentedCookies(idp, req);
    if (byPost && presentSecrets(cookies).length === 0) return sendAnswer(idp, res, repeatedByGet(idp, request));
    const view = viewOf(idp, cookies.reader, request);
    const valid = await validate(idp, request);
    const { live, session, secret } = await sessionsHere(idp, cookies, valid.hint);
    const secrets = secret === undefined ? [] : [secret];
    if (session && secret !== undefined) {
      const asks = mustConfirmLogout(idp.config.logout.confirmation, valid, valid.hint, session);
      const here = { secret, hasOthers: live.length > 1 };
      if (asks || isForeseen(req)) return sendAnswer(idp, res, confirmationPage(idp, view, valid, session, here));
    }
    const ended = await endSessions(idp, askedOf(req), valid, secrets);
    noteRequestedLanguages(res, parseUiLocales(request.ui_locales));
    if (valid.fault) throw invalidLogout();
    const answer = await loggedOut(idp, view, valid, ended);
    sendAnswer(idp, res, { ...answer, cookies: cookiesWithout(cookies, secrets) });
  };

/** The secret of the session to which a form is bound by its token. */
function secretOfForm(idp: Idp, secrets: readonly string[], token: string | undefined): string {
  const own = secrets.find((secret) => isCsrfToken(idp.csrfKey, secret, purpose, token));
  if (own === undefined) throw new CsrfError('the form carries the token of no session of this browser');
  return own;
}

/** POST /logout/confirm: the session ends, or all of this browser, and with it what was granted in it. */
export const confirmLogout =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    assertOwnForm(idp, req);
    const form = await readForm(req);
    const valid = await validate(idp, parseLogoutRequest(form));
    const cookies = presentedCookies(idp, req);
    const view = viewOf(idp, cookies.reader, valid.request);
    const all = presentSecrets(cookies);
    const own = all.length === 0 ? [] : [secretOfForm(idp, all, form.get('csrf'))];
    const secrets = form.get('accounts') === 'all' ? all : own;
    const answer = await loggedOut(idp, view, valid, await endSessions(idp, askedOf(req), valid, secrets));
    sendAnswer(idp, res, { ...answer, cookies: cookiesWithout(cookies, secrets) });
  };
