import type { Page } from '../../http/browser/headers.js';
import { html } from '../../pages/html.js';
import { layout } from '../../pages/layout.js';
import type { View } from '../../pages/view.js';
import { type AccessPage, decisionForm, permissionLists } from '../consent/page.js';
import { accountChip, clientLinks, unverifiedNotice } from '../interaction/parts.js';

export interface ConfirmPage extends AccessPage {
  /** From where the device asked, as far as that is known. */
  readonly addressBlock: string | undefined;
}

/**
 * Whether a device may have what it asks for. It may be a stranger's who sent this person the code: the page says so before it
 * says anything else (RFC 8628 §5.4).
 */
export function renderConfirmPage(view: View, page: ConfirmPage): Page {
  const { device: text, consent } = view.texts;
  return layout(
    view,
    { title: text.confirmTitle, clientLogo: page.client.logoUri },
    html`
      <p class="lead">${text.asks(html`<strong>${page.client.name}</strong>`)}</p>
      <div class="alert" role="note">
        <strong>${text.warningTitle}</strong>
        <p>${text.warning}</p>
        ${page.addressBlock && html`<p>${text.from(html`<code>${page.addressBlock}</code>`)}</p>`}
      </div>
      ${unverifiedNotice(view.texts, page.client)}
      ${accountChip(view.texts, page.person, html`<a href="${page.switchAccount}">${consent.switchAccount}</a>`)}
      ${permissionLists(consent, page)}
      ${decisionForm(consent, page)}
      ${clientLinks(view.texts, page.client) && html`<div class="foot">${clientLinks(view.texts, page.client)}</div>`}`,
  );
}
