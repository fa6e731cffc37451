import type { Request, Response } from 'express';
import { type Page, setHeaders } from '../browser/headers.js';

/** What somebody is told who is not given what was asked for; fixed texts only. */
export interface Refusal {
  readonly status: number;
  /** For programs: `error` of the JSON body. */
  readonly code: string;
  /** For programs and people. */
  readonly message: string;
  /** For people: the heading of the page. */
  readonly title: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RefusalPage {
  readonly status: number;
  /** As in {@link Refusal}: by it the page finds its words in another language. */
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly requestId: string;
}

/** How a role that people visit shows a refusal. */
export interface RefusalPages {
  render(req: Request, page: RefusalPage): Page;
}

export type Refuse = (req: Request, res: Response, refusal: Refusal) => void;

/** Answers a refusal in JSON, or as a page where the caller would rather have one (RFC 9110 §12.5.1) and the role has one. */
export function createRefuse(pages?: RefusalPages): Refuse {
  return (req, res, { status, code, message, title, headers }) => {
    res.status(status).set({ 'Cache-Control': 'no-store', ...headers });
    if (status === 408 || status === 413) res.set('Connection', 'close'); // the rest of the body is not waited for
    if (!pages || req.accepts(['application/json', 'text/html']) !== 'text/html') {
      res.json({ error: code, error_description: message });
      return;
    }
    const page = pages.render(req, { status, code, title, message, requestId: String(res.locals.requestId) });
    setHeaders(res, page.headers);
    res.type('html').send(page.html);
  };
}
