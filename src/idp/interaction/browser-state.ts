import { hashToken } from '../../crypto/digest.js';
import { browserStateCookie } from '../../protocol/sign-in/session-state.js';
import type { Idp } from '../deps.js';
import { browserStateName, type CookieToSet, type PresentedCookies } from './cookies.js';

/** The cookie that the frame for session management reads (OIDC Session Management §4.2). */
function browserStateFor(secret: string | null): CookieToSet {
  const current = secret === null ? undefined : hashToken(secret);
  return { name: browserStateName, value: browserStateCookie(current, current ? [current] : []), forFrames: true };
}

/** The browser's state follows the session's cookie, whoever sets that. */
export function withBrowserState(idp: Idp, cookies: readonly CookieToSet[]): readonly CookieToSet[] {
  const session = cookies.findLast(({ name }) => name === 'session');
  return idp.config.sessionManagement && session ? [...cookies, browserStateFor(session.value)] : cookies;
}

/**
 * What mends the browser's state where it is not that of the session which the browser brings: that has ended elsewhere, or began before
 * there was session management. Who brings no session, as below pages of other sites, is left as they are.
 */
export function mendedBrowserState(idp: Idp, cookies: PresentedCookies, isLive: boolean): readonly CookieToSet[] {
  if (!idp.config.sessionManagement || cookies.session === undefined) return [];
  const due = browserStateFor(isLive ? cookies.session : null);
  return due.value === cookies.browserState ? [] : [due];
}
