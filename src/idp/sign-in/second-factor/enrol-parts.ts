import { type Html, html } from '../../../pages/html.js';
import { renderQrCode } from '../../../pages/qr-code.js';
import type { View } from '../../../pages/view.js';
import { base32, totpUri } from '../../../protocol/sign-in/totp.js';

/** The key for an authenticator app: to be scanned, to be opened on this device, and to be typed. */
export function keySection({ texts: { enrol: text }, brand }: View, secret: Buffer, username: string): Html {
  const uri = totpUri(secret, { issuer: brand.productName, account: username });
  const groups = base32(secret).match(/.{1,4}/g) ?? [];
  return html`<section class="group">
    <h2>${text.scan}</h2>
    ${renderQrCode(uri, text.qrCode)}
    <p class="help"><a href="${uri}">${text.open}</a></p>
    <h2>${text.key}</h2>
    <p><code id="key">${groups.join(' ')}</code></p>
  </section>`;
}

/** The field for a code that the app shows. */
export const codeField = ({ texts: { enrol: text } }: View, wrong: boolean): Html => html`<div class="field">
    <label for="code">${text.first}</label>
    <input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" autocapitalize="none"
      autocorrect="off" spellcheck="false" maxlength="16" required${
        wrong && html` autofocus aria-invalid="true" aria-describedby="problem"`
      }>
  </div>`;

/** Why the code is asked for once more. */
export const codeProblem = ({ texts: { enrol: text } }: View): Html =>
  html`<div class="alert" role="alert" id="problem"><strong>${text.problem}</strong><p>${text.refused}</p></div>`;

/** The recovery codes, which no page shows again. */
export const recoveryCodeList = ({ texts: { enrol: text } }: View, codes: readonly string[]): Html => html`
  <p class="lead">${text.codesLead}</p>
  <section class="group">
    <h2 id="codes">${text.codes}</h2>
    <ol aria-labelledby="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>
  </section>`;
