import { after } from '../../clock.js';
import { hashToken } from '../../crypto/digest.js';
import type { Asked } from '../../http/request/asked.js';
import type { NewTrustedBrowser } from '../../storage/factors/trusted-browsers.js';
import { type CookieToSet, type PresentedCookies, trustedBrowserCookie } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import { deviceOf } from './device.js';

/** Accounts whose trust one browser keeps. */
const mostAccounts = 8;

/** Milliseconds for which a browser is trusted; undefined where none is. */
export const trustLifetime = ({ config: { policy } }: Idp): number | undefined =>
  policy.secondFactor === 'when_enrolled' && policy.trustedBrowsers !== 'off' ? policy.trustedBrowsers : undefined;

const secretsOf = ({ trustedBrowser = '' }: PresentedCookies): readonly string[] =>
  trustedBrowser
    .split('.')
    .filter((secret) => /^[\w-]{43}$/.test(secret))
    .slice(0, mostAccounts);

/** Hashes, in hexadecimal, of what a browser brings by which accounts may trust it. */
export const presentedTrust = (idp: Idp, cookies: PresentedCookies): readonly string[] =>
  trustLifetime(idp) === undefined ? [] : secretsOf(cookies).map((secret) => hashToken(secret).toString('hex'));

interface Trust {
  readonly stored: NewTrustedBrowser;
  readonly cookie: CookieToSet;
}

/** A value of its own for each account and each time, so that none can be planted; the oldest of the browser's is dropped. */
export function newTrust(idp: Idp, cookies: PresentedCookies, { userAgent }: Asked): Trust | undefined {
  const lifetime = trustLifetime(idp);
  if (lifetime === undefined) return undefined;
  const secret = idp.random.token();
  return {
    stored: {
      secretHash: hashToken(secret).toString('hex'),
      id: idp.random.uuid(),
      device: deviceOf(userAgent),
      expiresAt: after(idp.clock.now(), lifetime).getTime(),
    },
    cookie: trustedBrowserCookie([secret, ...secretsOf(cookies)].slice(0, mostAccounts).join('.'), lifetime),
  };
}
