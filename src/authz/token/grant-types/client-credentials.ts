import type { Request } from 'express';
import { audienceOf, scopesOf, validateResources } from '../../../protocol/authorization/resource-indicators.js';
import { parseScope, validateClientScope } from '../../../protocol/scope.js';
import type { ClientCredentialsRequest } from '../../../protocol/token/token-request.js';
import type { IssuedTokens } from '../../../protocol/token/token-response.js';
import { auditContext, auditOf } from '../../../storage/audit-context.js';
import { insertAccessToken } from '../../../storage/tokens.js';
import { announce } from '../../audit.js';
import type { AuthenticatedClient } from '../../client/authenticate-client.js';
import type { Authz } from '../../deps.js';
import { type Authority, issueTokens, planTokens, storedAccessToken } from '../issue-tokens.js';

function authorityOf(deps: Authz, client: AuthenticatedClient, request: ClientCredentialsRequest): Authority {
  const audience = audienceOf(validateResources(request.resource, deps.config), deps.config);
  const scopes = validateClientScope(parseScope(request.scope), {
    known: deps.config.resources.flatMap((resource) => resource.scopes),
    permitted: parseScope(client.metadata.scope),
    targeted: scopesOf(audience, deps.config),
    refreshable: false,
  });
  return { audience, scopes };
}

/**
 * An access token for the client itself (RFC 6749 §4.4). A JWT changes no row, so its audit row goes with others in a batch; an
 * opaque one is stored with its own. No refresh token (RFC 6749 §4.4.3).
 * @throws OAuthError invalid_scope, invalid_target
 */
export async function issueToClient(
  deps: Authz,
  req: Request,
  client: AuthenticatedClient,
  request: ClientCredentialsRequest,
): Promise<IssuedTokens> {
  const { clientId } = client;
  const { grant_type } = request;
  const authority = authorityOf(deps, client, request);
  const plan = planTokens(deps, client);
  const tokens = await issueTokens(deps, plan, authority);
  const opaque = storedAccessToken(plan, authority);
  const detail = { grant_type, scopes: authority.scopes };
  if (opaque) {
    const owner = { clientId, userId: null, authorizationGrantId: null };
    await insertAccessToken(deps.sql, { ...opaque, ...owner, now: plan.now, audit: auditOf(deps, req, detail) });
  } else {
    deps.auditBatch.add({ type: 'token_issued', clientId, context: auditContext(req, detail) });
  }
  announce(deps, 'token_issued', { clientId, grantType: grant_type });
  return tokens;
}
