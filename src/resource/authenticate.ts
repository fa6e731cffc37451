/**
 * RESOURCE. Owns what makes an Express route a protected resource (RFC 6750): where the token is looked for, the challenge, the
 * scope, the refusal. Never knows how a token is verified: whoever mounts it brings that along, from the issuer's keys or
 * from the database. Talks to metrics only, so that any other API can mount it.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { RoleName } from '../protocol/endpoints.js';
import { OAuthError } from '../protocol/oauth-error.js';
import {
  assertScope,
  type BearerMethod,
  bearerRefusal,
  type ChallengeContext,
  presentedAccessToken,
} from '../protocol/resource/bearer.js';
import { fapiInteractionIdField, fapiInteractionIdOf } from '../protocol/resource/fapi-interaction-id.js';
import type { VerifiedAccessToken } from '../protocol/token/access-token.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import { type RefusalReason, refusalReason } from './refusal-reason.js';

/** @throws OAuthError for a token that is not good, or that nobody can verify at this moment */
export type VerifyAccessToken<Token extends VerifiedAccessToken = VerifiedAccessToken> = (
  token: string,
) => Promise<Token>;

export interface AuthenticateOptions<Token extends VerifiedAccessToken = VerifiedAccessToken> {
  readonly verify: VerifyAccessToken<Token>;
  /** Refusals are counted under it. */
  readonly role: RoleName;
  readonly challenge?: ChallengeContext;
  /** Where a token may be; only in the header by default. */
  readonly accepts?: readonly BearerMethod[];
  /** Reads `access_token` of a form body (RFC 6750 §2.2); by default from `req.body`, where a parser has left it. */
  readonly tokenInBody?: (req: Request) => Promise<string | undefined>;
  /** Told of each refusal of a token that was presented; a request without credentials is nobody's failure. */
  readonly onRefusal?: (error: OAuthError, reason: RefusalReason) => void;
}

export interface Authentication<Token extends VerifiedAccessToken = VerifiedAccessToken> {
  /** Lets only requests through that present a good access token. */
  readonly authenticate: RequestHandler;
  /** To be mounted behind `authenticate`: lets only tokens through that carry every scope named. */
  requireScope(...scopes: readonly string[]): RequestHandler;
  /** Refuses a request for its token, as `authenticate` does (RFC 6750 §3.1). */
  refuse(res: Response, error: OAuthError): void;
  /** The token that `authenticate` has verified for this request. @throws Error where it is not mounted before */
  accessTokenOf(res: Response): Token;
}

/** Each Authorization field of a request, of which Node keeps the first elsewhere. */
const authorizationFields = ({ rawHeaders }: Request): readonly string[] =>
  rawHeaders.filter((_, index) => index % 2 === 1 && /^authorization$/i.test(rawHeaders[index - 1] as string));

const isForm = (req: Request): boolean => Boolean(req.is('application/x-www-form-urlencoded'));

/** Whether it may be there or not: a token in the body is never overlooked. */
async function tokenInParsedBody({ body }: { readonly body?: unknown }): Promise<string | undefined> {
  return typeof body === 'object' && body !== null && 'access_token' in body ? String(body.access_token) : undefined;
}

/** The token of a request, wherever it may be (RFC 6750 §2). @throws OAuthError invalid_request */
async function presentedToken(
  req: Request,
  { accepts = ['header'], tokenInBody = tokenInParsedBody }: Pick<AuthenticateOptions, 'accepts' | 'tokenInBody'>,
): Promise<string | undefined> {
  const presentation = {
    authorization: authorizationFields(req),
    inBody: isForm(req) ? await tokenInBody(req) : undefined,
    inQuery: req.url.includes('?') && new URLSearchParams(/\?(.*)/s.exec(req.url)?.[1]).has('access_token'),
  };
  return presentedAccessToken(presentation, accepts);
}

/** Whatever becomes of the request: a client finds it again by the name that it gave it (FAPI 1.0 Baseline §6.2.1). */
function repeatInteractionId(req: Request, res: Response): void {
  const id = fapiInteractionIdOf(req.get(fapiInteractionIdField));
  if (id !== undefined) res.set(fapiInteractionIdField, id);
}

/** Answers a refusal (RFC 6750 §3.1) and counts it. */
function createRefuse<Token extends VerifiedAccessToken>(options: AuthenticateOptions<Token>) {
  const { role, challenge, onRefusal } = options;
  return (res: Response, error: OAuthError | undefined): void => {
    if (error) {
      const reason = refusalReason(error);
      metrics.tokenValidationFailed({ role, reason });
      onRefusal?.(error, reason);
    }
    const { status, headers, body } = bearerRefusal(error, challenge);
    res.status(status).set(headers);
    if (body) res.json(body);
    else res.end();
  };
}

/** Protects routes with access tokens (RFC 6750): answers what it refuses itself, and hands any other error on. */
export function createAuthenticate<Token extends VerifiedAccessToken>(
  options: AuthenticateOptions<Token>,
): Authentication<Token> {
  const tokens = new WeakMap<Response, Token>();
  const refuse = createRefuse(options);
  const orRefuse = (res: Response, error: unknown): void => {
    if (!(error instanceof OAuthError)) throw error;
    refuse(res, error);
  };

  function accessTokenOf(res: Response): Token {
    const token = tokens.get(res);
    if (!token) throw new Error('authenticate is not mounted before this handler');
    return token;
  }

  return {
    accessTokenOf,
    refuse,
    async authenticate(req, res, next) {
      repeatInteractionId(req, res);
      try {
        const token = await presentedToken(req, options);
        if (token === undefined) return refuse(res, undefined);
        tokens.set(res, await options.verify(token));
      } catch (error) {
        return orRefuse(res, error);
      }
      next();
    },
    requireScope:
      (...scopes) =>
      (_req, res, next) => {
        const token = accessTokenOf(res);
        try {
          assertScope(token.scopes, scopes);
        } catch (error) {
          return orRefuse(res, error);
        }
        next();
      },
  };
}
