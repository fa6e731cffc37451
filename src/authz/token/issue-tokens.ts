import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { signJwt } from '../../crypto/jwt.js';
import { accessTokenType, buildAccessTokenClaims } from '../../protocol/token/access-token.js';
import { idTokenClaims } from '../../protocol/token/id-token.js';
import type { IssuedTokens } from '../../protocol/token/token-response.js';
import type { GrantFacts } from '../../storage/authorization-grants.js';
import type { IssuedTokens as StoredTokens } from '../../storage/tokens.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { AuthenticatedClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';

/** Values and times of tokens, settled before anything is stored or signed. */
export interface TokenPlan {
  readonly client: AuthenticatedClient;
  readonly now: Date;
  readonly jti: string;
  /** Undefined where the access token is a JWT. */
  readonly opaqueToken: string | undefined;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: { readonly value: string; readonly expiresAt: Date } | undefined;
}

/** What the access token is good for (RFC 6749 §3.3, RFC 9068 §3). */
export interface Authority {
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
}

export function planTokens(deps: Authz, client: AuthenticatedClient, refreshToken?: string): TokenPlan {
  const { lifetimes } = deps.config;
  const now = deps.clock.now();
  return {
    client,
    now,
    jti: deps.random.uuid(),
    opaqueToken: client.metadata.access_token_format === 'opaque' ? deps.random.token() : undefined,
    accessTokenExpiresAt: after(now, lifetimes.accessToken),
    refreshToken:
      refreshToken === undefined ? undefined : { value: refreshToken, expiresAt: after(now, lifetimes.refreshToken) },
  };
}

/** What storage keeps of an opaque access token; null where it is a JWT. */
export const storedAccessToken = (plan: TokenPlan, { scopes, audience }: Authority): StoredTokens['accessToken'] =>
  plan.opaqueToken === undefined
    ? null
    : {
        valueHash: hashToken(plan.opaqueToken),
        expiresAt: plan.accessTokenExpiresAt,
        payload: { jti: plan.jti, scopes, audience },
      };

/** What storage keeps of all of them. */
export function storedTokens(plan: TokenPlan, authority: Authority): StoredTokens {
  const { refreshToken, accessTokenExpiresAt } = plan;
  const refreshOutlives = refreshToken !== undefined && refreshToken.expiresAt > accessTokenExpiresAt;
  return {
    refreshToken: refreshToken ? { valueHash: hashToken(refreshToken.value), expiresAt: refreshToken.expiresAt } : null,
    accessToken: storedAccessToken(plan, authority),
    lastExpiry: refreshOutlives ? refreshToken.expiresAt : accessTokenExpiresAt,
  };
}

/** The access token's value: the opaque one, or a JWT that says the same (RFC 9068 §2). */
async function accessToken(
  deps: Authz,
  plan: TokenPlan,
  authority: Authority,
  grant: GrantFacts | undefined,
): Promise<string> {
  if (plan.opaqueToken !== undefined) return plan.opaqueToken;
  const key = (await deps.signingKeys.keySet()).current(deps.accessTokenAlgorithm);
  const claims = buildAccessTokenClaims({
    issuer: deps.config.issuer,
    subject: grant?.userId ?? plan.client.clientId,
    audience: authority.audience,
    clientId: plan.client.clientId,
    scopes: authority.scopes,
    jti: plan.jti,
    issuedAt: plan.now,
    lifetime: deps.config.lifetimes.accessToken,
    ...(grant && {
      authentication: { time: grant.authTime, amr: grant.amr, ...(grant.acr === null ? {} : { acr: grant.acr }) },
      sessionId: grant.sessionId,
      authorizationGrantId: grant.authorizationGrantId,
    }),
  });
  return signJwt(key, accessTokenType, claims);
}

/** An ID token goes with every grant of `openid` (OIDC Core §3.1.3.3, §12.2), signed as the client registered. */
async function idToken(
  deps: Authz,
  plan: TokenPlan,
  grant: GrantFacts,
  token: string,
  nonce: string | undefined,
): Promise<string> {
  const alg = plan.client.metadata.id_token_signed_response_alg;
  const key = (await deps.signingKeys.keySet()).current(alg);
  const claims = idTokenClaims(
    {
      issuer: deps.config.issuer,
      clientId: plan.client.clientId,
      subject: grant.userId,
      issuedAt: plan.now,
      lifetime: deps.config.lifetimes.idToken,
      authTime: grant.authTime,
      nonce,
      acr: grant.acr ?? undefined,
      amr: grant.amr,
      sid: grant.sessionId,
      accessToken: token,
    },
    alg,
  );
  return signJwt(key, 'JWT', claims);
}

/** Makes the tokens of a plan. `grant` is left out where a client acts on its own behalf (RFC 6749 §4.4). */
export async function issueTokens(
  deps: Authz,
  plan: TokenPlan,
  authority: Authority,
  { grant, nonce }: { readonly grant?: GrantFacts; readonly nonce?: string | undefined } = {},
): Promise<IssuedTokens> {
  const token = await accessToken(deps, plan, authority, grant);
  return {
    accessToken: token,
    expiresIn: Math.floor(deps.config.lifetimes.accessToken / 1000),
    scopes: authority.scopes,
    refreshToken: plan.refreshToken?.value,
    idToken: grant && authority.scopes.includes('openid') ? await idToken(deps, plan, grant, token, nonce) : undefined,
  };
}

/** Counts what has been handed out. */
export function countTokens(grantType: string, issued: IssuedTokens): void {
  metrics.tokenIssued({ grant_type: grantType, token_type: 'access_token' });
  if (issued.refreshToken !== undefined) metrics.tokenIssued({ grant_type: grantType, token_type: 'refresh_token' });
  if (issued.idToken !== undefined) metrics.tokenIssued({ grant_type: grantType, token_type: 'id_token' });
}
