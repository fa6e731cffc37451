import type { Response } from 'express';
import { sendHtml } from '../pages/send.js';

/** A page of ours. Its form may end at a client, so its policy names no form-action (design.md, three bindings). */
export const sendPage = (res: Response, page: string, status = 200): void => sendHtml(res, page, { status });

/** To another page, by GET whatever came before (RFC 9110 §15.4.4), and kept by nobody. */
export function seeOther(res: Response, location: string): void {
  res
    .set('Cache-Control', 'no-store')
    .set('Referrer-Policy', 'no-referrer')
    .set('Location', location)
    .status(303)
    .end();
}
