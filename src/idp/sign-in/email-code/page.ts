import type { Page } from '../../../http/browser/headers.js';
import { type Html, html } from '../../../pages/html.js';
import { layout } from '../../../pages/layout.js';
import type { View } from '../../../pages/view.js';
import { accountChip, type ClientOnPage, clientLinks, csrfField, type PersonOnPage } from '../../interaction/parts.js';

/** Why the page is shown once more. */
export interface EmailCodeProblem {
  readonly title: string;
  readonly message: string;
}

interface EmailCodePage {
  readonly client: ClientOnPage;
  /** Whose password is proven; undefined where a code is asked for in its place, of whomever. */
  readonly person?: PersonOnPage | undefined;
  readonly action: string;
  readonly csrf: string;
  /** Where another account or another way to sign in is chosen. */
  readonly otherWay: string;
  readonly cancel: { readonly action: string; readonly csrf: string } | undefined;
  /** Whether there is one to be entered. */
  readonly isSent: boolean;
  readonly problem?: EmailCodeProblem | undefined;
}

const codeForm = (view: View, { action, csrf, problem }: EmailCodePage): Html => html`
  <form method="post" action="${action}">
    ${csrfField(csrf)}
    <div class="field">
      <label for="code">${view.texts.emailCode.code}</label>
      <input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" autocapitalize="none"
        autocorrect="off" spellcheck="false" maxlength="16" required autofocus${
          problem && html` aria-invalid="true" aria-describedby="problem"`
        }>
    </div>
    <button class="button" type="submit">${view.texts.emailCode.submit}</button>
  </form>`;

const sendForm = ({ action, csrf }: EmailCodePage, text: string, look: string): Html => html`
  <form method="post" action="${action}">
    ${csrfField(csrf)}
    <button class="${look}" type="submit" name="send" value="yes">${text}</button>
  </form>`;

/** What is done here: a code is sent, or entered once it was. */
function forms(view: View, page: EmailCodePage): Html {
  const text = view.texts.emailCode;
  if (!page.isSent) return sendForm(page, text.send, 'button');
  return page.person
    ? html`${codeForm(view, page)}${sendForm(page, text.again, 'button second')}`
    : html`${codeForm(view, page)}<p class="help"><a href="${page.otherWay}">${text.otherWay}</a></p>`;
}

function leadOf({ texts: { emailCode: text } }: View, { person, isSent }: EmailCodePage): string {
  if (!person) return text.perhapsSent;
  return isSent ? text.sent : text.offer;
}

/** Asks for a code that was mailed, or whether one shall be. */
export function renderEmailCodePage(view: View, page: EmailCodePage): Page {
  const { texts } = view;
  const { person, client, problem, cancel } = page;
  return layout(
    view,
    { title: texts.challenge.title, clientLogo: client.logoUri },
    html`
      <p class="lead">${leadOf(view, page)}</p>
      ${
        person &&
        accountChip(
          texts,
          person,
          html`<a href="${page.otherWay}">${texts.consent.switchAccount}</a>`,
          texts.challenge.signingInAs,
        )
      }
      ${problem && html`<div class="alert" role="alert" id="problem"><strong>${problem.title}</strong><p>${problem.message}</p></div>`}
      ${forms(view, page)}
      <div class="foot">
        ${
          cancel &&
          html`<form method="post" action="${cancel.action}">
          ${csrfField(cancel.csrf)}
          <button class="plain" type="submit" name="decision" value="deny">${texts.login.cancel(client.name)}</button>
        </form>`
        }
        ${clientLinks(texts, client)}
      </div>`,
  );
}
