import { hashToken, hmacSha256 } from '../../../crypto/digest.js';
import { addressBlock } from '../../../protocol/address-block.js';
import type { Target } from '../../../protocol/authorization/resource-indicators.js';
import { isPublicClient } from '../../../protocol/client/client-metadata.js';
import { faults } from '../../../protocol/fault-sentences.js';
import { OAuthError } from '../../../protocol/oauth-error.js';
import { narrowScope, parseScope } from '../../../protocol/scope.js';
import { formsDiffer } from '../../../protocol/token/access-token-form.js';
import { decideRefresh } from '../../../protocol/token/refresh-rotation.js';
import { invalidGrant, type RefreshTokenRequest } from '../../../protocol/token/token-request.js';
import type { IssuedTokens } from '../../../protocol/token/token-response.js';
import type { GrantOfUser } from '../../../storage/grants/authorization-grants.js';
import { insertUserToken } from '../../../storage/tokens/access-token.js';
import { type FoundRefreshToken, findRefreshToken, rotateRefreshToken } from '../../../storage/tokens/refresh-token.js';
import type { Authz } from '../../deps.js';
import { grantedAuthority } from '../granted-authority.js';
import { type Authority, issueTokens, planTokens, storedTokens, type TokenPlan } from '../issue-tokens.js';
import { endReusedGrant } from '../reuse.js';
import type { TokenRequestContext } from '../token-request-context.js';

/** One request to refresh, with what is derived from it. */
interface Refresh {
  readonly authz: Authz;
  readonly context: TokenRequestContext;
  readonly request: RefreshTokenRequest;
  readonly valueHash: Buffer;
  /** Stands for the address block that asks; the token is the key, so that storage cannot tell which block it is. */
  readonly from: Buffer;
  /** As asked for; empty for all that was granted. */
  readonly scopes: readonly string[];
}

/** A token that may be answered: for the first time, or once more with the same successor. */
interface UsableToken {
  readonly kind: 'rotate' | 'repeat';
  readonly token: FoundRefreshToken;
}

/** Whoever presents the same token gets the same successor, and nobody without the token can make it. */
const successorOf = (key: Buffer, refreshToken: string): string => hmacSha256(key, refreshToken).toString('base64url');

const authorityOf = ({ authz, context, request: { resource }, scopes }: Refresh, granted: Target): Authority =>
  grantedAuthority(authz, context.client, granted, { resource, scopes });

/** … of a token that this process handed out and does not refuse; undefined for any other: the database says what it is then. */
function knownAuthority(refresh: Refresh): Authority | undefined {
  const granted = refresh.authz.refreshTokensHandedOut.take(refresh.valueHash);
  try {
    return granted && authorityOf(refresh, granted);
  } catch (error) {
    if (error instanceof OAuthError) return undefined;
    throw error;
  }
}

/**
 * Looks the token up and applies the rules of rotation (RFC 9700 §4.14.2); a reused one ends its authorization grant.
 * @throws OAuthError invalid_grant
 */
async function findUsableToken({ authz, context, valueHash, from }: Refresh): Promise<UsableToken> {
  const chainLifetime = authz.config.lifetimes.refreshTokenAbsolute;
  const token = await findRefreshToken(authz.sql, { valueHash, chainLifetime });
  if (!token) throw invalidGrant(faults.refreshTokenNotUsable, 'the refresh token is unknown');
  const { clientId, metadata } = context.client;
  const kind = decideRefresh(token, {
    clientId,
    isPublic: isPublicClient(metadata),
    fromSameAddress: token.redeemedFrom?.equals(from) ?? true,
    now: authz.clock.now(),
    grace: authz.config.lifetimes.refreshGrace,
  });
  if (kind === 'refuse')
    throw invalidGrant(faults.refreshTokenNotUsable, 'it is expired, revoked or of another client');
  if (kind === 'reuse') throw await endReusedGrant(authz, context, token, faults.refreshTokenNotUsable);
  return { kind, token };
}

