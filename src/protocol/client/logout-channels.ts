import type { MemberReader } from './member-reader.js';

/** How a client is told that a session has ended (OIDC Back-Channel Logout §2.2). */
export interface LogoutChannels {
  readonly backchannel_logout_uri?: string;
  /** Always granted: each logout token has a `sid`. Kept only where it is true. */
  readonly backchannel_logout_session_required?: boolean;
}

/** The members of {@link LogoutChannels} as they arrive (OIDC Back-Channel Logout §2.2). */
export const readLogoutChannels = (read: MemberReader) => ({
  backchannel_logout_uri: read.webUrl('backchannel_logout_uri'),
  backchannel_logout_session_required: read.flag('backchannel_logout_session_required') || undefined,
});

/** An address for logout tokens has no fragment, and http is for clients with a secret (OIDC Back-Channel Logout §2.2). */
export function checkLogoutChannels(
  metadata: LogoutChannels & { readonly token_endpoint_auth_method: string },
  { fault }: MemberReader,
): void {
  const { backchannel_logout_uri: uri, token_endpoint_auth_method: method } = metadata;
  if (uri === undefined) return;
  const { protocol, username, password } = new URL(uri);
  if (uri.includes('#')) fault('backchannel_logout_uri', 'has a fragment');
  if (username || password) fault('backchannel_logout_uri', 'carries credentials');
  if (protocol !== 'https:' && method === 'none')
    fault('backchannel_logout_uri', 'is not https, as it has to be for a client without a secret');
}
