import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { raw } from 'hono/html';
import { pageHeaders } from '../../http/browser/headers.js';
import { html } from '../../pages/html.js';
import { sendPage } from '../../pages/send.js';
import { browserStateName } from '../cookies/cookies.js';
import type { Idp } from '../deps.js';

/**
 * GET the frame in which clients ask whether the session has changed (OIDC Session Management §3.3): one script and nothing to see, below
 * pages of any site. It answers from a cookie that says nothing by itself.
 */
export function checkSessionFrame(idp: Idp, script: string): RequestHandler {
  const page = html`<!doctype html>
<html lang="en" data-cookie="${idp.cookies.name(browserStateName)}">
<head><meta charset="utf-8"><meta name="robots" content="noindex"><title>Session</title></head>
<body><script>${raw(script)}</script></body>
</html>
`.toString();
  const hash = `sha256-${createHash('sha256').update(script).digest('base64')}`;
  const headers = pageHeaders({ formAction: 'self', scriptHashes: [hash], framedBy: 'anyone' });
  return (_req, res) => {
    res.removeHeader('X-Frame-Options');
    sendPage(res, { html: page, headers });
  };
}
