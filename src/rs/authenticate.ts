import type { Request, RequestHandler, Response } from 'express';
import { OAuthError } from '../protocol/oauth-error.js';
import {
  assertScope,
  bearerRefusal,
  type ChallengeContext,
  presentedAccessToken,
} from '../protocol/resource/bearer.js';
import { protectedResourceMetadataUrl } from '../protocol/resource/protected-resource-metadata.js';
import type { VerifiedAccessToken } from '../protocol/token/access-token.js';
import type { Log } from '../telemetry/log/logger.js';
import { metrics } from '../telemetry/metrics/metrics.js';
import { explainRefusal, refusalReason } from './explain-refusal.js';
import { createVerifier, type VerifierOptions } from './verifier.js';

export interface AuthenticateOptions extends VerifierOptions {
  /** Named in challenges (RFC 9110 §11.5). */
  readonly realm?: string;
  readonly log?: Log | undefined;
}

export interface Authentication {
  /** Lets only requests through that present a good access token; {@link accessTokenOf} has it afterwards. */
  readonly authenticate: RequestHandler;
  /** To be mounted behind `authenticate`: lets only tokens through that carry every scope named. */
  requireScope(...scopes: readonly string[]): RequestHandler;
  /** Resolves when the issuer's keys are at hand. */
  reach(): Promise<void>;
}

const tokens = new WeakMap<Response, VerifiedAccessToken>();

/** The token that `authenticate` has verified for this request. */
export function accessTokenOf(res: Response): VerifiedAccessToken {
  const token = tokens.get(res);
  if (!token) throw new Error('authenticate is not mounted before this handler');
  return token;
}

/** `access_token` of a form body that the application has read (RFC 6750 §2.2); never accepted, but never overlooked. */
function tokenInBody(req: Request): string | undefined {
  const body: unknown = req.body;
  if (!req.is('application/x-www-form-urlencoded') || typeof body !== 'object' || body === null) return undefined;
  return 'access_token' in body ? String(body.access_token) : undefined;
}

const presented = (req: Request): string | undefined =>
  presentedAccessToken(
    {
      authorization: req.headersDistinct.authorization ?? [],
      inBody: tokenInBody(req),
      inQuery: new URLSearchParams(/\?(.*)/s.exec(req.url)?.[1]).has('access_token'),
    },
    ['header'],
  );

/** Answers a refusal (RFC 6750 §3.1) and counts it; a request without credentials is nobody's failure. */
function createRefuse(context: ChallengeContext, { log, issuer, audience }: AuthenticateOptions) {
  return (res: Response, error: OAuthError | undefined): void => {
    if (error) {
      metrics.tokenValidationFailed({ role: 'rs', reason: refusalReason(error) });
      log?.[error.level]('access token refused', explainRefusal(error, { issuer, audience }));
    }
    const { status, headers, body } = bearerRefusal(error, context);
    res.status(status).set(headers);
    if (body) res.json(body);
    else res.end();
  };
}

/**
 * The middleware that makes an Express route a protected resource (RFC 6750, RFC 9068, RFC 7662). It needs nothing of this
 * application but its protocol rules and telemetry, and answers its own refusals, so that any other API can mount it.
 */
export function createAuthenticate(options: AuthenticateOptions): Authentication {
  const { verify, reach } = createVerifier(options);
  const resourceMetadata = protectedResourceMetadataUrl(options.audience)?.href;
  const refuse = createRefuse(
    {
      ...(options.realm !== undefined && { realm: options.realm }),
      ...(resourceMetadata !== undefined && { resourceMetadata }),
    },
    options,
  );
  const orRefuse = (res: Response, error: unknown): void => {
    if (!(error instanceof OAuthError)) throw error;
    refuse(res, error);
  };

  return {
    async authenticate(req, res, next) {
      try {
        const token = presented(req);
        if (token === undefined) return refuse(res, undefined);
        tokens.set(res, await verify(token));
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
    reach,
  };
}
