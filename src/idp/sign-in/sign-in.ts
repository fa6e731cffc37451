import type { Request, RequestHandler, Response } from 'express';
import { OverloadedError } from '../../crypto/password.js';
import { askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { sendHtml } from '../../pages/send.js';
import { texts } from '../../pages/texts.js';
import type { Parameters } from '../../protocol/parameters.js';
import { retryAfterSeconds } from '../../protocol/sign-in/sign-in-delay.js';
import { findUserForSignIn } from '../../storage/users.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { Idp } from '../deps.js';
import { setBrowser } from '../interaction/cookies.js';
import { assertForm, formToken } from '../interaction/form-token.js';
import { clientOnPage } from '../interaction/parts.js';
import { consentPath, hubPath, loginPath } from '../interaction/paths.js';
import { assertOwnForm } from '../interaction/same-origin.js';
import { seeOther } from '../interaction/see-other.js';
import { type Visit, visit } from '../interaction/visit.js';
import { rememberBrowser } from './known-browser.js';
import { type LoginProblem, renderLoginPage } from './page.js';
import { startSession } from './session.js';
import { normalizeIdentifier, reserveAttempt } from './sign-in-attempt.js';

const text = texts.login;

interface LoginView {
  readonly again?: boolean;
  readonly identifier?: string;
  readonly problem?: LoginProblem;
  readonly status?: number;
}

export function sendLoginPage(idp: Idp, res: Response, visit: Visit, view: LoginView = {}): void {
  const suggested = visit.request.loginHint ?? (view.again ? visit.session?.username : undefined);
  const page = renderLoginPage({
    productName: idp.config.pages.productName,
    lostPasswordUrl: idp.config.pages.lostPasswordUrl,
    client: clientOnPage(visit),
    action: loginPath(idp, visit),
    csrf: formToken(idp, visit, 'login'),
    cancel: { action: consentPath(idp, visit), csrf: formToken(idp, visit, 'consent') },
    again: view.again,
    identifier: view.identifier ?? suggested,
    problem: view.problem,
  });
  sendHtml(res, page, view.status);
}

/** What is missing in the form, before anything is looked up. */
function incomplete(form: Parameters): LoginProblem | undefined {
  const identifier = normalizeIdentifier(form.get('identifier') ?? '') === '' ? text.missingIdentifier : undefined;
  const password = form.has('password') ? undefined : text.missingPassword;
  return identifier || password ? { title: text.problem, identifier, password } : undefined;
}

type SignInResult = { readonly kind: 'signed-in' | 'refused' } | { readonly kind: 'delayed'; readonly until: Date };

/**
 * Unknown, disabled and mistaken take the same path, the same time and the same answer: only the log knows which it was.
 */
async function signIn(idp: Idp, req: Request, res: Response, visit: Visit, form: Parameters): Promise<SignInResult> {
  const identifier = normalizeIdentifier(form.get('identifier') ?? '');
  const account = await findUserForSignIn(idp.sql, identifier);
  const attempt = { identifier, userId: account?.id ?? null, browser: visit.browser };
  const reservation = await reserveAttempt(idp, req, attempt);
  if (!reservation.allowed) {
    metrics.signIn({ result: 'delayed' });
    idp.log.info('sign in delayed', { user_id: account?.id, client_id: visit.clientId });
    return { kind: 'delayed', until: reservation.until };
  }
  const proof = await idp.methods.password.verify(account, form).catch((error: unknown) => {
    if (error instanceof OverloadedError) metrics.signIn({ result: 'overloaded' });
    throw error;
  });
  const started =
    account && proof && !account.disabledAt
      ? await startSession(idp, req, res, {
          userId: account.id,
          proofs: [proof],
          failureKeys: reservation.failureKeys,
          clientId: visit.clientId,
        })
      : false;
  if (account && started) {
    rememberBrowser(idp, req, res, visit.browser, account.id);
    setBrowser(idp, res, visit.browser);
    return { kind: 'signed-in' };
  }
  recordFailure(idp, req, visit, account?.id, account && proof ? 'disabled' : 'wrong_credentials');
  return { kind: 'refused' };
}

function recordFailure(
  idp: Idp,
  req: Request,
  { clientId }: Visit,
  userId: string | undefined,
  reason: 'disabled' | 'wrong_credentials',
): void {
  idp.events.record(askedOf(req), { type: 'sign_in_failed', userId, clientId, detail: { reason } });
}

function sendDelayed(idp: Idp, res: Response, visit: Visit, identifier: string, until: Date): void {
  const seconds = retryAfterSeconds(until, idp.clock.now());
  res.set('Retry-After', String(seconds));
  const problem = { title: text.delayedTitle, message: text.delayed(seconds) };
  sendLoginPage(idp, res, visit, { identifier, problem, status: 429 });
}

/** POST /login: username or e-mail and password; then back to the hub. */
export const login =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    assertOwnForm(idp, req);
    const form = await readForm(req);
    const here = await visit(idp, req);
    if (here.silent || here.outcome) return seeOther(res, hubPath(idp, here));
    assertForm(idp, here, 'login', form);
    const identifier = form.get('identifier') ?? '';
    const missing = incomplete(form);
    if (missing) return sendLoginPage(idp, res, here, { identifier, problem: missing, status: 422 });
    const result = await signIn(idp, req, res, here, form);
    switch (result.kind) {
      case 'signed-in':
        return seeOther(res, hubPath(idp, here));
      case 'delayed':
        return sendDelayed(idp, res, here, identifier, result.until);
      case 'refused': {
        const problem = { title: text.problem, message: text.refused };
        return sendLoginPage(idp, res, here, { identifier, problem, status: 422 });
      }
    }
  };
