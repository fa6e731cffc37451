import { createHash } from 'node:crypto';
import type { IdentityProvider } from '../../config/identity-providers.js';
import type { Exchange, Outbound } from '../../http/outbound/client.js';
import type { UpstreamClaims } from '../../protocol/sign-in/federation.js';
import type { Idp } from '../deps.js';
import { type Upstream, UpstreamDenialError, type UpstreamIdentity, type UpstreamRequest } from './upstream.js';

type Members = Readonly<Record<string, unknown>>;

const membersOf = (value: unknown): Members => (typeof value === 'object' && value !== null ? (value as Members) : {});

/** GitHub's API stands apart, and that of a server of one's own below its address. */
const apiOf = (issuer: string): string =>
  issuer === 'https://github.com' ? 'https://api.github.com' : `${issuer.replace(/\/$/, '')}/api/v3`;

const endpointOf = ({ issuer }: IdentityProvider, name: 'authorize' | 'access_token'): URL =>
  new URL(`${issuer.replace(/\/$/, '')}/login/oauth/${name}`);

/** It answers nobody who does not say who they are. */
const agent = { 'User-Agent': 'identity-services' };

async function ask(outbound: Outbound, url: string, exchange: Exchange): Promise<unknown> {
  const { status, body } = await outbound.send(url, exchange);
  if (status !== 200) throw new Error(`status ${status} of ${new URL(url).pathname}`);
  return JSON.parse(body);
}

/** RFC 6749 §4.1.3. Its errors come with status 200. */
async function redeemCode(
  outbound: Outbound,
  provider: IdentityProvider,
  code: string,
  { redirectUri, codeVerifier }: UpstreamRequest,
): Promise<string> {
  const form = {
    grant_type: 'authorization_code',
    client_id: provider.clientId,
    client_secret: provider.clientSecret?.reveal() ?? '',
    code,
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
  };
  const { status, body } = await outbound.postForm(endpointOf(provider, 'access_token').href, form, agent);
  const { access_token: token, error } = membersOf(JSON.parse(body));
  if (typeof token === 'string' && status === 200) return token;
  throw new Error(`the token endpoint says ${typeof error === 'string' ? error : `status ${status}`}`);
}

/** The address that is used for everything, where it has been proven. The public one of the profile may be neither. */
function primaryAddress(emails: unknown): Members {
  const list = Array.isArray(emails) ? emails.map(membersOf) : [];
  const primary = list.find((each) => each.primary === true);
  return primary ? { email: primary.email, email_verified: primary.verified === true } : {};
}

async function whoIs(
  outbound: Outbound,
  { issuer, scopes }: IdentityProvider,
  token: string,
): Promise<UpstreamIdentity> {
  const headers = { ...agent, Accept: 'application/vnd.github+json', Authorization: `Bearer ${token}` };
  const api = apiOf(issuer);
  const user = membersOf(await ask(outbound, `${api}/user`, { method: 'GET', headers }));
  if (typeof user.id !== 'number') throw new Error('the user has no id');
  const tellsAddress = scopes.some((scope) => scope === 'user:email' || scope === 'user');
  const emails = tellsAddress ? await ask(outbound, `${api}/user/emails`, { method: 'GET', headers }) : [];
  const claims: UpstreamClaims = {
    name: user.name ?? user.login,
    preferred_username: user.login,
    profile: user.html_url,
    picture: user.avatar_url,
    ...primaryAddress(emails),
  };
  return { subject: String(user.id), claims };
}

/**
 * GitHub: OAuth (RFC 6749 §4.1) with an API of its own in the place of an ID token. There is no `iss` and no nonce: the redirect URI of
 * its own and PKCE stand in for them (RFC 9700 §4.4.2, §4.5.3).
 */
export const githubUpstream = ({ outbound }: Idp, provider: IdentityProvider): Upstream => ({
  provider,
  async authorizationUrl({ redirectUri, state, codeVerifier, again, loginHint }) {
    const url = endpointOf(provider, 'authorize');
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: provider.clientId,
      redirect_uri: redirectUri,
      scope: provider.scopes.join(' '),
      state,
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...(again ? { prompt: provider.promptForAgain } : {}),
      ...(loginHint === undefined ? {} : { login: loginHint }),
    }).toString();
    return url;
  },
  async identify(answer, request) {
    const { searchParams: query } = answer;
    if (query.get('error') === 'access_denied') throw new UpstreamDenialError(provider.id);
    const code = query.get('code');
    if (code === null) throw new Error(`the answer has no code: ${query.get('error') ?? 'and no error'}`);
    return whoIs(outbound, provider, await redeemCode(outbound, provider, code, request));
  },
});
