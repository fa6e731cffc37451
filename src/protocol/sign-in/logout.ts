import { faults } from '../fault-sentences.js';
import { OAuthError } from '../oauth-error.js';
import type { Parameters } from '../parameters.js';

/** The parameters of a logout request (OIDC RP-Initiated Logout §2). */
export interface LogoutRequest {
  readonly id_token_hint?: string | undefined;
  readonly client_id?: string | undefined;
  readonly post_logout_redirect_uri?: string | undefined;
  readonly state?: string | undefined;
  readonly ui_locales?: string | undefined;
}

/** All of it travels in a Location field, with the request or the answer: no valid request needs more. */
const longest = { id_token_hint: 12_288, client_id: 1024, post_logout_redirect_uri: 2048, state: 4096 } as const;

/**
 * Reads a logout request; `logout_hint` is taken and left unused (OIDC RP-Initiated Logout §2).
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
    // A wish, and no fault when it is too long (OIDC Core §3.1.2.1).
    ui_locales: parameters.get('ui_locales')?.slice(0, 512),
  };
}

/** What counts of a verified ID token (OIDC RP-Initiated Logout §2 `id_token_hint`). */
export interface HintFacts {
  readonly audience: readonly string[];
  readonly subject: string;
  /** Its `sid` (OIDC Back-Channel Logout §2.1): the session in which it was issued. */
  readonly sessionId?: string | undefined;
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

/** The client that a logout request speaks for: client_id, or the one audience of the hint (OIDC RP-Initiated Logout §2). */
export function logoutClientId(request: LogoutRequest, hint: Hint): string | undefined {
  if (request.client_id !== undefined) return request.client_id;
  return typeof hint === 'object' && hint.audience.length === 1 ? hint.audience[0] : undefined;
}

/** Why a request's claims about its sender do not hold (OIDC RP-Initiated Logout §2, §4). */
function senderFault(
  { client_id: clientId }: LogoutRequest,
  hint: Hint,
  client: LogoutClient | undefined,
): string | undefined {
  if (hint === 'invalid') return 'id_token_hint is not an ID token of this issuer';
  if (client === undefined) {
    if (clientId !== undefined) return 'client_id is unknown or disabled';
    if (hint === 'absent') return undefined;
    return 'id_token_hint is for no client that is known and enabled, or for several: client_id says for which';
  }
  if (hint === 'absent' || hint.audience.includes(client.clientId)) return undefined;
  return 'client_id is not in the audience of id_token_hint';
}

const withState = (uri: string, state: string | undefined): string =>
  state === undefined ? uri : `${uri}${uri.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`;

/**
 * Who asks for the logout and where the browser may go afterwards (OIDC RP-Initiated Logout §2, §3). It returns only to a
 * URI that is registered, character by character, for the client of the hint or of client_id. Anybody can write a client_id,
 * so without a hint the way back is that client's, but the request is nobody's word: it is not passed off as the client's.
 */
export function validateLogout(request: LogoutRequest, hint: Hint, client: LogoutClient | undefined): ValidatedLogout {
  const fault = senderFault(request, hint, client);
  if (fault !== undefined) return { fault };
  const uri = request.post_logout_redirect_uri;
  const proven = hint === 'absent' || client === undefined ? {} : { client };
  // Without hint and client_id nobody says whose the URI is: no fault, but no way back either.
  if (uri === undefined || client === undefined) return proven;
  if (!client.postLogoutRedirectUris.includes(uri))
    return { ...proven, fault: 'post_logout_redirect_uri is not registered' };
  return { ...proven, returnTo: withState(uri, request.state) as PostLogoutRedirectUri };
}

/** When a person is asked before a session ends. */
export const logoutConfirmations = ['unless_hinted', 'always'] as const;
export type LogoutConfirmation = (typeof logoutConfirmations)[number];

/**
 * Whether the person has to be asked (OIDC RP-Initiated Logout §2: SHOULD, and MUST where the hint is of somebody else or
 * absent). Any page can send a browser here, but an ID token of the very session that is to end only its user and its client
 * have. One without `sid` does not say which session it is of.
 */
export function mustConfirmLogout(
  policy: LogoutConfirmation,
  { client, fault }: ValidatedLogout,
  hint: Hint,
  session: { readonly id: string; readonly userId: string },
): boolean {
  if (policy === 'always' || fault !== undefined || client === undefined || typeof hint !== 'object') return true;
  return hint.sessionId !== session.id || hint.subject !== session.userId;
}
