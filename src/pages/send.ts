import type { Response } from 'express';
import { stylesheetHash } from './stylesheet.js';

export interface PageAnswer {
  readonly status?: number | undefined;
  /** Hashes of the page's own scripts (CSP Level 3 §2.3.1); nothing else runs. */
  readonly scriptHashes?: readonly string[] | undefined;
}

/**
 * What a page of ours may load and do: its own style, and a script only by hash. There is no `form-action`, because Chromium
 * holds it against the whole redirect chain, and our forms end at clients; the templates escape what could become a form.
 */
export const pagePolicy = (scriptHashes: readonly string[] = []): string =>
  [
    "default-src 'none'",
    `style-src '${stylesheetHash}'`,
    ...(scriptHashes.length > 0 ? [`script-src ${scriptHashes.map((hash) => `'${hash}'`).join(' ')}`] : []),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Sends a page that nobody keeps, frames or is told the address of. */
export function sendHtml(res: Response, page: string, { status = 200, scriptHashes }: PageAnswer = {}): void {
  res
    .status(status)
    .set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': pagePolicy(scriptHashes),
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    })
    .type('html')
    .send(page);
}
