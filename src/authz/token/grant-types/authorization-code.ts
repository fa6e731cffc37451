import type { Request } from 'express';
import { hashToken } from '../../../crypto/digest.js';
import { audienceOf, narrowResources, scopesOf } from '../../../protocol/authorization/resource-indicators.js';
import { limitScopeToResources } from '../../../protocol/scope.js';
import {
  type AuthorizationCodeRequest,
  assertCodeBinding,
  decideCode,
  invalidGrant,
} from '../../../protocol/token/token-request.js';
import type { IssuedTokens } from '../../../protocol/token/token-response.js';
import { auditOf } from '../../../storage/audit-context.js';
import { type FoundCode, findAuthorizationCode, redeemAuthorizationCode } from '../../../storage/tokens.js';
import { announce } from '../../audit.js';
import type { AuthenticatedClient } from '../../client/authenticate-client.js';
import type { Authz } from '../../deps.js';
import { type Authority, issueTokens, planTokens, storedTokens } from '../issue-tokens.js';
import { endReusedGrant } from '../reuse.js';

async function findOwnCode(
  deps: Authz,
  req: Request,
  client: AuthenticatedClient,
  valueHash: Buffer,
): Promise<FoundCode> {
  const code = await findAuthorizationCode(deps.sql, valueHash);
  if (!code) throw invalidGrant('the code is unknown');
  const decision = decideCode(code, { clientId: client.clientId, now: deps.clock.now() });
  if (decision === 'reuse') throw await endReusedGrant(deps, req, client, code);
  return code;
}

function authorityOf(deps: Authz, code: FoundCode, request: AuthorizationCodeRequest): Authority {
  const resources = narrowResources(request.resource, code.resources, deps.config);
  const audience = audienceOf(resources, deps.config);
  return { audience, scopes: limitScopeToResources(code.scopes, scopesOf(audience, deps.config)) };
}

/**
 * Tokens for a code (RFC 6749 §4.1.3). All rules are checked and the tokens signed before the code is redeemed, so that a
 * mistake does not burn it; of several requests that come this far, one redeems it and any other ends what it issued.
 * @throws OAuthError invalid_grant, invalid_target
 */
export async function exchangeCode(
  deps: Authz,
  req: Request,
  client: AuthenticatedClient,
  request: AuthorizationCodeRequest,
): Promise<IssuedTokens> {
  const valueHash = hashToken(request.code);
  const code = await findOwnCode(deps, req, client, valueHash);
  assertCodeBinding(code.payload, request);
  const authority = authorityOf(deps, code, request);
  const plan = planTokens(deps, client, code.scopes.includes('offline_access') ? deps.random.token() : undefined);
  const tokens = await issueTokens(deps, plan, authority, { grant: code, nonce: code.payload.nonce });
  const audit = auditOf(deps, req, { grant_type: request.grant_type, scopes: authority.scopes });
  const issued = storedTokens(plan, authority);
  if (!(await redeemAuthorizationCode(deps.sql, { valueHash, issued, now: plan.now, audit }))) {
    throw await endReusedGrant(deps, req, client, code);
  }
  announce(deps, 'token_issued', { ...code, clientId: client.clientId, grantType: request.grant_type });
  return tokens;
}
