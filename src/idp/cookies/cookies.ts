import type { Request, Response } from 'express';
import { languageCookieName, languageCookieValue, type Reader, readerOf } from '../../pages/view.js';
import type { Language } from '../../protocol/language.js';
import { mostAccounts } from '../../protocol/sign-in/accounts-in-browser.js';
import type { PasskeyOffer } from '../../protocol/sign-in/next-step.js';
import type { Idp } from '../deps.js';

export const browserStateName = 'browser_state';

/** The cookies of ours that a request brings, as values: below the endpoints nothing needs the request itself. */
export interface PresentedCookies {
  /** The browser's own random value: what interactions and forms are bound to. It says nothing about who uses it. */
  readonly browser: string | undefined;
  /** The secret of the current session, stored as a hash only. */
  readonly session: string | undefined;
  /** Those of the sessions of other accounts that are kept beside it. */
  readonly keptSessions: readonly string[];
  /** What `remembered-accounts.ts` keeps of the accounts that this browser has seen. */
  readonly accounts: string | undefined;
  /** What `known-browser.ts` keeps of the accounts that signed in from this browser. */
  readonly knownBrowser: string | undefined;
  /** What `trusted-browser.ts` keeps of the accounts that ask for no code in this browser. */
  readonly trustedBrowser: string | undefined;
  /** What `browser-state.ts` tells the frame for session management. */
  readonly browserState: string | undefined;
  /** The id of the interaction whose sign-in page was shown last: other pages lead back to it. */
  readonly interaction: string | undefined;
  /** Whether a passkey may be offered here. */
  readonly passkeyOffer: PasskeyOffer | undefined;
  /** The person's choice of a language, and what the browser says of it. */
  readonly reader: Reader;
}

/** A cookie that an answer sets, or clears where it has no value. */
export interface CookieToSet {
  readonly name:
    | 'browser'
    | 'session'
    | 'kept_sessions'
    | 'accounts'
    | typeof browserStateName
    | 'known_browser'
    | 'trusted_browser'
    | 'interaction'
    | 'passkey_offer'
    | typeof languageCookieName;
  readonly value: string | null;
  /** Without it the cookie goes with the browser's window. */
  readonly maxAgeSeconds?: number;
  /** For a script of ours below pages of other sites. */
  readonly forFrames?: boolean;
}

const wellFormed = (value: string | undefined): string | undefined =>
  value !== undefined && /^[A-Za-z0-9_-]{22,43}$/.test(value) ? value : undefined;

/** Secrets, as the cookie of the kept sessions has them. */
export const secretsIn = (value: string | undefined): readonly string[] =>
  (value ?? '').split('.', mostAccounts - 1).filter((secret) => wellFormed(secret) !== undefined);

const passkeyOffers: readonly PasskeyOffer[] = ['able', 'wanted', 'declined'];

export const presentedCookies = ({ cookies }: Idp, req: Request): PresentedCookies => ({
  browser: wellFormed(cookies.read(req, 'browser')),
  session: wellFormed(cookies.read(req, 'session')),
  keptSessions: secretsIn(cookies.read(req, 'kept_sessions')),
  accounts: cookies.read(req, 'accounts'),
  knownBrowser: cookies.read(req, 'known_browser'),
  trustedBrowser: cookies.read(req, 'trusted_browser'),
  browserState: cookies.read(req, browserStateName),
  interaction: wellFormed(cookies.read(req, 'interaction')),
  passkeyOffer: passkeyOffers.find((offer) => offer === cookies.read(req, 'passkey_offer')),
  reader: readerOf(cookies, req),
});

/** A cookie that outlives the browser's window by as long as a browser counts as known. */
const lasting = (idp: Idp, name: CookieToSet['name'], value: string): CookieToSet => ({
  name,
  value,
  maxAgeSeconds: Math.floor(idp.config.signIn.knownBrowser / 1000),
});

/** Kept for long, so that a browser that opens several tabs at its start does not get several values. */
export const browserCookie = (idp: Idp, value: string): CookieToSet => lasting(idp, 'browser', value);

export const knownBrowserCookie = (idp: Idp, value: string): CookieToSet => lasting(idp, 'known_browser', value);

/** @param lifetime milliseconds */
export const trustedBrowserCookie = (value: string, lifetime: number): CookieToSet => ({
  name: 'trusted_browser',
  value,
  maxAgeSeconds: Math.floor(lifetime / 1000),
});

/** What a person chose at the foot of a page; `request` names the one on whose pages it was. Null clears it. */
export const languageCookie = (idp: Idp, language: Language | null, request: string | undefined): CookieToSet =>
  language === null
    ? { name: languageCookieName, value: null }
    : lasting(idp, languageCookieName, languageCookieValue(language, request));

/** Seconds for which nobody who said no is asked again in that browser. */
const declinedFor = 30 * 86_400;

/** Null clears it. */
export const passkeyOfferCookie = (offer: PasskeyOffer | null): CookieToSet => ({
  name: 'passkey_offer',
  value: offer,
  ...(offer === 'declined' ? { maxAgeSeconds: declinedFor } : {}),
});

/** Gone with the browser's window; what it names ends much earlier. */
export const interactionCookie = (id: string): CookieToSet => ({ name: 'interaction', value: id });

/** Gone with the browser's window; how long it counts is decided by the session's row. Null clears it. */
export const sessionCookie = (secret: string | null): CookieToSet => ({ name: 'session', value: secret });

/** Gone with the browser's window, as the session's is. */
export const keptSessionsCookie = (secrets: readonly string[]): CookieToSet => ({
  name: 'kept_sessions',
  value: secrets.length > 0 ? secrets.join('.') : null,
});

export const accountsCookie = (idp: Idp, value: string): CookieToSet => lasting(idp, 'accounts', value);

export function setCookie(
  { cookies }: Idp,
  res: Response,
  { name, value, forFrames = false, ...lifetime }: CookieToSet,
): void {
  if (value === null) cookies.clear(res, name);
  else
    cookies.set(res, name, value, { sameSite: forFrames ? 'None' : 'Lax', readableByScripts: forFrames, ...lifetime });
}
