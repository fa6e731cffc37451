import { faults } from './fault-sentences.js';
import { OAuthError } from './oauth-error.js';

declare const registered: unique symbol;

/**
 * A redirection endpoint that the client registered and that the request named (RFC 6749 §3.1.2.3). Only `matchRedirectUri`
 * makes one, and whatever sends a browser to a client takes one: an open redirector does not compile (RFC 9700 §4.11).
 */
export type RegisteredRedirectUri = string & { readonly [registered]: true };

export interface RedirectUriRequest {
  readonly registered: readonly string[];
  /** The request's redirect_uri, where it sent one. */
  readonly requested: string | undefined;
  /** OpenID requests always name it (OIDC Core §3.1.2.1). */
  readonly openid: boolean;
  /** A native app (OIDC Registration §2 `application_type`), to which every port of a loopback URI belongs. */
  readonly native: boolean;
}

/** `http://127.0.0.1:PORT…` and its like; `localhost` is against advice (RFC 8252 §8.3), and what many libraries send. */
const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::(\d{1,5}))?(?=[/?]|$)/;

/** A loopback URI without its port, which a native app chooses at run time (RFC 8252 §7.3). */
function withoutLoopbackPort(uri: string): string | undefined {
  const match = loopback.exec(uri);
  if (!match || Number(match[2] ?? 80) > 65_535) return undefined;
  return `http://${match[1]}${uri.slice(match[0].length)}`;
}

/**
 * Simple string comparison (RFC 6749 §3.1.2.3, OAuth 2.1 §2.3.1), but for the port of a native app's loopback URI (RFC 8252 §7.3): on a
 * port that a web application did not register, another program may listen.
 */
function matches(candidate: string, requested: string, native: boolean): boolean {
  if (candidate === requested) return true;
  if (!native) return false;
  const portless = withoutLoopbackPort(requested);
  return portless !== undefined && portless === withoutLoopbackPort(candidate);
}

/**
 * Answers "may we redirect at all?" before anything else is asked (RFC 6749 §4.1.2.1). The parameter may be left out only
 * outside OpenID and where the client registered exactly one URI (RFC 6749 §3.1.2.3).
 * @throws OAuthError invalid_request, for a page: never to be redirected
 */
export function matchRedirectUri({ registered, requested, openid, native }: RedirectUriRequest): RegisteredRedirectUri {
  if (requested === undefined) {
    const [only, ...others] = registered;
    if (only === undefined || others.length > 0 || openid) {
      throw new OAuthError('invalid_request', { fault: faults.redirectUriMissing });
    }
    return only as RegisteredRedirectUri;
  }
  if (!registered.some((candidate) => matches(candidate, requested, native))) {
    const compared = { name: 'redirect_uri', offered: requested, registered };
    throw new OAuthError('invalid_request', { fault: faults.redirectUriNotRegistered, compared });
  }
  return requested as RegisteredRedirectUri;
}

/**
 * Whether an answer at this URI may reach any program on the user's machine (RFC 8252 §8.6): whoever listens on the port, or
 * claims the scheme. Only `https` belongs to one domain.
 */
export const isLocalRedirectUri = (uri: string): boolean => !uri.startsWith('https:');

const scriptSchemes = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'blob:',
  'file:',
  'about:',
  'filesystem:',
  'view-source:',
]);
const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Why a URI cannot be registered as a redirection endpoint, if there is a reason: it has to be absolute and without fragment
 * (RFC 6749 §3.1.2), https unless loopback (RFC 8252 §7.3, OAuth 2.1 §2.3.1), or a native app's reverse-domain scheme (RFC 8252 §7.1).
 * An asterisk could stand in a URI, but whoever writes one means a pattern, and none is ever matched (RFC 9700 §4.1.3).
 */
export function redirectUriFault(uri: string): string | undefined {
  if (uri.includes('*')) return 'holds a wildcard, but is compared character by character: list each URI in full';
  if (!/^[\x21-\x7E]+$/.test(uri) || !URL.canParse(uri)) return 'is not an absolute URI';
  const { protocol, hostname, username, password } = new URL(uri);
  if (uri.includes('#')) return 'has a fragment';
  if (username || password) return 'carries credentials';
  if (protocol === 'https:') return undefined;
  if (protocol === 'http:') return loopbackHosts.has(hostname) ? undefined : 'uses http outside loopback';
  if (scriptSchemes.has(protocol)) return 'has a scheme that browsers run or open themselves';
  return protocol.includes('.') ? undefined : 'has a scheme that is neither https nor a reverse domain name';
}
