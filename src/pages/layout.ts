import { raw } from 'hono/html';
import { type Html, html } from './html.js';
import { stylesheet } from './stylesheet.js';
import { texts } from './texts.js';

export interface Frame {
  readonly title: string;
  readonly productName?: string | undefined;
  /** Shows by colour and sign, besides the words, that something is wrong. */
  readonly mood?: 'notice' | 'fault' | undefined;
  /** Run after the page has been read; must be allowed by hash. */
  readonly script?: string | undefined;
}

/** The product's sign: a keyhole. Drawn inline, so that a page is one request. */
const mark = html`<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
  <rect width="32" height="32" rx="9" fill="currentColor"/>
  <path class="keyhole" d="M16 7.5a5.25 5.25 0 0 0-2.6 9.81L12.2 24.5h7.6l-1.2-7.19A5.25 5.25 0 0 0 16 7.5Z"/>
</svg>`;

const signs = {
  notice: html`<svg class="sign" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
    <circle cx="12" cy="12" r="9.25" fill="none" stroke="currentColor" stroke-width="1.5"/>
    <path d="M12 11v5.5M12 7.5v.5" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>
  </svg>`,
  fault: html`<svg class="sign fault" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
    <path d="M12 3.6 21.4 20H2.6Z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/>
    <path d="M12 10v4.5M12 17v.4" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>
  </svg>`,
};

/** The frame of every page: one card on a plain background, readable without style and complete without script. */
export function layout(frame: Frame, content: Html): string {
  const product = frame.productName ?? texts.defaultProductName;
  return html`<!doctype html>
<html lang="${texts.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${frame.title} – ${product}</title>
<style>${raw(stylesheet)}</style>
</head>
<body>
<header class="brand">${mark}<span>${product}</span></header>
<main class="card">
<h1>${frame.mood && signs[frame.mood]}${frame.title}</h1>
${content}
</main>
${frame.script && html`<script>${raw(frame.script)}</script>`}
</body>
</html>
`.toString();
}
