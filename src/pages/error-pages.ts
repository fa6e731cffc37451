import type { ErrorRequestHandler, Request } from 'express';
import { CsrfError } from '../http/browser/csrf.js';
import { OAuthError } from '../protocol/oauth-error.js';
import { UnavailableError } from '../protocol/unavailable-error.js';
import type { Log } from '../telemetry/log/logger.js';
import { currentRequest } from '../telemetry/log/request-context.js';
import { type ErrorPage, renderErrorPage } from './error.js';
import { sendHtml } from './send.js';
import { texts } from './texts.js';

/** A request that ends on a page: it says what to do, and the detail goes to the log. */
export class PageRefusal extends Error {
  override readonly name = 'PageRefusal';
  constructor(
    readonly page: Pick<ErrorPage, 'status' | 'title' | 'message' | 'action'>,
    /** For the log. */
    readonly detail: string,
  ) {
    super(detail);
  }
}

export interface ErrorPagesOptions {
  readonly log: Log;
  readonly productName: string;
  /** Where to go on after a form or request that was not accepted, if there is such a place. */
  readonly wayOn?: (req: Request) => string | undefined;
}

const text = texts.failure;

/** What a person is told. Undefined for a server error, which the handler of all roles answers and logs. */
function refusalOf(error: unknown, href: string | undefined): PageRefusal | undefined {
  if (error instanceof PageRefusal) return error;
  const action = href === undefined ? undefined : { href, label: texts.forms.reload };
  if (error instanceof CsrfError) {
    const { staleTitle: title, stale: message } = texts.forms;
    return new PageRefusal({ status: error.status, title, message, action }, error.message);
  }
  if (error instanceof UnavailableError || (error instanceof OAuthError && error.code === 'temporarily_unavailable')) {
    const { status } = error;
    return new PageRefusal({ status, title: text.busyTitle, message: text.busy, action }, String(error));
  }
  if (!(error instanceof OAuthError) || error.status >= 500) return undefined;
  const page = { status: error.status, title: text.invalidTitle, message: text.invalid, action };
  return new PageRefusal(page, error.detail ?? error.code);
}

/**
 * Answers a refusal with a page for the person, never with a redirect to a client (RFC 6749 §4.1.2.1): the HTTP status that
 * fits and what to do next. The detail goes to the log only.
 */
export const errorPages =
  ({ log, productName, wayOn }: ErrorPagesOptions): ErrorRequestHandler =>
  (error, req, res, next) => {
    const refusal = refusalOf(error, wayOn?.(req));
    if (!refusal || res.headersSent) return next(error);
    const { page, detail } = refusal;
    const { retryAfter } = (error ?? {}) as { retryAfter?: unknown };
    if (typeof retryAfter === 'number') res.set('Retry-After', String(retryAfter));
    // The rest of the body is not waited for.
    if (page.status === 413 || page.status === 408) res.set('Connection', 'close');
    log[page.status === 503 ? 'warn' : 'info']('page refused', { status: page.status, detail });
    const requestId = currentRequest()?.requestId;
    sendHtml(res, renderErrorPage({ ...page, requestId, productName }), page.status);
  };
