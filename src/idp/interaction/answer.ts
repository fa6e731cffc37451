import type { Response } from 'express';
import type { Page } from '../../http/browser/headers.js';
import { sendPage } from '../../pages/send.js';
import { withBrowserState } from '../cookies/browser-state.js';
import { type CookieToSet, presentedCookies, setCookie } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';

interface Shown {
  readonly page: Page;
  readonly status?: number;
  /** Seconds (RFC 9110 §10.2.3). */
  readonly retryAfter?: number;
}

/** To another page, always by GET (RFC 9110 §15.4.4). */
interface SeeOther {
  readonly seeOther: string;
}

/** What a browser is answered, as a value: a page or a redirect, and the cookies that go with it. */
export type Answer = (Shown | SeeOther) & { readonly cookies?: readonly CookieToSet[] };

/** Writes an answer to the response, with headers that keep it out of every cache. */
export function sendAnswer(idp: Idp, res: Response, answer: Answer): void {
  for (const cookie of withBrowserState(idp, presentedCookies(idp, res.req), answer.cookies ?? []))
    setCookie(idp, res, cookie);
  if ('seeOther' in answer) {
    res.set('Cache-Control', 'no-store').set('Location', answer.seeOther).status(303).end();
    return;
  }
  if (answer.retryAfter !== undefined) res.set('Retry-After', String(answer.retryAfter));
  sendPage(res, answer.page, answer.status);
}
