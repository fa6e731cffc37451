import type { RequestHandler } from 'express';
import { readForm } from '../../http/request/form.js';
import { sendPrivateJson } from '../../http/request/send-text.js';
import { claimsOfScopes, limitClaimsToRegistration, toldClaims } from '../../protocol/claims.js';
import { parseScope } from '../../protocol/scope.js';
import { AccessTokenError } from '../../protocol/token/access-token.js';
import { createAuthenticate } from '../../resource/authenticate.js';
import { claimsOf } from '../../storage/people/users.js';
import type { Idp } from '../deps.js';
import { type LiveAccessToken, verifyLiveToken } from './verify-live-token.js';

/** Single claims that were granted (OIDC Core §5.5) and that the client is still registered for. */
async function requestedClaims(
  { clients, config }: Idp,
  { clientId, requestedClaims }: Pick<LiveAccessToken, 'clientId' | 'requestedClaims'>,
): Promise<readonly string[]> {
  if (!requestedClaims || requestedClaims.userinfo.length === 0) return [];
  const registered = parseScope((await clients.get(clientId))?.metadata.scope);
  return limitClaimsToRegistration(requestedClaims.userinfo, registered, config.claims.scopes);
}

/** A token may be in the form of a POST (OIDC Core §5.3.1, RFC 6750 §2.2). */
const authentication = (idp: Idp) =>
  createAuthenticate({
    verify: (token) => verifyLiveToken(idp, token),
    role: 'idp',
    challenge: { realm: idp.config.issuer },
    accepts: ['header', 'body'],
    tokenInBody: async (req) => (req.method === 'POST' ? (await readForm(req)).get('access_token') : undefined),
    onRefusal(error, reason) {
      const found = error instanceof AccessTokenError ? error.found : undefined;
      idp.log.info('userinfo refused', { reason, detail: error.detail, found });
    },
  });

/** GET and POST /userinfo (OIDC Core §5.3): what the token's scopes entitle to, and its authorization grant. */
export function userinfo(idp: Idp): RequestHandler[] {
  const { authenticate, requireScope, accessTokenOf } = authentication(idp);
  return [
    authenticate,
    requireScope('openid'),
    async (_req, res) => {
      const { subject, scopes, user, ...token } = accessTokenOf(res);
      const names = [...claimsOfScopes(scopes, idp.config.claims.scopes), ...(await requestedClaims(idp, token))];
      sendPrivateJson(res, { ...toldClaims(claimsOf(user), names), sub: subject });
    },
  ];
}
