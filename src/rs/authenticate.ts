import type { RequestHandler } from 'express';
import { InsufficientAuthenticationError } from '../protocol/resource/bearer.js';
import { protectedResourceMetadataUrl } from '../protocol/resource/protected-resource-metadata.js';
import { type AuthenticationChallenge, saysEnough } from '../protocol/resource/step-up.js';
import { type Authentication, createAuthenticate } from '../resource/authenticate.js';
import type { Log } from '../telemetry/log/logger.js';
import { explainRefusal } from './explain-refusal.js';
import { createIssuerVerifier, type IssuerVerifierOptions } from './issuer-verifier.js';

export interface AuthenticateByIssuerOptions extends IssuerVerifierOptions {
  /** Named in challenges (RFC 9110 §11.5). */
  readonly realm?: string;
  readonly log?: Log | undefined;
}

export interface IssuerAuthentication extends Authentication {
  /** To be mounted behind `authenticate`: lets only tokens through whose sign-in was like that (RFC 9470 §3). */
  requireAuthentication(required: AuthenticationChallenge): RequestHandler;
  /** Resolves when the issuer's keys are at hand. */
  reach(): Promise<void>;
}

/**
 * The middleware that makes an Express route a protected resource (RFC 6750, RFC 9068, RFC 7662), knowing nothing but the
 * issuer. It needs nothing of this application but its protocol rules and telemetry, so that any other API can mount it.
 */
export function authenticateByIssuer(options: AuthenticateByIssuerOptions): IssuerAuthentication {
  const { issuer, audience, realm, log, clock } = options;
  const { verify, reach } = createIssuerVerifier(options);
  const resourceMetadata = protectedResourceMetadataUrl(audience)?.href;
  const authentication = createAuthenticate({
    verify,
    role: 'rs',
    challenge: { ...(realm !== undefined && { realm }), ...(resourceMetadata !== undefined && { resourceMetadata }) },
    onRefusal: (error, reason) =>
      log?.[error.level]('access token refused', explainRefusal(error, reason, { issuer, audience })),
  });
  return {
    ...authentication,
    requireAuthentication: (required) => (_req, res, next) => {
      const { claims } = authentication.accessTokenOf(res);
      if (saysEnough(claims, required, clock.now())) next();
      else authentication.refuse(res, new InsufficientAuthenticationError(required));
    },
    reach,
  };
}
