import { type Html, html } from '../../pages/html.js';
import type { View } from '../../pages/view.js';
import { maxLength, type PasswordProblem } from '../../protocol/password/policy.js';
import type { PasswordRule } from '../../protocol/password/strength.js';
import type { Idp } from '../deps.js';
import { showPasswordButton } from './show-password.js';

export interface NewPasswordField {
  /** What the account is called. */
  readonly names: readonly (string | null)[];
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

/** What the script tells while somebody types, and by which rule. */
function strength({ passwordCheck: { minLength, productName } }: Idp, view: View, names: readonly (string | null)[]) {
  const rule: PasswordRule = { minLength, contextWords: [...names.filter((name) => name !== null), productName] };
  const { repetitive, context, long } = view.texts.newPassword.problems;
  return { rule, texts: { ...view.texts.newPassword.strength, problems: { repetitive, context, long } } };
}

/** Where somebody chooses a password: `password` in the form. The page's script shows it on request and tells its strength. */
export function newPasswordField(idp: Idp, view: View, { names, problem, autofocus }: NewPasswordField): Html {
  const { minLength } = idp.passwordCheck;
  const { label, hint } = view.texts.newPassword;
  return html`<div class="field">
    <label for="password">${label}</label>
    <input id="password" name="password" type="password" autocomplete="new-password" minlength="${minLength}" maxlength="${maxLength}" required${
      autofocus && html` autofocus`
    }${problem && html` aria-invalid="true"`} aria-describedby="password-hint${problem && ' password-fault'}">
    ${showPasswordButton(view.texts)}
    <p class="fine" id="password-hint">${hint(minLength)}</p>
    <p class="fine" aria-live="polite" data-password="strength" data-field="password" data-strength="${JSON.stringify(
      strength(idp, view, names),
    )}"></p>
    ${problem && html`<p class="fault" id="password-fault">${problemText(view, problem, minLength)}</p>`}
  </div>`;
}
