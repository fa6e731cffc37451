import type { Page } from '../../http/browser/headers.js';
import { type Html, html } from '../../pages/html.js';
import { layout } from '../../pages/layout.js';
import type { View } from '../../pages/view.js';
import type { PasswordProblem } from '../../protocol/password/policy.js';
import type { Idp } from '../deps.js';
import type { Aside } from '../interaction/continued.js';
import { newPasswordField } from '../interaction/new-password-field.js';
import { csrfField } from '../interaction/parts.js';

const alert = (title: string, message: string): Html =>
  html`<div class="alert" role="alert"><strong>${title}</strong><p>${message}</p></div>`;

interface ForgottenPage {
  readonly action: string;
  /** For those who remember it after all. */
  readonly signIn: string;
  /** The form came back without a name. */
  readonly isMissing?: boolean;
}

/** Asks whose password is forgotten. */
export const renderForgottenPage = (view: View, { action, signIn, isMissing = false }: ForgottenPage): Page => {
  const { recovery: text, login } = view.texts;
  return layout(
    view,
    { title: text.title },
    html`
      <p class="lead">${text.lead}</p>
      ${isMissing && alert(login.problem, login.missingIdentifier)}
      <form method="post" action="${action}">
        <div class="field">
          <label for="identifier">${login.identifier}</label>
          <input id="identifier" name="identifier" type="text" autocomplete="username" autocapitalize="none" autocorrect="off"
            spellcheck="false" maxlength="254" required autofocus${isMissing && html` aria-invalid="true"`}>
        </div>
        <button class="button" type="submit">${text.submit}</button>
      </form>
      <p class="help"><a href="${signIn}">${text.backToSignIn}</a></p>`,
  );
};

/** The same for every name: whether there is such an account is not told. */
export const renderSentPage = (view: View, again: string, minutes: number): Page => {
  const text = view.texts.recovery;
  return layout(
    view,
    { title: text.sentTitle },
    html`
      <p class="lead">${text.sent(minutes)}</p>
      <p class="help"><a href="${again}">${text.again}</a></p>`,
  );
};

export interface NewPasswordPage {
  /** What the account is called, for the person and for what keeps their passwords. */
  readonly name: string;
  readonly email: string | null;
  readonly action: string;
  readonly csrf: string;
  readonly problem?: PasswordProblem | undefined;
}

/** Asks for the new password. */
export const renderNewPasswordPage = (idp: Idp, view: View, page: NewPasswordPage): Page => {
  const { recovery: text } = view.texts;
  return layout(
    view,
    { title: text.newTitle, scriptFile: idp.script },
    html`
      <p class="lead">${text.newLead(page.name)}</p>
      <form method="post" action="${page.action}">
        ${csrfField(page.csrf)}
        <input type="hidden" name="username" autocomplete="username" value="${page.name}">
        ${newPasswordField(idp, view, { names: [page.name, page.email], problem: page.problem, autofocus: true })}
        <button class="button" type="submit">${text.save}</button>
      </form>`,
  );
};

/** Leads back to the sign-in that was left for this, in the same browser: the new password is proven there. */
export const renderPasswordChangedPage = ({ visit, view, signIn }: Aside): Page => {
  const { recovery: text, signUp } = view.texts;
  const ways = visit
    ? html`<p class="lead">${text.goOn}</p><a class="button" href="${signIn}">${text.backToSignIn}</a>`
    : html`<p class="lead">${text.done}</p><p class="help"><a href="${signIn}">${signUp.toAccount}</a></p>`;
  return layout(view, { title: text.doneTitle, mood: 'notice' }, ways);
};
