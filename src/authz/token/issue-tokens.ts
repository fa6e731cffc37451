import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import { signJwt } from '../../crypto/jwt.js';
import { encryptForClient } from '../../http/outbound/client-encryption.js';
import { claimsOfScopes, limitClaimsToRegistration, toldClaims } from '../../protocol/claims.js';
import { idTokenEncryption } from '../../protocol/client/encrypted-answers.js';
import { parseScope } from '../../protocol/scope.js';
import { buildAccessTokenClaims } from '../../protocol/token/access-token.js';
import { accessTokenForm } from '../../protocol/token/access-token-form.js';
import { type ConfirmationClaim, confirmationClaim } from '../../protocol/token/confirmation.js';
import { idTokenClaims, scopeClaimsInIdToken } from '../../protocol/token/id-token.js';
import type { IssuedTokens } from '../../protocol/token/token-response.js';
import type { GrantOfUser } from '../../storage/grants/authorization-grants.js';
import { claimsOf } from '../../storage/people/users.js';
import type { StoredTokens } from '../../storage/tokens/redemption.js';
import { metrics } from '../../telemetry/metrics/metrics.js';
import type { AuthenticatedClient } from '../client/authenticate-client.js';
import type { Authz } from '../deps.js';
import type { TokenRequestContext } from './token-request-context.js';
import { grantContent, type ToldGrant, toldGrant } from './told-grant.js';

/** Values and times of tokens, settled before anything is stored or signed. */
export interface TokenPlan {
  readonly client: AuthenticatedClient;
  readonly now: Date;
  readonly jti: string;
  /** Undefined where the access token is a JWT. */
  readonly opaqueToken: string | undefined;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: { readonly value: string; readonly expiresAt: Date } | undefined;
  /** What the access token is bound to; undefined for a bearer token. */
  readonly cnf: ConfirmationClaim | undefined;
}

/** What the access token is good for (RFC 6749 §3.3, RFC 9068 §3). */
export interface Authority {
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
}

/** @param refreshToken the value of the refresh token that goes along, if one does */
export function planTokens(
  authz: Authz,
  { client, confirmation }: TokenRequestContext,
  refreshToken?: string,
): TokenPlan {
  const { lifetimes } = authz.config;
  const now = authz.clock.now();
  return {
    client,
    now,
    jti: authz.random.uuid(),
    opaqueToken: client.metadata.access_token_format === 'opaque' ? authz.random.token() : undefined,
    accessTokenExpiresAt: after(now, lifetimes.accessToken),
    refreshToken:
      refreshToken === undefined ? undefined : { value: refreshToken, expiresAt: after(now, lifetimes.refreshToken) },
    cnf: confirmationClaim(confirmation),
  };
}

/** What storage keeps of the tokens of a plan: a JWT needs no row. */
export function storedTokens(plan: TokenPlan, { scopes, audience }: Authority): StoredTokens {
  const { refreshToken, accessTokenExpiresAt, opaqueToken, jti, cnf } = plan;
  const refreshOutlives = refreshToken !== undefined && refreshToken.expiresAt > accessTokenExpiresAt;
  return {
    refreshToken: refreshToken ? { valueHash: hashToken(refreshToken.value), expiresAt: refreshToken.expiresAt } : null,
    accessToken:
      opaqueToken === undefined
        ? null
        : {
            valueHash: hashToken(opaqueToken),
            expiresAt: accessTokenExpiresAt,
            payload: { jti, scopes, audience, cnf },
          },
    lastExpiry: refreshOutlives ? refreshToken.expiresAt : accessTokenExpiresAt,
  };
}

/** The access token's value: the opaque one, or a JWT that says the same (RFC 9068 §2). */
async function accessToken(
  authz: Authz,
  plan: TokenPlan,
  authority: Authority,
  grant: ToldGrant | undefined,
): Promise<string> {
  if (plan.opaqueToken !== undefined) return plan.opaqueToken;
  const { alg, typ } = accessTokenForm(authority.audience, authz.accessTokenForms);
  const key = (await authz.signingKeys.keySet()).current(alg);
  const claims = buildAccessTokenClaims({
    issuer: authz.config.issuer,
    subject: plan.client.clientId,
    audience: authority.audience,
    clientId: plan.client.clientId,
    scopes: authority.scopes,
    jti: plan.jti,
    issuedAt: plan.now,
    lifetime: authz.config.lifetimes.accessToken,
    cnf: plan.cnf,
    ...(grant && grantContent(grant)),
  });
  return signJwt(key, typ, claims);
}

