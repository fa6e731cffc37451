import type { Page } from '../../../http/browser/headers.js';
import { html } from '../../../pages/html.js';
import { layout } from '../../../pages/layout.js';
import type { View } from '../../../pages/view.js';
import { accountChip, type ClientOnPage, clientLinks, csrfField, type PersonOnPage } from '../../interaction/parts.js';
import { codeField, codeProblem, keySection, recoveryCodeList } from './enrol-parts.js';

interface EnrolPage {
  readonly client: ClientOnPage;
  readonly person: PersonOnPage;
  readonly action: string;
  readonly csrf: string;
  readonly switchAccount: string;
  readonly cancel: { readonly action: string; readonly csrf: string };
  readonly secret: Buffer;
  /** Under which the app files it. */
  readonly username: string;
  /** The code of the last attempt was. */
  readonly wrong: boolean;
}

/** The key for an authenticator app, and the field for its first code. */
export function renderEnrolPage(view: View, page: EnrolPage): Page {
  const text = view.texts.enrol;
  return layout(
    view,
    { title: text.title, clientLogo: page.client.logoUri },
    html`
      <p class="lead">${text.lead}</p>
      ${accountChip(view.texts, page.person, html`<a href="${page.switchAccount}">${view.texts.consent.switchAccount}</a>`)}
      ${page.wrong && codeProblem(view)}
      ${keySection(view, page.secret, page.username)}
      <form method="post" action="${page.action}">
        ${csrfField(page.csrf)}
        ${codeField(view, page.wrong)}
        <button class="button" type="submit">${text.submit}</button>
      </form>
      <div class="foot">
        <form method="post" action="${page.cancel.action}">
          ${csrfField(page.cancel.csrf)}
          <button class="plain" type="submit" name="decision" value="deny">${view.texts.login.cancel(page.client.name)}</button>
        </form>
        ${clientLinks(view.texts, page.client)}
      </div>`,
  );
}

interface RecoveryCodesPage {
  readonly client: ClientOnPage;
  readonly codes: readonly string[];
  /** Where it goes on. */
  readonly next: string;
}

/** The recovery codes, which no page shows again. */
export function renderRecoveryCodesPage(view: View, { client, codes, next }: RecoveryCodesPage): Page {
  const text = view.texts.enrol;
  return layout(
    view,
    { title: text.codesTitle, clientLogo: client.logoUri },
    html`
      ${recoveryCodeList(view, codes)}
      <a class="button" href="${next}">${text.kept}</a>`,
  );
}
