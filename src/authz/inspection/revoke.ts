import type { Request, RequestHandler } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { readForm } from '../../http/request/form.js';
import { assertOwnToken } from '../../protocol/token/revocation.js';
import { requiredParameter } from '../../protocol/token/token-request.js';
import { revokeJwtAccessToken, revokeOpaqueAccessToken } from '../../storage/access-tokens.js';
import { auditOf } from '../../storage/audit-context.js';
import { revokeAuthorizationGrant } from '../../storage/authorization-grants.js';
import { findToken } from '../../storage/tokens.js';
import { announce } from '../audit.js';
import { type AuthenticatedClient, authenticateClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';
import { looksLikeJwt, verifyOwnAccessToken } from './own-access-token.js';

interface Revocation {
  readonly deps: Authz;
  readonly req: Request;
  readonly client: AuthenticatedClient;
  readonly token: string;
}

async function revokeGrant({ deps, req, client }: Revocation, id: string): Promise<void> {
  const reason = 'token_revoked';
  await revokeAuthorizationGrant(deps.sql, { id, reason, now: deps.clock.now(), audit: auditOf(deps, req) });
  announce(deps, reason, { clientId: client.clientId, authorizationGrantId: id });
}

/** A JWT is revoked through its authorization grant, or remembered by `jti` until it expires by itself. */
async function revokeJwt(revocation: Revocation): Promise<void> {
  const { deps, req, token } = revocation;
  const found = await verifyOwnAccessToken(deps, token);
  if (!found) return;
  assertOwnToken(revocation.client.clientId, found.clientId);
  if (found.authorizationGrantId) return revokeGrant(revocation, found.authorizationGrantId);
  const { jti, expiresAt, clientId } = found;
  const change = { now: deps.clock.now(), audit: auditOf(deps, req) };
  await revokeJwtAccessToken(deps.sql, { jti, expiresAt, clientId, ...change });
  announce(deps, 'token_revoked', { clientId });
}

/** A refresh token or code takes its whole authorization grant along (RFC 7009 §2.1), an access token goes alone. */
async function revokeOpaque(revocation: Revocation): Promise<void> {
  const { deps, req, token } = revocation;
  const valueHash = hashToken(token);
  const found = await findToken(deps.sql, valueHash);
  if (!found) return;
  assertOwnToken(revocation.client.clientId, found.clientId);
  if (found.kind !== 'access_token' && found.authorizationGrantId) {
    return revokeGrant(revocation, found.authorizationGrantId);
  }
  await revokeOpaqueAccessToken(deps.sql, { valueHash, now: deps.clock.now(), audit: auditOf(deps, req) });
  announce(deps, 'token_revoked', { clientId: found.clientId, userId: found.userId ?? undefined });
}

/** POST /revoke (RFC 7009 §2). What is no token of ours any more counts as revoked (§2.2); the hint is not needed. */
export const revoke =
  (deps: Authz): RequestHandler =>
  async (req, res) => {
    const parameters = await readForm(req);
    const client = await authenticateClient(deps, { req, res, parameters, endpoint: 'revoke' });
    const revocation: Revocation = { deps, req, client, token: requiredParameter(parameters, 'token') };
    await (looksLikeJwt(revocation.token) ? revokeJwt(revocation) : revokeOpaque(revocation));
    res.set('Cache-Control', 'no-store').status(200).end();
  };
