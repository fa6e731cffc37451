import type { ErrorRequestHandler } from 'express';
import { type ErrorPage, renderErrorPage } from '../../pages/error.js';
import { sendHtml } from '../../pages/send.js';
import { texts } from '../../pages/texts.js';
import type { ResumptionFault } from '../../protocol/authorization/resumption.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { currentRequest } from '../../telemetry/log/request-context.js';
import type { AuthzGiven } from '../deps.js';

/** An interaction can not be resumed in this browser at this time. */
export class ResumptionError extends Error {
  override readonly name = 'ResumptionError';
  constructor(readonly reason: ResumptionFault) {
    super(`the interaction can not be resumed: ${reason}`);
  }
}

type Explanation = Pick<ErrorPage, 'status' | 'title' | 'message'>;

const text = texts.interaction;

const resumptionFaults: Readonly<Record<ResumptionFault, Explanation>> = {
  gone: { status: 410, title: text.goneTitle, message: text.gone },
  finished: { status: 410, title: text.finishedTitle, message: text.finished },
  foreign: { status: 403, title: text.foreignTitle, message: text.foreign },
};

const { invalidTitle, invalid, busyTitle, busy } = texts.failure;

/** What a person is told of a refusal; faults of ours are answered and logged for all roles in one place. */
function explain(error: unknown): Explanation | undefined {
  if (error instanceof ResumptionError) return resumptionFaults[error.reason];
  if ((error as { status?: unknown } | null)?.status === 503) return { status: 503, title: busyTitle, message: busy };
  if (!(error instanceof OAuthError) || error.status >= 500) return undefined;
  return { status: error.status, title: invalidTitle, message: invalid };
}

/**
 * Refusals of /authorize and /resume before it is proven where an answer may go: a page for the person, never a redirect
 * (RFC 6749 §4.1.2.1). The detail goes to the log only.
 */
export const pageErrors =
  ({ config, log }: AuthzGiven): ErrorRequestHandler =>
  (error: unknown, _req, res, next) => {
    const explanation = explain(error);
    if (!explanation || res.headersSent) return next(error);
    const { retryAfter, detail, message } = error as { retryAfter?: unknown; detail?: string; message?: string };
    if (typeof retryAfter === 'number') res.set('Retry-After', String(retryAfter));
    const { status } = explanation;
    log[status === 503 ? 'warn' : 'info']('page refused', { status, detail: detail ?? message });
    const requestId = currentRequest()?.requestId;
    sendHtml(res, renderErrorPage({ ...explanation, requestId, productName: config.pages.productName }), status);
  };
