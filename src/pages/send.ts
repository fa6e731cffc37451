import type { Response } from 'express';
import { type HeaderList, pageHeaders, setHeaders } from '../http/browser/headers.js';
import type { RefusalPages } from '../http/request/refusal.js';
import { renderErrorPage } from './error.js';
import { stylesheetHash } from './stylesheet.js';

/**
 * What a page of ours may load and do: its own style, scripts by hash, nothing else. There is no `form-action`, because
 * Chromium holds it against the whole redirect chain and our forms end at clients (decision 0007).
 */
export const headersOfPage = (scriptHashes: readonly string[] = []): HeaderList =>
  pageHeaders({ formAction: 'none-set', styleHashes: [stylesheetHash], scriptHashes });

const withoutScript = headersOfPage();

/** Sends a page without scripts. */
export function sendHtml(res: Response, page: string, status = 200): void {
  setHeaders(res, withoutScript);
  res.status(status).type('html').send(page);
}

/** The pages for what the shell refuses itself. */
export const refusalPages = (productName: string): RefusalPages => ({
  render: (page) => renderErrorPage({ ...page, productName }),
  headers: withoutScript,
});
