import type { Configuration } from 'openid-client';
import { type Freshness, type Remembered, remember } from '../../cache/remembered.js';
import { systemClock } from '../../clock.js';
import type { IdentityProvider } from '../../config/identity-providers.js';
import type { Outbound } from '../../http/outbound/client.js';
import type { UpstreamClaims } from '../../protocol/sign-in/federation.js';
import type { UpstreamSession } from '../../storage/federation/upstream-sessions.js';
import type { Idp } from '../deps.js';
import { type AskedOfUpstream, type Upstream, UpstreamDenialError, type UpstreamRequest } from './upstream.js';

type Library = typeof import('openid-client');

/** Only where there is a provider at all. */
const load = (): Promise<Library> => import('openid-client');

/** A provider that moves its endpoints keeps the old ones for a while; one that is away is asked again soon. */
const freshness: Freshness = {
  freshFor: 3_600_000,
  keepFor: 86_400_000,
  cooldown: 60_000,
  retryInterval: 5_000,
};

type Fetch = NonNullable<Parameters<Library['discovery']>[4]>[Library['customFetch']];

/** The library's requests by our one client, with its deadline, its limits and its idea of whom it may talk to. */
const fetchBy =
  (outbound: Outbound): NonNullable<Fetch> =>
  async (url, { method, headers, body }) => {
    const sent = body === undefined || body === null ? {} : { body: String(body) };
    const exchange = { method: method === 'POST' ? method : 'GET', headers, ...sent } as const;
    const { status, contentType, body: received } = await outbound.send(url, exchange);
    return new Response(received === '' ? null : received, {
      status,
      headers: contentType === undefined ? {} : { 'Content-Type': contentType },
    });
  };

/** OIDC Discovery §4, and how we prove who we are at the token endpoint (RFC 8414 §2 `token_endpoint_auth_methods_supported`). */
async function discover({ outbound, clock }: Idp, provider: IdentityProvider): Promise<Configuration> {
  const library = await load();
  const { clientId, clientSecret } = provider;
  const fetch = fetchBy(outbound);
  // What may be plain http is for `outbound.allow_hosts` to say.
  const execute = [library.allowInsecureRequests, library.enableNonRepudiationChecks];
  const options = { execute, [library.customFetch]: fetch };
  const metadata = (
    await library.discovery(new URL(provider.issuer), clientId, undefined, library.None(), options)
  ).serverMetadata();
  const secret = clientSecret?.reveal();
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const byHeader = methods.includes('client_secret_basic') ? library.ClientSecretBasic : library.ClientSecretPost;
  // The library reads the system's clock; ours may be another.
  const skew = { [library.clockSkew]: Math.round((clock.now().getTime() - systemClock.now().getTime()) / 1000) };
  const authentication = secret === undefined ? library.None() : byHeader(secret);
  const configuration = new library.Configuration(metadata, clientId, skew, authentication);
  configuration[library.customFetch] = fetch;
  for (const apply of execute) apply(configuration);
  return configuration;
}

/** Claims that the ID token may leave to userinfo (OIDC Core §5.4). */
const isMissing = ({ claims }: IdentityProvider, told: UpstreamClaims): boolean =>
  Object.values(claims).some((name) => !Object.hasOwn(told, name));

/** Longer ones do not fit into the URL by which the session is ended. */
const longestHint = 6_144;

/** What of the tokens is kept where a sign-out here goes on over there (OIDC RP-Initiated Logout §2 `id_token_hint`). */
function sessionOf(
  configuration: Configuration,
  { id, logout }: IdentityProvider,
  idToken: string | undefined,
): UpstreamSession | undefined {
  const { end_session_endpoint: endSessionUrl } = configuration.serverMetadata();
  if (!logout || endSessionUrl === undefined || idToken === undefined || idToken.length > longestHint) return undefined;
  return { provider: id, endSessionUrl, idToken };
}

/** RFC 6749 §4.1.2.1, in an answer whose `iss` and `state` are right. */
const isDenial = ({ AuthorizationResponseError }: Library, error: unknown): boolean =>
  error instanceof AuthorizationResponseError && error.error === 'access_denied';

async function identify(
  configuration: Configuration,
  provider: IdentityProvider,
  answer: URL,
  { state, nonce, codeVerifier }: UpstreamRequest,
) {
  const library = await load();
  const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true };
  const tokens = await library.authorizationCodeGrant(configuration, answer, checks).catch((error: unknown) => {
    throw isDenial(library, error) ? new UpstreamDenialError(provider.id) : error;
  });
  const told = tokens.claims();
  if (!told) throw new Error('the provider gives no ID token');
  const asks = configuration.serverMetadata().userinfo_endpoint !== undefined && isMissing(provider, told);
  const further = asks ? await library.fetchUserInfo(configuration, tokens.access_token, told.sub) : {};
  const session = sessionOf(configuration, provider, tokens.id_token);
  return { subject: told.sub, claims: { ...further, ...told }, ...(session ? { session } : {}) };
}

/** The authorization request (OIDC Core §3.1.2.1) with PKCE, which a provider that does not know it ignores. */
async function authorizationUrl(
  configuration: Configuration,
  { scopes, promptForAgain }: IdentityProvider,
  { redirectUri, state, nonce, codeVerifier, again, loginHint }: AskedOfUpstream,
): Promise<URL> {
  const library = await load();
  return library.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    state,
    nonce,
    code_challenge: await library.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(again ? { prompt: promptForAgain } : {}),
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
  });
}

/** A provider that speaks OpenID Connect. What it publishes of itself is remembered. */
export function openidUpstream(idp: Idp, provider: IdentityProvider): Upstream {
  const configuration: Remembered<Configuration> = remember(() => discover(idp, provider), idp.clock, freshness);
  return {
    provider,
    authorizationUrl: async (request) => authorizationUrl(await configuration.get(), provider, request),
    identify: async (answer, request) => identify(await configuration.get(), provider, answer, request),
  };
}
