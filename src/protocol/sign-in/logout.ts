import { faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import type { Parameters } from '../parameters.js';

/** The parameters of a logout request (OIDC RP-Initiated Logout §2). */
export interface LogoutRequest {
  readonly id_token_hint?: string | undefined;
  readonly client_id?: string | undefined;
  readonly post_logout_redirect_uri?: string | undefined;
  readonly state?: string | undefined;
}

/** All of it travels in a Location field, with the request or the answer: no valid request needs more. */
const longest = { id_token_hint: 12_288, client_id: 1024, post_logout_redirect_uri: 2048, state: 4096 } as const;

/**
 * Reads a logout request; `logout_hint` and `ui_locales` are taken and left unused (OIDC RP-Initiated Logout §2).
 * @throws OAuthError invalid_request
 */
export function parseLogoutRequest(parameters: Parameters): LogoutRequest {
  const tooLong = Object.entries(longest).find(([name, limit]) => (parameters.get(name)?.length ?? 0) > limit);
  if (tooLong) throw new OAuthError('invalid_request', { fault: faults.parameterTooLong(tooLong[0]) });
  return {
    id_token_hint: parameters.get('id_token_hint'),
    client_id: parameters.get('client_id'),
    post_logout_redirect_uri: parameters.get('post_logout_redirect_uri'),
    state: parameters.get('state'),
  };
}

/** What counts of a verified ID token (OIDC RP-Initiated Logout §2 `id_token_hint`). */
export interface HintFacts {
  readonly audience: readonly string[];
}

/** `absent`: the request had no hint; `invalid`: it had one that is not an ID token of ours. */
export type Hint = HintFacts | 'absent' | 'invalid';

export interface LogoutClient {
  readonly clientId: string;
  readonly postLogoutRedirectUris: readonly string[];
}

declare const registered: unique symbol;

/** Where the browser may go afterwards: only `validateLogout` makes one (OIDC RP-Initiated Logout §3). */
export type PostLogoutRedirectUri = string & { readonly [registered]: true };

export interface ValidatedLogout {
  /** The client that asks, where that is proven by the hint. */
  readonly client?: LogoutClient | undefined;
  /** With `state` in it already. */
  readonly returnTo?: PostLogoutRedirectUri | undefined;
  /** Why the browser will not be sent back although the request wants it: for the page and the log. */
  readonly fault?: string | undefined;
}

/** The client that a logout request speaks for: client_id, or the audience of the hint (OIDC RP-Initiated Logout §2). */
export function logoutClientId(request: LogoutRequest, hint: Hint): string | undefined {
  if (request.client_id !== undefined) return request.client_id;
  return typeof hint === 'object' ? hint.audience[0] : undefined;
}

/** Why a request's claims about its sender do not hold (OIDC RP-Initiated Logout §2, §4). */
function hintFault(hint: Hint, client: LogoutClient | undefined): string | undefined {
  if (hint === 'invalid') return 'id_token_hint is not an ID token of this issuer';
  if (hint === 'absent') return undefined;
  if (client === undefined) return 'the client of id_token_hint is unknown';
  return hint.audience.includes(client.clientId) ? undefined : 'client_id is not in the audience of id_token_hint';
}

const withState = (uri: string, state: string | undefined): string =>
  state === undefined ? uri : `${uri}${uri.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`;

/**
 * Who asks for the logout and where the browser may go afterwards (OIDC RP-Initiated Logout §2, §3). It returns only to a
 * URI that this client registered, character by character, and only on the word of a valid hint: anything else ends on a
 * page of ours, so that nobody can use us as a redirector or pass off a request as another client's.
 */
export function validateLogout(request: LogoutRequest, hint: Hint, client: LogoutClient | undefined): ValidatedLogout {
  const fault = hintFault(hint, client);
  if (fault !== undefined) return { fault };
  const uri = request.post_logout_redirect_uri;
  // Without a hint it is not proven whose request it is: no fault, but no way back either.
  if (hint === 'absent' || client === undefined) return {};
  if (uri === undefined) return { client };
  if (!client.postLogoutRedirectUris.includes(uri))
    return { client, fault: 'post_logout_redirect_uri is not registered' };
  return { client, returnTo: withState(uri, request.state) as PostLogoutRedirectUri };
}
