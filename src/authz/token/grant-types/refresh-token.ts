import type { Request } from 'express';
import { hashToken, hmacSha256 } from '../../../crypto/digest.js';
import { audienceOf, narrowResources, scopesOf } from '../../../protocol/authorization/resource-indicators.js';
import { excessiveScope, limitScopeToResources, narrowScope, parseScope } from '../../../protocol/scope.js';
import { decideRefresh } from '../../../protocol/token/refresh-rotation.js';
import { invalidGrant, type RefreshTokenRequest } from '../../../protocol/token/token-request.js';
import type { IssuedTokens } from '../../../protocol/token/token-response.js';
import { auditContext, auditOf } from '../../../storage/audit-context.js';
import type { GrantFacts } from '../../../storage/authorization-grants.js';
import {
  type FoundRefreshToken,
  findRefreshToken,
  insertAccessToken,
  rotateRefreshToken,
} from '../../../storage/tokens.js';
import { announce } from '../../audit.js';
import type { AuthenticatedClient } from '../../client/authenticate-client.js';
import type { Authz } from '../../deps.js';
import {
  type Authority,
  issueTokens,
  planTokens,
  storedAccessToken,
  storedTokens,
  type TokenPlan,
} from '../issue-tokens.js';
import { endReusedGrant } from '../reuse.js';

/** One request to refresh, with what is derived from it. */
interface Refresh {
  readonly deps: Authz;
  readonly req: Request;
  readonly client: AuthenticatedClient;
  readonly request: RefreshTokenRequest;
  readonly valueHash: Buffer;
  /** As asked for; empty for all that was granted. */
  readonly scopes: readonly string[];
}

/** Whoever presents the same token gets the same successor, and nobody who has not the token can make it. */
const successorOf = (key: Buffer, refreshToken: string): string => hmacSha256(key, refreshToken).toString('base64url');

const nothingKnown: Authority = { scopes: [], audience: [] };

function authorityOf({ deps, request, scopes }: Refresh, grant: GrantFacts): Authority {
  const resources = narrowResources(request.resource, grant.resources, deps.config);
  const audience = audienceOf(resources, deps.config);
  const narrowed = narrowScope(scopes, grant.scopes);
  return { audience, scopes: limitScopeToResources(narrowed, scopesOf(audience, deps.config)) };
}

/** Judges a token that has been looked up. @returns whether it is used for the first time */
async function assertUsable(refresh: Refresh, found: FoundRefreshToken | null): Promise<'rotate' | 'repeat'> {
  const { deps, req, client } = refresh;
  if (!found) throw invalidGrant('the refresh token is unknown');
  const presented = { clientId: client.clientId, now: deps.clock.now(), grace: deps.config.lifetimes.refreshGrace };
  const decision = decideRefresh(found, presented);
  if (decision === 'refuse') throw invalidGrant('the refresh token is expired, revoked or of another client');
  if (decision === 'reuse') throw await endReusedGrant(deps, req, client, found);
  return decision;
}

async function rotate(refresh: Refresh, plan: TokenPlan, authority: Authority): Promise<GrantFacts | null> {
  const { deps, req, client, valueHash, scopes } = refresh;
  return rotateRefreshToken(deps.sql, {
    valueHash,
    clientId: client.clientId,
    scopes: scopes.length > 0 ? scopes : null,
    issued: storedTokens(plan, authority),
    now: plan.now,
    audit: auditOf(deps, req),
  });
}

/** The same successor once more, with a fresh access token (RFC 9700 §4.14.2 leaves room for a client that races itself). */
async function repeat(refresh: Refresh, found: FoundRefreshToken): Promise<IssuedTokens> {
  const { deps, req, client, request } = refresh;
  const successor = deps.successorKeys
    .map((key) => successorOf(key, request.refresh_token))
    .find((value) => found.successorHash !== null && hashToken(value).equals(found.successorHash));
  if (successor === undefined) throw await endReusedGrant(deps, req, client, found);
  const authority = authorityOf(refresh, found);
  const plan = planTokens(deps, client, successor);
  const tokens = await issueTokens(deps, plan, authority, { grant: found });
  const { userId, authorizationGrantId } = found;
  const event = { clientId: client.clientId, userId, authorizationGrantId };
  const opaque = storedAccessToken(plan, authority);
  if (opaque) await insertAccessToken(deps.sql, { ...opaque, ...event, now: plan.now, audit: auditOf(deps, req) });
  else deps.auditBatch.add({ type: 'token_refreshed', ...event, context: auditContext(req, { repeated: true }) });
  announce(deps, 'token_refreshed', event);
  return tokens;
}

async function answerRotated(refresh: Refresh, plan: TokenPlan, grant: GrantFacts): Promise<IssuedTokens> {
  const { deps, client } = refresh;
  announce(deps, 'token_refreshed', { ...grant, clientId: client.clientId });
  return issueTokens(deps, plan, authorityOf(refresh, grant), { grant });
}

/**
 * Tokens for a refresh token (RFC 6749 §6), which is replaced by its successor. One statement does it where the access token is a
 * JWT for everything that was granted; otherwise the grant has to be known before.
 * @throws OAuthError invalid_grant, invalid_scope, invalid_target
 */
export async function refreshTokens(
  deps: Authz,
  req: Request,
  client: AuthenticatedClient,
  request: RefreshTokenRequest,
): Promise<IssuedTokens> {
  const valueHash = hashToken(request.refresh_token);
  const refresh: Refresh = { deps, req, client, request, valueHash, scopes: parseScope(request.scope) };
  const plan = planTokens(deps, client, successorOf(deps.successorKeys[0], request.refresh_token));

  let authority = nothingKnown;
  if (plan.opaqueToken !== undefined || request.resource.length > 0) {
    const found = await findRefreshToken(deps.sql, valueHash);
    if ((await assertUsable(refresh, found)) === 'repeat') return repeat(refresh, found as FoundRefreshToken);
    authority = authorityOf(refresh, found as FoundRefreshToken);
  }
  const grant = await rotate(refresh, plan, authority);
  if (grant) return answerRotated(refresh, plan, grant);

  const found = await findRefreshToken(deps.sql, valueHash);
  const decision = await assertUsable(refresh, found);
  if (decision === 'repeat') return repeat(refresh, found as FoundRefreshToken);
  throw excessiveScope();
}
