import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { epochSeconds } from '../../clock.js';
import { readForm } from '../../http/request/form.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import { bearerRefusal, presentedAccessToken } from '../../protocol/resource/bearer.js';
import { AccessTokenError } from '../../protocol/token/access-token.js';
import { grantedClaims } from '../../protocol/token/claims.js';
import type { UserClaims } from '../../storage/users.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { Idp } from '../deps.js';
import { verifyAccessToken } from './verify-access-token.js';

/** No token came: a challenge without an error (RFC 6750 §3.1). */
class NoAccessToken extends Error {}

async function accessTokenOf(req: Request): Promise<string> {
  const form = req.method === 'POST' && req.is('application/x-www-form-urlencoded') ? await readForm(req) : undefined;
  const presented = {
    authorization: req.headersDistinct.authorization ?? [],
    inBody: form?.get('access_token'),
    inQuery: new URLSearchParams(req.url.split('?')[1]).has('access_token'),
  };
  const token = presentedAccessToken(presented, ['header', 'body']);
  if (token === undefined) throw new NoAccessToken();
  return token;
}

/** Columns and stored claims as one set of standard claims (OIDC Core §5.1). */
const standardClaims = (user: UserClaims): Readonly<Record<string, unknown>> => ({
  preferred_username: user.username,
  ...user.claims,
  updated_at: epochSeconds(user.updatedAt),
  ...(user.email === null ? {} : { email: user.email, email_verified: user.emailVerified }),
});

/** GET and POST /userinfo (OIDC Core §5.3): what the token's scopes entitle to. */
export const userinfo =
  (idp: Idp): RequestHandler =>
  async (req, res) => {
    const { subject, scopes, user } = await verifyAccessToken(idp, await accessTokenOf(req));
    res.set('Cache-Control', 'no-store').json({ sub: subject, ...grantedClaims(standardClaims(user), scopes) });
  };

/** Answers what a protected resource refuses (RFC 6750 §3.1); any other error is answered as everywhere. */
export const userinfoRefusal =
  (idp: Idp): ErrorRequestHandler =>
  (error, _req, res, next) => {
    const known = error instanceof OAuthError;
    if (!known && !(error instanceof NoAccessToken)) return next(error);
    if (known) {
      const { fault: reason, found } =
        error instanceof AccessTokenError ? error : { fault: error.code, found: undefined };
      metrics.tokenValidationFailed({ role: 'idp', reason });
      idp.log.info('userinfo refused', { reason, detail: error.detail, found });
    }
    const { status, headers, body } = bearerRefusal(known ? error : undefined, { realm: idp.config.issuer });
    res.status(status).set(headers);
    if (body) res.json(body);
    else res.end();
  };
