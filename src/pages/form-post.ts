import { createHash } from 'node:crypto';
import { html } from './html.js';
import { layout } from './layout.js';
import { texts } from './texts.js';

export interface FormPost {
  /** The client's redirect URI. */
  readonly action: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly productName?: string | undefined;
}

/** Plain enough for any engine: no module, no arrow, nothing newer than the form it sends. */
const script = 'document.forms[0].submit()';

/** The page's only script, as its Content-Security-Policy allows it. */
export const formPostScriptHash = `sha256-${createHash('sha256').update(script).digest('base64')}`;

/**
 * A page that posts the authorization response to the client by itself, or by its button where scripts are off
 * (OAuth 2.0 Form Post Response Mode §2). It ends at the client: its policy may not name a `form-action`.
 */
export const renderFormPost = (page: FormPost): string =>
  layout(
    { title: texts.formPost.title, productName: page.productName, script },
    html`
      <p class="lead">${texts.formPost.lead}</p>
      <form method="post" action="${page.action}">
        ${Object.entries(page.parameters).map(
          ([name, value]) => value !== undefined && html`<input type="hidden" name="${name}" value="${value}">`,
        )}
        <button class="button" type="submit">${texts.formPost.submit}</button>
      </form>`,
  );
