import type { RequestHandler } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { readForm } from '../../http/request/form.js';
import { buildAccessTokenClaims } from '../../protocol/token/access-token.js';
import { type IntrospectionResponse, inactiveToken, mayIntrospect } from '../../protocol/token/introspection.js';
import { requiredParameter } from '../../protocol/token/token-request.js';
import {
  type ActiveAccessToken,
  findLiveGrant,
  findOpaqueAccessToken,
  isClientTokenActive,
} from '../../storage/access-tokens.js';
import { type AuthenticatedClient, authenticateClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';
import { looksLikeJwt, verifyOwnAccessToken } from './own-access-token.js';

const mayAsk = ({ clientId, metadata }: AuthenticatedClient, issuedTo: string, audience: readonly string[]): boolean =>
  mayIntrospect({ clientId, protectedResources: metadata.protected_resources }, { clientId: issuedTo, audience });

async function introspectJwt(deps: Authz, client: AuthenticatedClient, token: string): Promise<IntrospectionResponse> {
  const found = await verifyOwnAccessToken(deps, token);
  if (!found || !mayAsk(client, found.clientId, found.audience)) return inactiveToken;
  const active = found.authorizationGrantId
    ? (await findLiveGrant(deps.sql, found.authorizationGrantId, found.issuedAt)) !== null
    : await isClientTokenActive(deps.sql, found);
  return active ? { active: true, token_type: 'Bearer', ...found.claims } : inactiveToken;
}

/** An opaque token means what a JWT would say (RFC 7662 §2.2, RFC 9068 §2.2). */
function claimsOf({ config }: Authz, { clientId, payload, issuedAt, expiresAt, grant }: ActiveAccessToken) {
  return buildAccessTokenClaims({
    issuer: config.issuer,
    subject: grant?.userId ?? clientId,
    audience: payload.audience,
    clientId,
    scopes: payload.scopes,
    jti: payload.jti,
    issuedAt,
    lifetime: expiresAt.getTime() - issuedAt.getTime(),
    ...(grant && {
      authentication: { time: grant.authTime, amr: grant.amr, ...(grant.acr === null ? {} : { acr: grant.acr }) },
      sessionId: grant.sessionId,
      authorizationGrantId: grant.authorizationGrantId,
    }),
  });
}

async function introspectOpaque(
  deps: Authz,
  client: AuthenticatedClient,
  token: string,
): Promise<IntrospectionResponse> {
  const found = await findOpaqueAccessToken(deps.sql, hashToken(token), deps.clock.now());
  if (!found || !mayAsk(client, found.clientId, found.payload.audience)) return inactiveToken;
  return { active: true, token_type: 'Bearer', ...claimsOf(deps, found) };
}

/** POST /introspect (RFC 7662 §2). Nothing is told to a client that can't prove who it is; of refresh tokens, nothing at all. */
export const introspect =
  (deps: Authz): RequestHandler =>
  async (req, res) => {
    const parameters = await readForm(req);
    const client = await authenticateClient(deps, { req, res, parameters, endpoint: 'introspect' });
    const token = requiredParameter(parameters, 'token');
    const ask = looksLikeJwt(token) ? introspectJwt : introspectOpaque;
    res.set('Cache-Control', 'no-store').json(await ask(deps, client, token));
  };
