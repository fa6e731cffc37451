import type { Page } from '../../http/browser/headers.js';
import { type Html, html } from '../../pages/html.js';
import { layout, type ScriptFile } from '../../pages/layout.js';
import type { View } from '../../pages/view.js';
import { accountChip, csrfField, type PersonOnPage } from '../interaction/parts.js';

export interface LogoutPage {
  readonly person: PersonOnPage;
  /** Other accounts are signed in in this browser. */
  readonly hasOthers: boolean;
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
        ${
          page.hasOthers &&
          html`<button class="button second" type="submit" name="accounts" value="all">${text.ofAll}</button>`
        }
      </form>
      <p class="fine">${text.stay}</p>`,
  );
};

export interface LoggedOutPage {
  /** Addresses at which clients are told through the browser (OIDC Front-Channel Logout §2). */
  readonly told: readonly URL[];
  /** Where the browser goes on to once they have been; without it the way ends here. */
  readonly goOnTo?: string | undefined;
  /** Goes on by itself; without it there is a link. */
  readonly script: ScriptFile | undefined;
}

/** Hidden, and unable to lead the whole window elsewhere; a client sees its own cookies there, as far as the browser lets it. */
const telling = (url: URL): Html =>
  html`<iframe hidden src="${url.href}" sandbox="allow-scripts allow-same-origin"></iframe>`;

/** Where a logout ends, or waits until clients have been told (OIDC RP-Initiated Logout §3, OIDC Front-Channel Logout §2). */
export function renderLoggedOutPage(view: View, { told, goOnTo, script }: LoggedOutPage): Page {
  const text = view.texts.logout;
  const frameSources = [...new Set(told.map(({ origin }) => origin))];
  if (goOnTo === undefined)
    return layout(
      view,
      { title: text.doneTitle, frameSources },
      html`<p class="lead">${text.done}</p>${told.map(telling)}`,
    );
  return layout(
    // In another language it would be shown by a request that has nothing left to end.
    { ...view, here: undefined },
    { title: text.doneTitle, scriptFile: script, frameSources },
    html`
      <p class="lead">${text.leaving}</p>
      <p><a class="button" href="${goOnTo}" data-signed-out="go-on">${text.goOn}</a></p>
      ${told.map(telling)}`,
  );
}
