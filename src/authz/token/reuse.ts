import type { Request } from 'express';
import type { OAuthError } from '../../protocol/oauth-error.js';
import { invalidGrant } from '../../protocol/token/token-request.js';
import { auditOf } from '../../storage/audit-context.js';
import { revokeAuthorizationGrant } from '../../storage/authorization-grants.js';
import { announce } from '../audit.js';
import type { AuthenticatedClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';

/**
 * A code or refresh token came a second time: one of the two who had it should not have had it. Everything that was issued from
 * the authorization grant ends (RFC 6749 §4.1.2, §10.5; RFC 9700 §4.14.2).
 * @returns what to throw
 */
export async function endReusedGrant(
  deps: Authz,
  req: Request,
  { clientId }: AuthenticatedClient,
  grant: { readonly authorizationGrantId: string; readonly userId: string },
): Promise<OAuthError> {
  const reason = 'token_reuse_detected';
  const audit = auditOf(deps, req);
  await revokeAuthorizationGrant(deps.sql, { id: grant.authorizationGrantId, reason, now: deps.clock.now(), audit });
  announce(deps, reason, { ...grant, clientId });
  return invalidGrant('used before: its authorization grant has been revoked');
}
