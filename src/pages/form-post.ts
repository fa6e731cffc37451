import { createHash } from 'node:crypto';
import type { Page } from '../http/browser/headers.js';
import { html } from './html.js';
import { layout } from './layout.js';
import type { View } from './view.js';

export interface FormPost {
  /** The client's redirect URI. */
  readonly action: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

/** Plain enough for any engine: no module, no arrow, nothing newer than the form it sends. */
const source = 'document.forms[0].submit()';

/** The page's only script, and how its Content-Security-Policy allows it. */
const script = { source, hash: `sha256-${createHash('sha256').update(source).digest('base64')}` };

/**
 * A page that posts the authorization response to the client by itself, or by its button where scripts are off
 * (OAuth 2.0 Form Post Response Mode §2). It ends at the client: its policy may not name a `form-action`.
 */
export const renderFormPost = (view: View, page: FormPost): Page => {
  const text = view.texts.formPost;
  return layout(
    view,
    { title: text.title, script },
    html`
      <p class="lead">${text.lead}</p>
      <form method="post" action="${page.action}">
        ${Object.entries(page.parameters).map(
          ([name, value]) => value !== undefined && html`<input type="hidden" name="${name}" value="${value}">`,
        )}
        <button class="button" type="submit">${text.submit}</button>
      </form>`,
  );
};
