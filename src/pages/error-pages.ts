import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Cookies } from '../http/browser/cookies.js';
import { CsrfError } from '../http/browser/csrf.js';
import { OAuthError } from '../protocol/oauth-error.js';
import { UnavailableError } from '../protocol/unavailable-error.js';
import type { Log } from '../telemetry/log/logger.js';
import { currentRequest } from '../telemetry/log/request-context.js';
import type { Brand } from './brand.js';
import { type ErrorPage, renderErrorPage } from './error.js';
import { sendPage } from './send.js';
import type { Texts } from './texts/en.js';
import { type PageContext, readerOf, viewFor } from './view.js';

type Refused = Omit<ErrorPage, 'requestId'>;

/** A request that ends on a page: it says what to do, and the detail goes to the log. */
export class PageRefusal extends Error {
  override readonly name = 'PageRefusal';
  constructor(
    readonly page: (texts: Texts) => Refused,
    /** For the log. */
    readonly detail: string,
    /** The languages that the request asked for, where they are known. */
    readonly requested?: readonly string[] | undefined,
  ) {
    super(detail);
  }
}

export interface ErrorPagesOptions {
  readonly log: Log;
  readonly brand: Brand;
  readonly cookies: Cookies;
  /** In the development profile a page says what else only the log knows. */
  readonly profile: 'production' | 'development' | 'test';
  /** Where to go on after a form or request that was not accepted, if there is such a place. */
  readonly wayOn?: (req: Request) => string | undefined;
  /** What the page belongs to, as far as the request's address tells. */
  readonly contextOf?: (req: Request) => PageContext;
}

/** Says in which languages the request asks for pages (OIDC Core §3.1.2.1 `ui_locales`), should it end on one of these. */
export function noteRequestedLanguages(res: Response, requested: readonly string[] | undefined): void {
  res.locals.requestedLanguages = requested;
}

export const requestedLanguages = (res: Response): readonly string[] | undefined =>
  res.locals.requestedLanguages as readonly string[] | undefined;

/** Longest value that a page shows: a request line has room for far more. */
const longestValue = 512;

/** Without spaces nobody can put a message of theirs on our page. */
const isOneWord = (value: string): boolean => /^[\x21-\x7e]+$/.test(value);

/** What was offered, for all to see; what it was compared with, the rule and the log's sentence only where people develop. */
function factsOf(error: OAuthError, text: Texts['failure'], isDevelopment: boolean): ErrorPage['facts'] {
  const { compared, section, detail, description } = error;
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
function refusalOf(error: unknown, profile: ErrorPagesOptions['profile']): PageRefusal | undefined {
  if (error instanceof PageRefusal) return error;
  if (error instanceof CsrfError) {
    const { status } = error;
    return new PageRefusal(({ forms }) => ({ status, title: forms.staleTitle, message: forms.stale }), error.message);
  }
  if (error instanceof UnavailableError || (error instanceof OAuthError && error.code === 'temporarily_unavailable')) {
    const { status } = error;
    return new PageRefusal(
      ({ failure }) => ({ status, title: failure.busyTitle, message: failure.busy }),
      String(error),
    );
  }
  if (!(error instanceof OAuthError) || error.status >= 500) return undefined;
  const page = ({ failure: text }: Texts): Refused => ({
    status: error.status,
    title: text.invalidTitle,
    ...(error.section ? { fault: error.description, message: text.askDevelopers } : { message: text.invalid }),
    facts: factsOf(error, text, profile === 'development'),
  });
  return new PageRefusal(page, error.detail ?? error.code);
}

/**
 * Answers a refusal with a page for the person, never with a redirect to a client (RFC 6749 §4.1.2.1): the HTTP status that
 * fits, which mistake it is and what to do next. The detail goes to the log, and outside the development profile only there.
 */
export const errorPages =
  ({ log, brand, cookies, profile, wayOn, contextOf }: ErrorPagesOptions): ErrorRequestHandler =>
  (error, req, res, next) => {
    const refusal = refusalOf(error, profile);
    if (!refusal || res.headersSent) return next(error);
    const { detail, requested = requestedLanguages(res) } = refusal;
    const view = viewFor(brand, readerOf(cookies, req), { requested, ...contextOf?.(req) });
    const href = error instanceof PageRefusal ? undefined : wayOn?.(req);
    const action = href === undefined ? undefined : { href, label: view.texts.forms.reload };
    const page = { action, ...refusal.page(view.texts) };
    const { retryAfter } = (error ?? {}) as { retryAfter?: unknown };
    if (typeof retryAfter === 'number') res.set('Retry-After', String(retryAfter));
    // The rest of the body is not waited for.
    if (page.status === 413 || page.status === 408) res.set('Connection', 'close');
    log[page.status === 503 ? 'warn' : 'info']('page refused', { status: page.status, detail });
    sendPage(res, renderErrorPage(view, { ...page, requestId: currentRequest()?.requestId }), page.status);
  };
