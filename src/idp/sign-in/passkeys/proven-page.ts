import type { Page } from '../../../http/browser/headers.js';
import { html } from '../../../pages/html.js';
import { layout, type ScriptFile } from '../../../pages/layout.js';
import type { View } from '../../../pages/view.js';
import type { AcceptedPasskeys } from '../../../protocol/sign-in/passkey.js';

export interface ProvenPage {
  readonly title: string;
  /** Where the browser goes on. */
  readonly next: string;
  readonly accepted: AcceptedPasskeys;
  readonly script: ScriptFile | undefined;
}

/** Tells the browser's password manager which passkeys are good, and goes on: nobody has to read it. */
export const renderProvenPage = (view: View, { title, next, accepted, script }: ProvenPage): Page =>
  layout(
    view,
    { title, scriptFile: script },
    html`
      <p class="lead">${view.texts.passkey.goingOn}</p>
      <p><a class="button" href="${next}" data-passkey="accepted" data-accepted="${JSON.stringify(accepted)}">${
        view.texts.passkey.goOn
      }</a></p>`,
  );
