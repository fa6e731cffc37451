import type { Request, Response } from 'express';
import { requestedLanguages } from '../../pages/error-pages.js';
import { renderFormPost } from '../../pages/form-post.js';
import { sendPage } from '../../pages/send.js';
import { readerOf, viewFor } from '../../pages/view.js';
import type { ValidatedAuthorizationRequest } from '../../protocol/authorization/authorization-request.js';
import {
  type AuthorizationResponse,
  asAuthorizationError,
  authorizationErrorResponse,
  type ResponseTarget,
  responseLocation,
  successResponse,
} from '../../protocol/authorization/authorization-response.js';
import { browserStateOf, type SessionPlace, sessionState } from '../../protocol/sign-in/session-state.js';
import type { Authz } from '../deps.js';

/**
 * Sends the browser back to the client: by redirect (303, so that a POST does not become one to the client, RFC 9700 §4.12), or
 * by a page that posts itself (Form Post Response Mode §2).
 */
function sendAuthorizationResponse(
  { brand, cookies }: Authz,
  req: Request,
  res: Response,
  response: AuthorizationResponse,
): void {
  res.set('Cache-Control', 'no-store');
  if (response.responseMode === 'query') {
    // Express would negotiate a page about it, which nobody sees.
    res.location(responseLocation(response)).status(303).end();
    return;
  }
  const { redirectUri, parameters } = response;
  const view = viewFor(brand, readerOf(cookies, req), { requested: requestedLanguages(res) });
  sendPage(res, renderFormPost(view, { action: redirectUri, parameters }));
}

/** A code, and the session in which it was made. */
export interface IssuedCode {
  readonly code: string;
  /** Null where the session has ended since. */
  readonly sessionSecretHash: Buffer | null;
  readonly place: SessionPlace;
}

/** An authorization request that is answered, and where its answer goes. */
interface AnsweredTarget {
  readonly request: ValidatedAuthorizationRequest;
  readonly target: ResponseTarget;
  readonly issued: IssuedCode;
}

/** What the client is told of the browser's state (OIDC Session Management §3.2); undefined where it is not told. */
function sessionStateFor(
  authz: Authz,
  { clientId, redirectUri, scopes }: ValidatedAuthorizationRequest,
  { sessionSecretHash, place }: IssuedCode,
): string | undefined {
  if (!authz.config.sessionManagement || !scopes.includes('openid') || !sessionSecretHash) return undefined;
  const browserState = browserStateOf(sessionSecretHash, place);
  return sessionState({ clientId, redirectUri }, browserState, authz.random.token(16));
}

/** Sends the browser to the client with its code (RFC 6749 §4.1.2). */
export function sendCode(authz: Authz, req: Request, res: Response, { request, target, issued }: AnsweredTarget): void {
  const members = { code: issued.code, sessionState: sessionStateFor(authz, request, issued) };
  sendAuthorizationResponse(authz, req, res, successResponse(target, authz.config.issuer, members));
}

/**
 * Tells the client what went wrong. Its target proves that the client may be redirected to (RFC 6749 §4.1.2.1), so from there on
 * this is the one place that answers and logs faults of the authorization endpoint.
 */
export function sendAuthorizationError(
  authz: Authz,
  req: Request,
  res: Response,
  target: ResponseTarget & { readonly clientId: string },
  fault: unknown,
): void {
  const error = asAuthorizationError(fault);
  const fields = { error_code: error.code, detail: error.detail, client_id: target.clientId, cause: error.cause };
  authz.log[error.level]('authorization refused', fields);
  sendAuthorizationResponse(authz, req, res, authorizationErrorResponse(target, authz.config.issuer, error));
}
