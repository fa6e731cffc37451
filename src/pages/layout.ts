import { raw } from 'hono/html';
import { type HeaderList, type Page, pageHeaders } from '../http/browser/headers.js';
import { languages } from '../protocol/language.js';
import type { Brand } from './brand.js';
import { type Html, html } from './html.js';
import { imageSource } from './image-source.js';
import { textsIn } from './languages.js';
import type { View } from './view.js';

export interface Frame {
  readonly title: string;
  /** Shows by colour and sign, besides the words, that something is wrong. */
  readonly mood?: 'notice' | 'fault' | undefined;
  /** The address of the client's own sign (RFC 7591 §2 `logo_uri`), loaded from there. */
  readonly clientLogo?: string | undefined;
  /** Run after the page has been read. */
  readonly script?: { readonly source: string; readonly hash: string } | undefined;
  readonly scriptFile?: ScriptFile | undefined;
  /** The way to the pages beside this one, where there is room, and the way back, where there is none. */
  readonly among?: { readonly menu: Html; readonly back: Html | false } | undefined;
  /** Origins whose documents the page may load in frames. */
  readonly frameSources?: readonly string[] | undefined;
}

/** A script of ours that is a file of its own. */
export interface ScriptFile {
  /** As the browser asks for it. */
  readonly path: string;
  /** The whole URL: no other file may run. */
  readonly url: string;
  /** Subresource Integrity §3.5. */
  readonly integrity: string;
}

/** The product's sign where the configuration has none: a keyhole. Drawn inline, so that a page is one request. */
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

/** An image that learns nothing of the page it stands on; whose it is stands beside it. */
const image = (address: string | undefined, look: string): Html | undefined =>
  imageSource(address) && html`<img class="${look}" src="${address}" alt="" referrerpolicy="no-referrer">`;

const withLanguage = (path: string, language: string): string =>
  `${path}${path.includes('?') ? '&' : '?'}language=${language}`;

/** Links, so that they work without script; each in its own language, for whoever cannot read the page. */
const languageSwitch = ({ texts, here }: View): Html | undefined =>
  here === undefined
    ? undefined
    : html`<nav aria-label="${texts.foot.languages}"><ul>${languages.map((tag) =>
        tag === texts.language
          ? html`<li><span lang="${tag}" aria-current="true">${textsIn[tag].name}</span></li>`
          : html`<li><a href="${withLanguage(here, tag)}" lang="${tag}" hreflang="${tag}">${textsIn[tag].name}</a></li>`,
      )}</ul></nav>`;

const brandLinks = ({ brand, texts }: View): Html | undefined =>
  brand.links.length === 0
    ? undefined
    : html`<nav aria-label="${texts.foot.links(brand.productName)}"><ul>${brand.links.map(
        ({ text, url, translations }) =>
          html`<li><a href="${url}" rel="noreferrer">${translations[texts.language] ?? text}</a></li>`,
      )}</ul></nav>`;

function foot(view: View): Html | undefined {
  const [links, switcher] = [brandLinks(view), languageSwitch(view)];
  return (links ?? switcher) && html`<footer class="around">${links}${switcher}</footer>`;
}

/**
 * What a page of ours may load and do: its own style, its script, its images and named frames, nothing else. There is no `form-action`,
 * because Chromium holds it against the whole redirect chain and our forms end at clients (decision 0007).
 */
function policyOf(brand: Brand, { clientLogo, script, scriptFile, frameSources = [] }: Frame): HeaderList {
  const imageSources = [imageSource(brand.logo), imageSource(clientLogo)].filter((source) => source !== undefined);
  const scriptHashes = script ? [script.hash] : [];
  const scriptSources = scriptFile ? [scriptFile.url] : [];
  const key = [...scriptHashes, ...scriptSources, ...imageSources].join(' ');
  const known = frameSources.length === 0 ? brand.policies.get(key) : undefined;
  if (known) return known;
  const made = pageHeaders({
    formAction: 'none-set',
    styleHashes: [brand.stylesheetHash],
    scriptHashes,
    scriptSources,
    imageSources,
    frameSources,
  });
  // Frames are as many as there are sets of clients: their policies are not kept.
  if (frameSources.length === 0) brand.policies.set(key, made);
  return made;
}

const headersOf = ({ brand, texts }: View, frame: Frame): HeaderList => [
  ...policyOf(brand, frame),
  ['Content-Language', texts.language],
  ['Vary', 'Accept-Language, Cookie'],
];

const mainOf = ({ clientLogo, mood, title, among }: Frame, content: Html): Html => html`<main class="card">
${image(clientLogo, 'of-client')}${among?.back}
<h1>${mood && signs[mood]}${title}</h1>
${content}
</main>`;

/** The frame of every page: one card on a plain background, readable without style and complete without script. */
export function layout(view: View, frame: Frame, content: Html): Page {
  const { brand, texts } = view;
  const page = html`<!doctype html>
<html lang="${texts.language}" dir="${texts.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${frame.title} – ${brand.productName}</title>
<style>${raw(brand.stylesheet)}</style>
</head>
<body${view.compact && html` class="compact"`}>
<header class="brand">${image(brand.logo, 'logo') ?? mark}<span>${brand.productName}</span></header>
${frame.among ? html`<div class="desk">${frame.among.menu}${mainOf(frame, content)}</div>` : mainOf(frame, content)}
${foot(view)}
${frame.scriptFile && html`<script type="module" src="${frame.scriptFile.path}" integrity="${frame.scriptFile.integrity}"></script>`}
${frame.script && html`<script>${raw(frame.script.source)}</script>`}
</body>
</html>
`;
  return { html: page.toString(), headers: headersOf(view, frame) };
}
