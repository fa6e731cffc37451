import type { ErrorRequestHandler, Request, Response } from 'express';
import { errorResponse, OAuthError } from '../../protocol/oauth-error.js';
import { UnavailableError } from '../../protocol/unavailable-error.js';
import type { Log } from '../../telemetry/log/logger.js';
import { CsrfError } from '../browser/csrf.js';
import type { Refusal, Refuse } from './refusal.js';

export interface ErrorHandlerOptions {
  readonly log: Log;
  readonly refuse: Refuse;
}

const property = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

const unavailable = ({ retryAfter }: UnavailableError): Refusal => ({
  ...refusalOf(new OAuthError('temporarily_unavailable'), 'Too busy right now'),
  headers: { 'Retry-After': String(retryAfter) },
});

const refusalOf = (error: OAuthError, title: string): Refusal => ({
  status: error.status,
  code: error.code,
  message: error.description,
  title,
});

/** Answers an error in JSON as RFC 6749 §5.2 has it: who speaks OAuth expects that, whatever its Accept says. */
export function sendOAuthError(res: Response, error: OAuthError): void {
  res.status(error.status).set('Cache-Control', 'no-store');
  if (error.retryAfter !== undefined) res.set('Retry-After', String(error.retryAfter));
  if (error.challenge !== undefined) res.set('WWW-Authenticate', error.challenge);
  if (error.status === 408 || error.status === 413) res.set('Connection', 'close');
  res.json(errorResponse(error));
}

function record(log: Log, error: unknown): void {
  if (error instanceof OAuthError) {
    const { code: error_code, detail, status } = error;
    log[error.level]('request refused', { error_code, detail, status, ...(status >= 500 && { error }) });
  } else if (error instanceof UnavailableError) log.warn('request turned away', { error });
  else if (clientFault(error)) log.info('request refused', { reason: property(error, 'name') });
  else log.error('request failed', { error });
}

/** What is the caller's doing without being OAuth: a form without its token, a path that cannot be decoded. */
function clientFault(error: unknown): Refusal | undefined {
  if (error instanceof CsrfError) {
    const message = 'The form is too old or came from elsewhere. Go back, reload the page and try again.';
    return { status: error.status, code: 'access_denied', message, title: 'Please try again' };
  }
  const undecodable = property(error, 'name') === 'URIError' && property(error, 'status') === 400;
  return undecodable ? refusalOf(new OAuthError('invalid_request'), 'That did not work') : undefined;
}

function answer(refuse: Refuse, error: unknown, req: Request, res: Response): void {
  if (error instanceof OAuthError) sendOAuthError(res, error);
  else if (error instanceof UnavailableError) refuse(req, res, unavailable(error));
  else refuse(req, res, clientFault(error) ?? refusalOf(new OAuthError('server_error'), 'Something went wrong'));
}

/**
 * Answers what is left after a role's own pages, redirects and challenges. Anything unknown is `server_error`: logged with
 * its cause, never described.
 */
export function errorHandler({ log, refuse }: ErrorHandlerOptions): ErrorRequestHandler {
  return (error, req, res, _next) => {
    if (res.closed && !res.writableFinished) return log.debug('request failed after its client had left', { error });
    record(log, error);
    if (res.headersSent) {
      if (!res.writableEnded) res.destroy(); // a torn answer must not look like a whole one
      return;
    }
    try {
      answer(refuse, error, req, res);
    } catch (failure) {
      log.error('error could not be answered', { error: failure });
      if (!res.headersSent) sendOAuthError(res, new OAuthError('server_error'));
    }
  };
}
