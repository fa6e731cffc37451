import type { RequestHandler } from 'express';
import { signJwt } from '../../crypto/jwt.js';
import { encryptForClient } from '../../http/outbound/client-encryption.js';
import { readForm } from '../../http/request/form.js';
import { sendPrivateJson, sendText } from '../../http/request/send-text.js';
import { claimsOfScopes, limitClaimsToRegistration, toldClaims } from '../../protocol/claims.js';
import { userinfoEncryption } from '../../protocol/client/encrypted-answers.js';
import { parseScope } from '../../protocol/scope.js';
import { AccessTokenError } from '../../protocol/token/access-token.js';
import { createAuthenticate } from '../../resource/authenticate.js';
import { claimsOf } from '../../storage/people/users.js';
import type { Idp } from '../deps.js';
import { type LiveAccessToken, verifyLiveToken } from './verify-live-token.js';

/** Single claims that were granted (OIDC Core §5.5) and that the client is still registered for. */
async function requestedClaims(
  { clients, config }: Idp,
  { clientId, grant: { requestedClaims } }: Pick<LiveAccessToken, 'clientId' | 'grant'>,
): Promise<readonly string[]> {
  if (!requestedClaims || requestedClaims.userinfo.length === 0) return [];
  const registered = parseScope((await clients.get(clientId))?.metadata.scope);
  return limitClaimsToRegistration(requestedClaims.userinfo, registered, config.claims.scopes);
}

/**
 * Userinfo as a JWT, for a client that registered it so: signed, with `iss` and `aud`, or encrypted, or first one and then the other
 * (OIDC Core §5.3.2). @returns undefined where plain JSON is wanted
 */
async function userinfoJwt(
  { clients, clientKeys, signingKeys, config }: Idp,
  clientId: string,
  claims: object,
): Promise<string | undefined> {
  const metadata = (await clients.get(clientId))?.metadata;
  const encryption = metadata && userinfoEncryption(metadata);
  const alg = metadata?.userinfo_signed_response_alg;
  if (!metadata || (alg === undefined && encryption === undefined)) return undefined;
  if (alg === undefined) return encryptForClient(clientKeys, metadata, encryption, JSON.stringify(claims), 'json');
  const key = (await signingKeys.keySet()).current(alg);
  const signed = await signJwt(key, 'JWT', { ...claims, iss: config.issuer, aud: clientId });
  return encryptForClient(clientKeys, metadata, encryption, signed);
}

/** A token may be in the form of a POST (OIDC Core §5.3.1, RFC 6750 §2.2). */
const authentication = (idp: Idp) =>
  createAuthenticate({
    verify: (token) => verifyLiveToken(idp, token, idp.config.issuer),
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
      const claims = { ...toldClaims(claimsOf(user), names), sub: subject };
      const jwt = await userinfoJwt(idp, token.clientId, claims);
      if (jwt === undefined) sendPrivateJson(res, claims);
      else sendText(res, { type: 'application/jwt', cacheControl: 'no-store', text: jwt });
    },
  ];
}