/** The claims that an ID token tells: of its scopes, as the client is registered, and those granted one by one (OIDC Core §5.5). */
function namesInIdToken(
  { config }: Authz,
  { metadata }: AuthenticatedClient,
  { requestedClaims }: GrantOfUser,
  scopes: readonly string[],
): readonly string[] {
  const custom = config.claims.scopes;
  const requested = requestedClaims?.idToken ?? [];
  return [
    ...scopeClaimsInIdToken(claimsOfScopes(scopes, custom), metadata),
    ...limitClaimsToRegistration(requested, parseScope(metadata.scope), custom),
  ];
}

interface IdTokenContent {
  /** What was granted and is still good. */
  readonly scopes: readonly string[];
  readonly accessToken: string;
  readonly nonce: string | undefined;
}

/**
 * An ID token goes with every grant of `openid` (OIDC Core §3.1.3.3, §12.2), signed as the client registered, and then encrypted
 * where it registered that (OIDC Core §10.2).
 */
async function idToken(
  authz: Authz,
  plan: TokenPlan,
  grant: ToldGrant<GrantOfUser>,
  { scopes, accessToken, nonce }: IdTokenContent,
): Promise<string> {
  const alg = plan.client.metadata.id_token_signed_response_alg;
  const key = (await authz.signingKeys.keySet()).current(alg);
  const names = namesInIdToken(authz, plan.client, grant, scopes);
  const claims = idTokenClaims(
    {
      issuer: authz.config.issuer,
      clientId: plan.client.clientId,
      subject: grant.subject,
      issuedAt: plan.now,
      lifetime: authz.config.lifetimes.idToken,
      authTime: grant.authTime,
      nonce,
      acr: grant.acr ?? undefined,
      amr: grant.amr,
      sid: grant.sid,
      accessToken,
      userClaims: names.length > 0 ? toldClaims(claimsOf(grant), names) : {},
    },
    alg,
  );
  const { metadata } = plan.client;
  return encryptForClient(authz.clientKeys, metadata, idTokenEncryption(metadata), await signJwt(key, 'JWT', claims));
}

/** Makes the tokens of a plan. `grant` is left out where a client acts on its own behalf (RFC 6749 §4.4). */
export async function issueTokens(
  authz: Authz,
  plan: TokenPlan,
  authority: Authority,
  { grant: given, nonce }: { readonly grant?: GrantOfUser; readonly nonce?: string | undefined } = {},
): Promise<IssuedTokens> {
  const grant = given && toldGrant(given, await authz.subjects.seenBy(plan.client.metadata));
  const token = await accessToken(authz, plan, authority, grant);
  if (plan.refreshToken && grant) {
    const { scopes, resources } = grant;
    authz.refreshTokensHandedOut.keep(hashToken(plan.refreshToken.value), { scopes, resources });
  }
  return {
    accessToken: token,
    expiresIn: Math.floor(authz.config.lifetimes.accessToken / 1000),
    scopes: authority.scopes,
    cnf: plan.cnf,
    refreshToken: plan.refreshToken?.value,
    idToken:
      grant && authority.scopes.includes('openid')
        ? await idToken(authz, plan, grant, { scopes: authority.scopes, accessToken: token, nonce })
        : undefined,
  };
}

/** Counts what has been handed out. */
export function countTokens(grantType: string, issued: IssuedTokens): void {
  metrics.tokenIssued({ grant_type: grantType, token_type: 'access_token' });
  if (issued.refreshToken !== undefined) metrics.tokenIssued({ grant_type: grantType, token_type: 'refresh_token' });
  if (issued.idToken !== undefined) metrics.tokenIssued({ grant_type: grantType, token_type: 'id_token' });
}
