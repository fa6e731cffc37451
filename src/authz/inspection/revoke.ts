import type { RequestHandler } from 'express';
import { hashToken } from '../../crypto/digest.js';
import { type Asked, askedOf } from '../../http/request/asked.js';
import { readForm } from '../../http/request/form.js';
import { requireParameter } from '../../protocol/parameters.js';
import { assertOwnToken } from '../../protocol/token/revocation.js';
import { revokeAuthorizationGrant } from '../../storage/grants/authorization-grants.js';
import { revokeOpaqueAccessToken } from '../../storage/tokens/access-token.js';
import { revokeJwtAccessToken } from '../../storage/tokens/revoked-access-tokens.js';
import { findToken } from '../../storage/tokens/token.js';
import { type AuthenticatedClient, authenticateClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';
import { looksLikeJwt, verifyOwnAccessToken } from './own-access-token.js';

interface Revocation {
  readonly authz: Authz;
  readonly asked: Asked;
  readonly client: AuthenticatedClient;
  readonly token: string;
}

async function revokeGrant({ authz, asked, client }: Revocation, id: string): Promise<void> {
  const event = { type: 'token_revoked', clientId: client.clientId, authorizationGrantId: id } as const;
  await authz.events.recordWith(asked, event, (audit) =>
    revokeAuthorizationGrant(authz.sql, { id, now: authz.clock.now(), audit }),
  );
}

/** A JWT is revoked through its authorization grant, or remembered by `jti` until it expires by itself. */
async function revokeJwt(revocation: Revocation): Promise<void> {
  const { authz, asked, token } = revocation;
  const found = await verifyOwnAccessToken(authz, token);
  if (!found) return;
  assertOwnToken(revocation.client.clientId, found.clientId);
  if (found.authorizationGrantId) return revokeGrant(revocation, found.authorizationGrantId);
  const { jti, expiresAt, clientId } = found;
  await authz.events.recordWith(asked, { type: 'token_revoked', clientId }, (audit) =>
    revokeJwtAccessToken(authz.sql, { jti, expiresAt, clientId, now: authz.clock.now(), audit }),
  );
}

/** A refresh token or code takes its whole authorization grant along (RFC 7009 §2.1), an access token goes alone. */
async function revokeOpaque(revocation: Revocation): Promise<void> {
  const { authz, asked, token } = revocation;
  const valueHash = hashToken(token);
  const found = await findToken(authz.sql, valueHash);
  if (!found) return;
  assertOwnToken(revocation.client.clientId, found.clientId);
  if (found.kind !== 'access_token' && found.authorizationGrantId) {
    return revokeGrant(revocation, found.authorizationGrantId);
  }
  const event = { type: 'token_revoked', clientId: found.clientId, userId: found.userId ?? undefined } as const;
  await authz.events.recordWith(asked, event, (audit) =>
    revokeOpaqueAccessToken(authz.sql, { valueHash, now: authz.clock.now(), audit }),
  );
}

/** POST /revoke (RFC 7009 §2). What is no token of ours any more counts as revoked (§2.2); the hint is not needed. */
export const revoke =
  (authz: Authz): RequestHandler =>
  async (req, res) => {
    const parameters = await readForm(req);
    const asked = askedOf(req);
    const { authorization } = req.headers;
    const client = await authenticateClient(authz, { asked, authorization, parameters, endpoint: 'revoke' });
    const revocation: Revocation = { authz, asked, client, token: requireParameter(parameters, 'token') };
    await (looksLikeJwt(revocation.token) ? revokeJwt(revocation) : revokeOpaque(revocation));
    res.set('Cache-Control', 'no-store').status(200).end();
  };
