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
    readonly page: Pick<ErrorPage, 'status' | 'title' | 'message' | 'action' | 'facts'>,
    /** For the log. */
    readonly detail: string,
  ) {
    super(detail);
  }
}

export interface ErrorPagesOptions {
  readonly log: Log;
  readonly productName: string;
  /** In the development profile a page says what else only the log knows. */
  readonly profile: 'production' | 'development' | 'test';
  /** Where to go on after a form or request that was not accepted, if there is such a place. */
  readonly wayOn?: (req: Request) => string | undefined;
}

const text = texts.failure;

/** Longest value that a page shows: a request line has room for far more. */
const longestValue = 512;

/** Without spaces nobody can put a message of theirs on our page. */
const isOneWord = (value: string): boolean => /^[\x21-\x7e]+$/.test(value);

/** What was offered, for all to see; what it was compared with, the rule and the log's sentence only where people develop. */
function factsOf({ compared, section, detail, description }: OAuthError, isDevelopment: boolean): ErrorPage['facts'] {
  const offered: [string, string][] =
    compared && isOneWord(compared.offered)
      ? [[text.offered(compared.name), compared.offered.slice(0, longestValue)]]
      : [];
  if (!isDevelopment) return offered;
  const registered = compared?.registered.map((value): [string, string] => [text.registered(compared.name), value]);
  const log: [string, string][] = detail === undefined || detail === description ? [] : [[text.detail, detail]];
  const rule: [string, string][] = section === undefined ? [] : [[text.section, section]];
  return [...offered, ...(registered ?? []), ...log, ...rule];
}

/** What a person is told. Undefined for a server error, which the handler of all roles answers and logs. */
function refusalOf(
  error: unknown,
  href: string | undefined,
  profile: ErrorPagesOptions['profile'],
): PageRefusal | undefined {
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
  const message = error.section ? `${error.description} ${text.askDevelopers}` : text.invalid;
  const facts = factsOf(error, profile === 'development');
  const page = { status: error.status, title: text.invalidTitle, message, facts, action };
  return new PageRefusal(page, error.detail ?? error.code);
}

/**
 * Answers a refusal with a page for the person, never with a redirect to a client (RFC 6749 §4.1.2.1): the HTTP status that
 * fits, which mistake it is and what to do next. The detail goes to the log, and outside the development profile only there.
 */
export const errorPages =
  ({ log, productName, profile, wayOn }: ErrorPagesOptions): ErrorRequestHandler =>
  (error, req, res, next) => {
    const refusal = refusalOf(error, wayOn?.(req), profile);
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
