import { sha256 } from './sha256.js';

/** What a client that asks is told (OIDC Session Management §3.1). */
export type SessionCheck = 'changed' | 'unchanged' | 'error';

/** A question of a window, and what this browser knows. */
export interface CheckedSession {
  /** `client_id session_state`, as the window sent it. */
  readonly message: string;
  /** Of the window, by the browser's word. */
  readonly origin: string;
  /** Of the cookie; undefined where there is none. */
  readonly browserStates: readonly string[] | undefined;
  /** Whether the browser would show the frame a cookie if there were one. */
  readonly seesCookies: boolean;
}

const base64url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');

/**
 * Whether the state that a client was told of is still among the browser's (OIDC Session Management §3.2). Where the browser hides its cookies
 * from frames nobody can say: an `error`, upon which a client asks nothing further, lest all be signed out who are signed in.
 */
export function checkSession({ message, origin, browserStates, seesCookies }: CheckedSession): SessionCheck {
  const [, clientId, hash, salt] = /^(.+) ([\w-]{43})\.([\w-]+)$/.exec(message) ?? [];
  if (hash === undefined || (browserStates === undefined && !seesCookies)) return 'error';
  const isToldOf = (state: string) => base64url(sha256(`${clientId} ${origin} ${state} ${salt}`)) === hash;
  return browserStates?.some(isToldOf) ? 'unchanged' : 'changed';
}
