import { type Html, html } from '../../pages/html.js';
import type { View } from '../../pages/view.js';
import { maxLength, type PasswordProblem } from '../../protocol/sign-in/password-policy.js';
import type { Idp } from '../deps.js';

export interface NewPasswordField {
  /** What is wrong with the one that was sent. */
  readonly problem?: PasswordProblem | undefined;
  /** Where it is what the page is there for. */
  readonly autofocus?: boolean;
}

/** What is wrong with a password, in the words of the page. */
function problemText({ texts }: View, problem: PasswordProblem, minLength: number): string {
  const text = texts.newPassword.problems[problem];
  return typeof text === 'string' ? text : text(minLength);
}

/** Where somebody chooses a password: `password` in the form. */
export function newPasswordField(
  { passwordCheck: { minLength } }: Idp,
  view: View,
  { problem, autofocus }: NewPasswordField = {},
): Html {
  const { label, hint } = view.texts.newPassword;
  return html`<div class="field">
    <label for="password">${label}</label>
    <input id="password" name="password" type="password" autocomplete="new-password" minlength="${minLength}" maxlength="${maxLength}" required${
      autofocus && html` autofocus`
    }${problem && html` aria-invalid="true"`} aria-describedby="password-hint${problem && ' password-fault'}">
    <p class="fine" id="password-hint">${hint(minLength)}</p>
    ${problem && html`<p class="fault" id="password-fault">${problemText(view, problem, minLength)}</p>`}
  </div>`;
}
