import type { Response } from 'express';

/** To another page, by GET whatever came before (RFC 9110 §15.4.4), and kept by nobody. */
export function seeOther(res: Response, location: string): void {
  res.set('Cache-Control', 'no-store').set('Location', location).status(303).end();
}
