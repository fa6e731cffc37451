import type { Page } from '../../../http/browser/headers.js';
import { momentIn } from '../../../mail/templates/letter.js';
import { type Html, html } from '../../../pages/html.js';
import { layout } from '../../../pages/layout.js';
import type { View } from '../../../pages/view.js';
import { type ClientOnPage, csrfField, type PersonOnPage } from '../../interaction/parts.js';

/** One of the browser's accounts. */
export interface AccountOnPage {
  readonly userId: string;
  readonly person: PersonOnPage;
  readonly isSignedIn: boolean;
  /** The last time. */
  readonly signedInAt: Date;
}

export interface SelectAccountPage {
  readonly client: ClientOnPage;
  readonly accounts: readonly AccountOnPage[];
  readonly action: string;
  readonly csrf: string;
  /** Where somebody signs in to an account that is not among them. */
  readonly otherAccount: string;
}

function choice({ texts }: View, { userId, person, isSignedIn, signedInAt }: AccountOnPage): Html {
  const text = texts.selectAccount;
  const moment = momentIn(texts.language, signedInAt.toISOString());
  return html`<li>
    <button class="who" type="submit" name="continue" value="${userId}">
      <span class="initial" aria-hidden="true">${[...person.name][0]?.toUpperCase()}</span>
      <span>
        <strong>${person.name}</strong>
        ${person.detail && person.detail !== person.name && html`<small>${person.detail}</small>`}
        <small>${isSignedIn ? text.signedIn(moment) : text.signedOut(moment)}</small>
      </span>
    </button>
    <button class="plain" type="submit" name="remove" value="${userId}">${text.remove}<span class="visually-hidden"> ${
      person.name
    }</span></button>
  </li>`;
}

/** The accounts of a browser, one of which somebody goes on with (OIDC Core §3.1.2.1 `select_account`). */
export function renderSelectAccountPage(view: View, page: SelectAccountPage): Page {
  const text = view.texts.selectAccount;
  return layout(
    view,
    { title: text.title, clientLogo: page.client.logoUri },
    html`
      <p class="lead">${view.texts.login.lead(html`<strong>${page.client.name}</strong>`)}</p>
      <form method="post" action="${page.action}">
        ${csrfField(page.csrf)}
        <ul class="scopes accounts">${page.accounts.map((account) => choice(view, account))}</ul>
      </form>
      <p><a href="${page.otherAccount}">${view.texts.consent.switchAccount}</a></p>
      <p class="fine">${text.removing}</p>`,
  );
}
