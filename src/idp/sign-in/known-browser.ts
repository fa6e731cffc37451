import type { Request, Response } from 'express';
import { equalInConstantTime, hmacSha256 } from '../../crypto/digest.js';
import type { Idp } from '../deps.js';

const cookie = 'known_browser';
const mostAccounts = 8;
const signatureBytes = 16;

const signature = (key: Buffer, browser: string, userId: string): Buffer =>
  hmacSha256(key, browser, userId).subarray(0, signatureBytes);

const signatures = (idp: Idp, req: Request): readonly Buffer[] =>
  (idp.cookies.read(req, cookie) ?? '')
    .split('.')
    .slice(0, mostAccounts)
    .map((part) => Buffer.from(part, 'base64url'))
    .filter((part) => part.length === signatureBytes);

/** Whether somebody once signed in to this account from this browser: strangers' failures do not slow it down. */
export const isKnownBrowser = (idp: Idp, req: Request, browser: string, userId: string): boolean =>
  idp.knownBrowserKeys.some((key) => {
    const expected = signature(key, browser, userId);
    return signatures(idp, req).some((presented) => equalInConstantTime(presented, expected));
  });

/** Remembers the account beside those that signed in here before; the oldest give way. */
export function rememberBrowser(idp: Idp, req: Request, res: Response, browser: string, userId: string): void {
  const own = signature(idp.knownBrowserKeys[0], browser, userId);
  const others = signatures(idp, req).filter((other) => !equalInConstantTime(other, own));
  const value = [own, ...others].slice(0, mostAccounts).map((part) => part.toString('base64url'));
  const maxAgeSeconds = Math.floor(idp.config.signIn.knownBrowser / 1000);
  idp.cookies.set(res, cookie, value.join('.'), { sameSite: 'Lax', maxAgeSeconds });
}
