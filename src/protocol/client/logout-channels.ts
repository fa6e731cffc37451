import type { MemberReader } from './member-reader.js';

/** How a client is told that a session has ended (OIDC Back-Channel Logout §2.2, OIDC Front-Channel Logout §2). */
export interface LogoutChannels {
  readonly backchannel_logout_uri?: string;
  /** Always granted: each logout token has a `sid`. Kept only where it is true. */
  readonly backchannel_logout_session_required?: boolean;
  readonly frontchannel_logout_uri?: string;
  /** Always granted: each address is called with `iss` and `sid`. Kept only where it is true. */
  readonly frontchannel_logout_session_required?: boolean;
}

/** The members of {@link LogoutChannels} as they arrive (OIDC Back-Channel Logout §2.2, OIDC Front-Channel Logout §2). */
export const readLogoutChannels = (read: MemberReader) => ({
  backchannel_logout_uri: read.webUrl('backchannel_logout_uri'),
  backchannel_logout_session_required: read.flag('backchannel_logout_session_required') || undefined,
  frontchannel_logout_uri: read.webUrl('frontchannel_logout_uri'),
  frontchannel_logout_session_required: read.flag('frontchannel_logout_session_required') || undefined,
});

/** What of a client decides whether a browser is sent to its address (OIDC Front-Channel Logout §2). */
export interface FrontChannelClient {
  readonly frontchannel_logout_uri: string;
  readonly redirect_uris: readonly string[];
}

/** Why no page of ours loads the address in a frame: it is not the client's own, or no Content-Security-Policy can name its host. */
function frameFault({ frontchannel_logout_uri: uri, redirect_uris: redirectUris }: FrontChannelClient) {
  const { origin, hostname } = new URL(uri);
  if (!redirectUris.some((other) => URL.canParse(other) && new URL(other).origin === origin))
    return 'has another scheme, host or port than every one of redirect_uris';
  return /[^\w.-]/.test(hostname) ? 'has a host that is no domain name and no IPv4 address' : undefined;
}

type Checked = LogoutChannels & {
  readonly token_endpoint_auth_method: string;
  readonly redirect_uris: readonly string[];
};

/**
 * Addresses have no fragment, and http is for clients with a secret (OIDC Back-Channel Logout §2.2, OIDC Front-Channel Logout §2); that for
 * the browser is where the client also takes its answers (OIDC Front-Channel Logout §2).
 */
export function checkLogoutChannels(metadata: Checked, { fault }: MemberReader): void {
  for (const member of ['backchannel_logout_uri', 'frontchannel_logout_uri'] as const) {
    const uri = metadata[member];
    if (uri === undefined) continue;
    const { protocol, username, password } = new URL(uri);
    if (uri.includes('#')) fault(member, 'has a fragment');
    if (username || password) fault(member, 'carries credentials');
    if (protocol !== 'https:' && metadata.token_endpoint_auth_method === 'none')
      fault(member, 'is not https, as it has to be for a client without a secret');
  }
  const { frontchannel_logout_uri, redirect_uris } = metadata;
  if (frontchannel_logout_uri === undefined) return;
  const problem = frameFault({ frontchannel_logout_uri, redirect_uris });
  if (problem !== undefined) fault('frontchannel_logout_uri', problem);
}

/**
 * The address at which a browser tells a client of a session's end, always with `iss` and `sid`, by which the client knows that it is its
 * own session (OIDC Front-Channel Logout §2). Undefined for an address that was stored before there was a rule for it and breaks it.
 */
export function frontChannelLogoutUrl(
  client: FrontChannelClient,
  { issuer, sid }: { readonly issuer: string; readonly sid: string },
): URL | undefined {
  const uri = client.frontchannel_logout_uri;
  if (!URL.canParse(uri) || !/^https?:/.test(uri) || frameFault(client) !== undefined) return undefined;
  const url = new URL(uri);
  url.searchParams.set('iss', issuer);
  url.searchParams.set('sid', sid);
  return url;
}
