import type { Page } from '../../http/browser/headers.js';
import { html } from '../../pages/html.js';
import { layout } from '../../pages/layout.js';
import type { View } from '../../pages/view.js';
import { csrfField } from '../interaction/parts.js';

export interface VerificationPage {
  readonly action: string;
  readonly csrf: string;
  /** From the link, or as it was entered. */
  readonly userCode: string | undefined;
  /** No device waits for that code. */
  readonly isRefused: boolean;
}

/** Asks for the code that a device shows (RFC 8628 §3.3). */
export function renderVerificationPage(view: View, { action, csrf, userCode, isRefused }: VerificationPage): Page {
  const { device: text, login } = view.texts;
  const isFilledIn = userCode !== undefined && !isRefused;
  return layout(
    view,
    { title: text.title },
    html`
      <p class="lead">${isFilledIn ? text.compare : text.lead}</p>
      ${isRefused && html`<div class="alert" role="alert" id="problem"><strong>${login.problem}</strong><p>${text.refused}</p></div>`}
      <form method="post" action="${action}">
        ${csrfField(csrf)}
        <div class="field">
          <label for="user_code">${text.code}</label>
          <input id="user_code" name="user_code" type="text" value="${(userCode ?? '').slice(0, 32)}" autocomplete="off"
            autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="32" required${
              !isFilledIn && html` autofocus`
            }${isRefused && html` aria-invalid="true" aria-describedby="problem"`}>
        </div>
        <button class="button" type="submit">${text.submit}</button>
      </form>`,
  );
}
