import type { Page } from '../http/browser/headers.js';
import { html } from './html.js';
import { layout } from './layout.js';
import type { View } from './view.js';

export interface ErrorPage {
  readonly status: number;
  readonly title: string;
  /** The protocol's own words for the mistake, which are English in every language. */
  readonly fault?: string | undefined;
  readonly message: string;
  readonly requestId?: string | undefined;
  /** What a developer compares: the values are the request's or ours, and any of them may be hostile. */
  readonly facts?: readonly (readonly [name: string, value: string])[] | undefined;
  /** A way on, where there is one. */
  readonly action?: { readonly href: string; readonly label: string } | undefined;
}

/** What a person sees when a request can neither be answered nor redirected (RFC 6749 §4.1.2.1). */
export const renderErrorPage = (view: View, page: ErrorPage): Page =>
  layout(
    view,
    { title: page.title, mood: page.status >= 500 ? 'fault' : 'notice' },
    html`
      <p class="lead">${page.fault && html`<span lang="en" dir="ltr">${page.fault}</span> `}${page.message}</p>
      ${
        page.facts &&
        page.facts.length > 0 &&
        html`<dl class="facts">${page.facts.map(([name, value]) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl>`
      }
      ${page.action && html`<p><a class="button" href="${page.action.href}">${page.action.label}</a></p>`}
      ${
        page.requestId &&
        html`<footer class="trace">
          ${page.status >= 500 && html`<p>${view.texts.error.help}</p>`}
          <p>${view.texts.error.requestId} <code>${page.requestId}</code></p>
        </footer>`
      }`,
  );
