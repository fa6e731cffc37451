import type { Page } from '../../../http/browser/headers.js';
import { html } from '../../../pages/html.js';
import { layout } from '../../../pages/layout.js';
import type { View } from '../../../pages/view.js';
import { accountChip, type ClientOnPage, clientLinks, csrfField, type PersonOnPage } from '../../interaction/parts.js';

interface EnrolPage {
  readonly client: ClientOnPage;
  readonly person: PersonOnPage;
  readonly action: string;
  readonly csrf: string;
  readonly switchAccount: string;
  readonly cancel: { readonly action: string; readonly csrf: string };
  /** In base 32. */
  readonly key: string;
  /** What opens an authenticator app on the same device. */
  readonly uri: string;
  /** The code of the last attempt was. */
  readonly wrong: boolean;
}

/** The key for an authenticator app, and the field for its first code. */
export function renderEnrolPage(view: View, page: EnrolPage): Page {
  const text = view.texts.enrol;
  const groups = page.key.match(/.{1,4}/g) ?? [];
  return layout(
    view,
    { title: text.title, clientLogo: page.client.logoUri },
    html`
      <p class="lead">${text.lead}</p>
      ${accountChip(view.texts, page.person, html`<a href="${page.switchAccount}">${view.texts.consent.switchAccount}</a>`)}
      ${page.wrong && html`<div class="alert" role="alert" id="problem"><strong>${text.problem}</strong><p>${text.refused}</p></div>`}
      <section class="group">
        <h2>${text.key}</h2>
        <p><code id="key">${groups.join(' ')}</code></p>
        <p class="help"><a href="${page.uri}">${text.open}</a></p>
      </section>
      <form method="post" action="${page.action}">
        ${csrfField(page.csrf)}
        <div class="field">
          <label for="code">${text.first}</label>
          <input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" autocapitalize="none"
            autocorrect="off" spellcheck="false" maxlength="16" required${
              page.wrong && html` autofocus aria-invalid="true" aria-describedby="problem"`
            }>
        </div>
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
      <p class="lead">${text.codesLead}</p>
      <section class="group">
        <h2 id="codes">${text.codes}</h2>
        <ol aria-labelledby="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>
      </section>
      <a class="button" href="${next}">${text.kept}</a>`,
  );
}
