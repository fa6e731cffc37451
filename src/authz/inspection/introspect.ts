import type { RequestHandler } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { signJwt } from '../../crypto/jwt.js';
import { encryptForClient } from '../../http/outbound/client-encryption.js';
import { askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { sendPrivateJson, sendText } from '../../http/request/send-text.js';
import { introspectionEncryption } from '../../protocol/client/encrypted-answers.js';
import { requireParameter } from '../../protocol/parameters.js';
import { buildAccessTokenClaims } from '../../protocol/token/access-token.js';
import { tokenTypeOf } from '../../protocol/token/confirmation.js';
import {
  type IntrospectionResponse,
  inactiveToken,
  introspectionJwtClaims,
  introspectionJwtTyp,
  introspectionJwtType,
  mayIntrospect,
  wantsIntrospectionJwt,
} from '../../protocol/token/introspection.js';
import { findLiveGrant } from '../../storage/grants/authorization-grants.js';
import { type ActiveAccessToken, findOpaqueAccessToken } from '../../storage/tokens/access-token.js';
import { isClientTokenActive } from '../../storage/tokens/revoked-access-tokens.js';
import { type AuthenticatedClient, authenticateClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';
import { grantContent, toldGrant } from '../token/told-grant.js';
import { looksLikeJwt, verifyOwnAccessToken } from './own-access-token.js';

const mayAsk = ({ clientId, metadata }: AuthenticatedClient, issuedTo: string, audience: readonly string[]): boolean =>
  mayIntrospect({ clientId, protectedResources: metadata.protected_resources }, { clientId: issuedTo, audience });

async function introspectJwt(authz: Authz, client: AuthenticatedClient, token: string): Promise<IntrospectionResponse> {
  const found = await verifyOwnAccessToken(authz, token);
  if (!found || !mayAsk(client, found.clientId, found.audience)) return inactiveToken;
  const active = found.authorizationGrantId
    ? (await findLiveGrant(authz.sql, found.authorizationGrantId, found.issuedAt)) !== null
    : await isClientTokenActive(authz.sql, found);
  return active ? { active: true, token_type: tokenTypeOf(found.claims.cnf), ...found.claims } : inactiveToken;
}

/** An opaque token means what a JWT would say, whoever asks (RFC 7662 §2.2, RFC 9068 §2.2). */
async function claimsOf({ config, subjects }: Authz, token: ActiveAccessToken) {
  const { clientId, payload, issuedAt, expiresAt, grant, pairwiseClient } = token;
  return buildAccessTokenClaims({
    issuer: config.issuer,
    subject: clientId,
    audience: payload.audience,
    clientId,
    scopes: payload.scopes,
    jti: payload.jti,
    issuedAt,
    lifetime: expiresAt.getTime() - issuedAt.getTime(),
    cnf: payload.cnf,
    ...(grant && grantContent(toldGrant(grant, await subjects.seenBy(pairwiseClient)))),
  });
}

async function introspectOpaque(
  authz: Authz,
  client: AuthenticatedClient,
  token: string,
): Promise<IntrospectionResponse> {
  const found = await findOpaqueAccessToken(authz.sql, hashToken(token), authz.clock.now());
  if (!found || !mayAsk(client, found.clientId, found.payload.audience)) return inactiveToken;
  return { active: true, token_type: tokenTypeOf(found.payload.cnf), ...(await claimsOf(authz, found)) };
}

/** The answer as a JWT that others can verify later (RFC 9701 §5), signed and encrypted as the asking client registered. */
async function introspectionJwt(
  { config, clock, clientKeys, signingKeys, accessTokenForms }: Authz,
  { clientId, metadata }: AuthenticatedClient,
  answer: IntrospectionResponse,
): Promise<string> {
  const usual = config.signingKeys.algorithms.includes('RS256') ? 'RS256' : accessTokenForms.usualAlgorithm;
  const key = (await signingKeys.keySet()).current(metadata.introspection_signed_response_alg ?? usual);
  const claims = introspectionJwtClaims(answer, { issuer: config.issuer, clientId, now: clock.now() });
  const signed = await signJwt(key, introspectionJwtTyp, claims);
  return encryptForClient(clientKeys, metadata, introspectionEncryption(metadata), signed);
}

/** POST /introspect (RFC 7662 §2). Nothing is told to a client that cannot prove who it is; of refresh tokens, nothing at all. */
export const introspect =
  (authz: Authz): RequestHandler =>
  async (req, res) => {
    const parameters = await readForm(req);
    const client = await authenticateClient(authz, {
      asked: askedOf(req),
      authorization: req.headers.authorization,
      parameters,
      endpoint: 'introspect',
    });
    const token = requireParameter(parameters, 'token');
    const ask = looksLikeJwt(token) ? introspectJwt : introspectOpaque;
    const answer = await ask(authz, client, token);
    if (!wantsIntrospectionJwt(req.headers.accept)) return sendPrivateJson(res, answer);
    const text = await introspectionJwt(authz, client, answer);
    sendText(res, { type: introspectionJwtType, cacheControl: 'no-store', text });
  };
