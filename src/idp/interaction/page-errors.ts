import type { ErrorRequestHandler, Request } from 'express';
import { renderErrorPage } from '../../pages/error.js';
import { sendHtml } from '../../pages/send.js';
import { texts } from '../../pages/texts.js';
import { endpoints } from '../../protocol/endpoints.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { currentRequest } from '../../telemetry/log/request-context.js';
import type { Idp } from '../deps.js';
import { hubPath, logoutPath } from './paths.js';
import { PageRefusal, staleForm } from './refusal.js';

interface Failure {
  readonly name?: unknown;
  readonly status?: unknown;
  readonly retryAfter?: unknown;
}

const text = texts.failure;

/** What a person is told of a failure that is no server error; those are answered and logged for all roles in one place. */
function refusalOf(error: unknown, wayOn: string | undefined): PageRefusal | undefined {
  if (error instanceof PageRefusal) return error;
  const { name, status } = (error ?? {}) as Failure;
  const action = wayOn === undefined ? undefined : { href: wayOn, label: texts.forms.reload };
  if (name === 'CsrfError') return staleForm(action);
  if (status === 503)
    return new PageRefusal({ status, title: text.busyTitle, message: text.busy, action }, String(error));
  if (!(error instanceof OAuthError) || error.status >= 500) return undefined;
  const page = { status: error.status, title: text.invalidTitle, message: text.invalid, action };
  return new PageRefusal(page, error.detail ?? error.code);
}

/** Back to where the truth is: the interaction's hub, or the question whether to sign out. */
function wayOnOf(idp: Idp, req: Request): string | undefined {
  const { interaction } = req.params as { interaction?: string };
  if (interaction !== undefined) return hubPath(idp, { interactionId: interaction });
  return req.path === endpoints.confirmLogout.path ? logoutPath(idp) : undefined;
}

/** Turns a refusal into a page (HTTP status that fits, what to do next). The detail goes to the log only. */
export const pageErrors =
  (idp: Idp): ErrorRequestHandler =>
  (error, req, res, next) => {
    const refusal = refusalOf(error, wayOnOf(idp, req));
    if (!refusal || res.headersSent) return next(error);
    const { retryAfter } = (error ?? {}) as Failure;
    if (typeof retryAfter === 'number') res.set('Retry-After', String(retryAfter));
    if (refusal.page.status === 413 || refusal.page.status === 408) res.set('Connection', 'close');
    idp.log[refusal.page.status === 503 ? 'warn' : 'info']('page refused', {
      status: refusal.page.status,
      detail: refusal.detail,
    });
    const requestId = currentRequest()?.requestId;
    const { productName } = idp.config.pages;
    sendHtml(res, renderErrorPage({ ...refusal.page, requestId, productName }), refusal.page.status);
  };
