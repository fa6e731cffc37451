import { validateTarget } from '../../../protocol/authorization/requested-target.js';
import { validateClientScope } from '../../../protocol/scope.js';
import type { ClientCredentialsRequest } from '../../../protocol/token/token-request.js';
import type { IssuedTokens } from '../../../protocol/token/token-response.js';
import { insertClientToken } from '../../../storage/tokens/access-token.js';
import type { AuthenticatedClient } from '../../client/authenticate-client.js';
import type { Authz } from '../../deps.js';
import { type Authority, issueTokens, planTokens, storedTokens } from '../issue-tokens.js';
import type { TokenRequestContext } from '../token-request-context.js';

function authorityOf(
  { config, log }: Authz,
  { clientId, metadata }: AuthenticatedClient,
  request: ClientCredentialsRequest,
): Authority {
  const rules = { ...config, customScopes: config.claims.scopes };
  const { audience, scopes, leftOut } = validateTarget(request, metadata, rules, validateClientScope);
  if (leftOut.length > 0) log.debug('scopes left out', { client_id: clientId, scopes: leftOut });
  return { audience, scopes };
}

/**
 * An access token for the client itself (RFC 6749 §4.4). A JWT changes no row, so its audit row goes with others in a batch; an
 * opaque one is stored with its own. No refresh token (RFC 6749 §4.4.3).
 * @throws OAuthError invalid_scope, invalid_target
 */
export async function issueToClient(
  authz: Authz,
  context: TokenRequestContext,
  request: ClientCredentialsRequest,
): Promise<IssuedTokens> {
  const { clientId } = context.client;
  const authority = authorityOf(authz, context.client, request);
  const plan = planTokens(authz, context);
  const tokens = await issueTokens(authz, plan, authority);
  const { accessToken } = storedTokens(plan, authority);
  const detail = { grant_type: request.grant_type, scopes: authority.scopes };
  const event = { type: 'token_issued', clientId, detail } as const;
  if (!accessToken) authz.events.record(context.asked, event);
  else {
    await authz.events.recordWith(context.asked, event, (audit) =>
      insertClientToken(authz.sql, { ...accessToken, clientId, now: plan.now, audit }),
    );
  }
  return tokens;
}
