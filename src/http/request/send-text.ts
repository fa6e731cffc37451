import type { ServerResponse } from 'node:http';

export interface TextAnswer {
  readonly type: string;
  readonly cacheControl: string;
  readonly text: string;
}

/**
 * Sends a whole answer with what headers it has so far. Head and text leave in one write, which as a buffer they would not, and
 * nothing is asked that Express asks of an answer of any kind.
 */
export function sendText(res: ServerResponse, { type, cacheControl, text }: TextAnswer): void {
  res.setHeader('Content-Type', type);
  res.setHeader('Cache-Control', cacheControl);
  const length = Buffer.byteLength(text);
  res.setHeader('Content-Length', length);
  // Text that is all ASCII is the same bytes in Latin-1, which Node writes without a look at each character.
  res.end(text, length === text.length ? 'latin1' : 'utf8');
}

/** Sends a document that is this caller's alone. */
export const sendPrivateJson = (res: ServerResponse, document: object): void =>
  sendText(res, {
    type: 'application/json; charset=utf-8',
    cacheControl: 'no-store',
    text: JSON.stringify(document),
  });
