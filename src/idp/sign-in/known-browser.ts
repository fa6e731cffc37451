import { equalInConstantTime, hmacSha256 } from '../../crypto/digest.js';
import type { SignInAccount } from '../../storage/people/users.js';
import { type CookieToSet, knownBrowserCookie } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';
import type { Visit } from '../interaction/visit.js';

const mostAccounts = 8;
const signatureBytes = 16;

type Account = Pick<SignInAccount, 'id' | 'passwordChangedAt'>;

/** A change of the password makes it another: whoever signed in with the old one is a stranger. */
function signature(key: Buffer, browser: string, { id, passwordChangedAt }: Account): Buffer {
  const since = passwordChangedAt === null ? [] : [passwordChangedAt.toISOString()];
  return hmacSha256(key, browser, id, ...since).subarray(0, signatureBytes);
}

/** What a browser brings by which it may be known. */
type BroughtByBrowser = Pick<Visit, 'browser' | 'cookies'>;

const signatures = ({ cookies }: BroughtByBrowser): readonly Buffer[] =>
  (cookies.knownBrowser ?? '')
    .split('.')
    .slice(0, mostAccounts)
    .map((part) => Buffer.from(part, 'base64url'))
    .filter((part) => part.length === signatureBytes);

/** Whether there is anything in the browser's cookie that could make it known to some account. */
export const claimsToBeKnown = (visit: Visit): boolean => signatures(visit).length > 0;

/** Whether somebody signed in to this account from this browser, with the password that it has now: strangers' failures do not slow it down. */
export const isKnownBrowser = (idp: Idp, visit: Visit, account: Account): boolean =>
  idp.knownBrowserKeys.some((key) => {
    const expected = signature(key, visit.browser, account);
    return signatures(visit).some((presented) => equalInConstantTime(presented, expected));
  });

/** Adds the account to those that signed in from this browser before; the oldest are dropped. */
export function rememberedBrowser(idp: Idp, visit: BroughtByBrowser, account: Account): CookieToSet {
  const own = signature(idp.knownBrowserKeys[0], visit.browser, account);
  const others = signatures(visit).filter((other) => !equalInConstantTime(other, own));
  const value = [own, ...others].slice(0, mostAccounts).map((part) => part.toString('base64url'));
  return knownBrowserCookie(idp, value.join('.'));
}