/** Redeems the token, and stores its successor and the opaque access token with it; null where it is not redeemable. */
async function rotate(refresh: Refresh, plan: TokenPlan, authority: Authority): Promise<GrantOfUser | null> {
  const { authz, context, valueHash, from: redeemedFrom, scopes } = refresh;
  const { clientId } = context.client;
  return authz.events.recordWith(
    context.asked,
    { type: 'token_refreshed', clientId },
    (audit) =>
      rotateRefreshToken(authz.sql, {
        valueHash,
        clientId,
        scopes: scopes.length > 0 ? scopes : null,
        redeemedFrom,
        chainLifetime: authz.config.lifetimes.refreshTokenAbsolute,
        issued: storedTokens(plan, authority),
        now: plan.now,
        audit,
      }),
    (grant) => grant,
  );
}

/** The same successor once more, with a fresh access token (RFC 9700 §4.14.2 leaves room for a client that races itself). */
async function repeat(refresh: Refresh, token: FoundRefreshToken): Promise<IssuedTokens> {
  const { authz, context, request } = refresh;
  const successor = authz.successorKeys
    .map((key) => successorOf(key, request.refresh_token))
    .find((value) => token.successorHash !== null && hashToken(value).equals(token.successorHash));
  if (successor === undefined) throw await endReusedGrant(authz, context, token, faults.refreshTokenNotUsable);
  const authority = authorityOf(refresh, token);
  const plan = planTokens(authz, context, successor);
  const tokens = await issueTokens(authz, plan, authority, { grant: token });
  const { userId, authorizationGrantId } = token;
  const owner = { clientId: context.client.clientId, userId, authorizationGrantId };
  const event = { type: 'token_refreshed', ...owner, detail: { repeated: true } } as const;
  const { accessToken } = storedTokens(plan, authority);
  if (!accessToken) authz.events.record(context.asked, event);
  else {
    await authz.events.recordWith(context.asked, event, (audit) =>
      insertUserToken(authz.sql, { ...accessToken, ...owner, now: plan.now, audit }),
    );
  }
  return tokens;
}

/** What the access token will be good for has to be known before it is stored. */
const nothingStored: Authority = { scopes: [], audience: [] };

/**
 * Tokens for a refresh token (RFC 6749 §6), which is replaced by its successor. One statement does it where the access token is a
 * JWT for everything that was granted, and all resources take the same, or this process handed the token out; otherwise the grant is
 * looked up first.
 * @throws OAuthError invalid_grant, invalid_scope, invalid_target
 */
export async function refreshTokens(
  authz: Authz,
  context: TokenRequestContext,
  request: RefreshTokenRequest,
): Promise<IssuedTokens> {
  const valueHash = hashToken(request.refresh_token);
  const from = hmacSha256(Buffer.from(request.refresh_token), addressBlock(context.asked.address ?? ''));
  const refresh: Refresh = { authz, context, request, valueHash, from, scopes: parseScope(request.scope) };
  const plan = planTokens(authz, context, successorOf(authz.successorKeys[0], request.refresh_token));

  let authority = nothingStored;
  if (plan.opaqueToken !== undefined || request.resource.length > 0 || formsDiffer(authz.accessTokenForms)) {
    const known = knownAuthority(refresh);
    if (known) authority = known;
    else {
      const { kind, token } = await findUsableToken(refresh);
      if (kind === 'repeat') return repeat(refresh, token);
      authority = authorityOf(refresh, token);
    }
  }
  const grant = await rotate(refresh, plan, authority);
  if (grant) return issueTokens(authz, plan, authorityOf(refresh, grant), { grant });

  const { kind, token } = await findUsableToken(refresh);
  if (kind === 'repeat') return repeat(refresh, token);
  narrowScope(refresh.scopes, token.scopes); // what kept it from being redeemed, and says so
  throw invalidGrant(faults.refreshTokenNotUsable, 'the refresh token could not be redeemed');
}
