import type { Page } from '../../http/browser/headers.js';
import { type Html, html } from '../../pages/html.js';
import { layout } from '../../pages/layout.js';
import type { View } from '../../pages/view.js';
import type { PasswordProblem } from '../../protocol/password/policy.js';
import type { Idp } from '../deps.js';
import { newPasswordField } from '../interaction/new-password-field.js';
import { csrfField } from '../interaction/parts.js';

const alert = (title: string, messages: readonly (Html | string)[]): Html => html`
  <div class="alert" role="alert"><strong>${title}</strong>${messages.map((message) => html`<p>${message}</p>`)}</div>`;

interface SignUpPage {
  readonly action: string;
  /** For those who have an account. */
  readonly signIn: string;
  /** What was entered and is no address. */
  readonly faulty?: string;
}

/** Asks for the address alone: what else there is to say is asked of whoever reads the mail. */
export const renderSignUpPage = (view: View, { action, signIn, faulty }: SignUpPage): Page => {
  const { signUp: text, login } = view.texts;
  const isFaulty = faulty !== undefined;
  return layout(
    view,
    { title: text.title },
    html`
      <p class="lead">${text.lead}</p>
      ${isFaulty && alert(login.problem, [text.noAddress])}
      <form method="post" action="${action}">
        <div class="field">
          <label for="email">${text.email}</label>
          <input id="email" name="email" type="email" value="${faulty ?? ''}" autocomplete="email" autocapitalize="none" autocorrect="off"
            spellcheck="false" maxlength="254" required autofocus${isFaulty && html` aria-invalid="true"`}>
        </div>
        <button class="button" type="submit">${text.submit}</button>
      </form>
      <p class="help"><a href="${signIn}">${text.haveAccount}</a></p>`,
  );
};

/** The same for every address: whether it has an account is told in the mail. */
export const renderAddressSentPage = (view: View, email: string, again: string): Page => {
  const text = view.texts.signUp;
  return layout(
    view,
    { title: view.texts.recovery.sentTitle },
    html`
      <p class="lead">${text.sent(email)}</p>
      <p class="help"><a href="${again}">${text.otherAddress}</a></p>`,
  );
};

/** In the place of the form where accounts are by invitation. @param signIn for those who have an account */
export const renderByInvitationPage = (view: View, signIn: string): Page => {
  const { byInvitation: text, haveAccount } = view.texts.signUp;
  return layout(
    view,
    { title: text.title },
    html`
      <p class="lead">${text.lead}</p>
      <p class="help"><a href="${signIn}">${haveAccount}</a></p>`,
  );
};

/** What is wrong with what was entered. */
export interface NewAccountFaults {
  /** In words. */
  readonly name?: string | undefined;
  readonly password?: PasswordProblem | undefined;
}

export interface NewAccountPage {
  /** The address that is proven. */
  readonly email: string;
  readonly action: string;
  readonly csrf: string;
  readonly name: string;
  readonly faults?: NewAccountFaults | undefined;
}

/** Asks for what the account is to be. */
export const renderNewAccountPage = (idp: Idp, view: View, page: NewAccountPage): Page => {
  const { signUp: text, recovery, login, account } = view.texts;
  const { name: nameFault, password: problem } = page.faults ?? {};
  return layout(
    view,
    { title: text.newTitle, scriptFile: idp.script },
    html`
      <p class="lead">${recovery.newLead(page.email)}</p>
      ${nameFault && alert(login.problem, [nameFault])}
      <form method="post" action="${page.action}">
        ${csrfField(page.csrf)}
        <input type="hidden" name="username" autocomplete="username" value="${page.email}">
        <input type="hidden" name="able" data-passkey="able">
        <div class="field">
          <label for="name">${account.claims.name}</label>
          <input id="name" name="name" type="text" value="${page.name}" autocomplete="name" maxlength="256" required autofocus${
            nameFault && html` aria-invalid="true"`
          }>
        </div>
        ${newPasswordField(idp, view, { names: [page.email], problem })}
        <button class="button" type="submit">${text.create}</button>
      </form>`,
  );
};

/** There is an account now, and nothing to go on with. */
export const renderWelcomePage = (view: View, signIn: string): Page => {
  const text = view.texts.signUp;
  return layout(
    view,
    { title: text.doneTitle, mood: 'notice' },
    html`
      <p class="lead">${text.done}</p>
      <p class="help"><a href="${signIn}">${text.toAccount}</a></p>`,
  );
};
