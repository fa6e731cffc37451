import type { Response } from 'express';
import type { Cookies } from '../http/browser/cookies.js';
import { type Page, setHeaders } from '../http/browser/headers.js';
import type { RefusalPages } from '../http/request/refusal.js';
import type { Brand } from './brand.js';
import { renderErrorPage } from './error.js';
import type { Texts } from './texts/en.js';
import { readerOf, viewFor } from './view.js';

export function sendPage(res: Response, { html, headers }: Page, status = 200): void {
  setHeaders(res, headers);
  res.status(status).type('html').send(html);
}

const refusalIn = (texts: Texts, code: string): Texts['refusals'][keyof Texts['refusals']] | undefined =>
  Object.hasOwn(texts.refusals, code) ? texts.refusals[code as keyof Texts['refusals']] : undefined;

/** The pages for what the shell refuses itself; what has no words in a language keeps the English ones. */
export const refusalPages = (brand: Brand, cookies: Cookies): RefusalPages => ({
  render(req, { code, ...page }) {
    const view = viewFor(brand, readerOf(cookies, req));
    return renderErrorPage(view, { ...page, ...refusalIn(view.texts, code) });
  },
});
