import type { Page } from '../../http/browser/headers.js';
import { html } from '../../pages/html.js';
import { layout } from '../../pages/layout.js';
import type { View } from '../../pages/view.js';
import { accountChip, csrfField, type PersonOnPage } from '../interaction/parts.js';

export interface LogoutPage {
  readonly person: PersonOnPage;
  /** The client that asks, where that is proven. */
  readonly askedBy?: string | undefined;
  /** The client that the browser returns to where nobody proves that it asks. */
  readonly returningTo?: string | undefined;
  /** The request is not valid: it may still be confirmed, but leads nowhere afterwards. */
  readonly notReturning: boolean;
  readonly action: string;
  readonly csrf: string;
  /** The request's own parameters, validated again when the form comes back. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

/** Asks before a session ends (OIDC RP-Initiated Logout §2): any page on the web can send a browser here. */
export const renderLogoutPage = (view: View, page: LogoutPage): Page => {
  const text = view.texts.logout;
  return layout(
    view,
    { title: text.title },
    html`
      <p class="lead">${page.askedBy && html`${text.askedBy(html`<strong>${page.askedBy}</strong>`)} `}${text.lead}${
        page.returningTo && html` ${text.returning(html`<strong>${page.returningTo}</strong>`)}`
      }</p>
      ${page.notReturning && html`<div class="alert" role="alert">${text.notReturning}</div>`}
      ${accountChip(view.texts, page.person)}
      <form method="post" action="${page.action}">
        ${csrfField(page.csrf)}
        ${Object.entries(page.parameters).map(
          ([name, value]) => value !== undefined && html`<input type="hidden" name="${name}" value="${value}">`,
        )}
        <button class="button" type="submit">${text.submit}</button>
      </form>
      <p class="fine">${text.stay}</p>`,
  );
};

/** Where a logout ends that leads back to no client (OIDC RP-Initiated Logout §3). */
export const renderLoggedOutPage = (view: View): Page =>
  layout(view, { title: view.texts.logout.doneTitle }, html`<p class="lead">${view.texts.logout.done}</p>`);
