import { hashToken } from '../../crypto/digest.js';
import { browserStateCookie } from '../../protocol/sign-in/session-state.js';
import type { Idp } from '../deps.js';
import { browserStateName, type CookieToSet, type PresentedCookies, secretsIn } from './cookies.js';

/** Secrets of the browser's sessions. */
interface SessionSecrets {
  readonly current: string | undefined;
  readonly kept: readonly string[];
}

/** The cookie that the frame for session management reads (OIDC Session Management §4.2). */
function browserStateFor({ current, kept }: SessionSecrets): CookieToSet {
  const all = current === undefined ? kept : [current, ...kept];
  const value = browserStateCookie(current === undefined ? undefined : hashToken(current), all.map(hashToken));
  return { name: browserStateName, value, forFrames: true };
}

/** The browser's state follows the cookies of its sessions, whoever sets them. */
export function withBrowserState(
  idp: Idp,
  presented: PresentedCookies,
  cookies: readonly CookieToSet[],
): readonly CookieToSet[] {
  if (!idp.config.sessionManagement) return cookies;
  const current = cookies.findLast(({ name }) => name === 'session');
  const kept = cookies.findLast(({ name }) => name === 'kept_sessions');
  if (!current && !kept) return cookies;
  const state = browserStateFor({
    current: current ? (current.value ?? undefined) : presented.session,
    kept: kept ? secretsIn(kept.value ?? undefined) : presented.keptSessions,
  });
  return [...cookies, state];
}

/**
 * What mends the browser's state where it is not that of the sessions which the browser brings: one has ended elsewhere, or began before
 * there was session management. Who brings no session, as below pages of other sites, is left as they are.
 * @param live secrets
 */
export function mendedBrowserState(
  idp: Idp,
  { session, keptSessions, browserState }: PresentedCookies,
  live: readonly string[],
): readonly CookieToSet[] {
  if (!idp.config.sessionManagement || (session === undefined && keptSessions.length === 0)) return [];
  const isLive = (secret: string) => live.includes(secret);
  const current = session !== undefined && isLive(session) ? session : undefined;
  const due = browserStateFor({ current, kept: keptSessions.filter(isLive) });
  return due.value === browserState ? [] : [due];
}
