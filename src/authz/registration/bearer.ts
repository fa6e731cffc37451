import type { Request, Response } from 'express';
import type { Fault } from '../../protocol/fault-sentences.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { bearerChallenge, bearerRefusal, presentedAccessToken } from '../../protocol/resource/bearer.js';

/** The token in the Authorization field, if there is one (RFC 6750 §2.1). @throws OAuthError invalid_request */
export const presentedToken = (req: Request): string | undefined =>
  presentedAccessToken(
    { authorization: req.headersDistinct.authorization ?? [], inQuery: 'access_token' in req.query },
    ['header'],
  );

/** Who sent no credentials is told nothing but which are wanted (RFC 6750 §3.1). */
export function sendChallenge(res: Response): void {
  const { status, headers } = bearerRefusal(undefined);
  res.status(status).set(headers).end();
}

/** The answer to a token that is not good (RFC 6750 §3.1). */
export function unauthorized(fault: Fault): OAuthError {
  const challenge = bearerChallenge(new OAuthError('invalid_token', { fault }));
  return new OAuthError('invalid_token', { fault, challenge });
}
