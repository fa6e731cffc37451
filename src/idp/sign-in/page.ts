import type { Page } from '../../http/browser/headers.js';
import { type Html, html } from '../../pages/html.js';
import { layout, type ScriptFile } from '../../pages/layout.js';
import type { View } from '../../pages/view.js';
import type { PasskeyRequestOptions } from '../../protocol/sign-in/passkey.js';
import { type ClientOnPage, clientLinks, csrfField } from '../interaction/parts.js';
import { showPasswordButton } from '../interaction/show-password.js';

/** Why the form is shown once more. */
export interface LoginProblem {
  readonly title: string;
  /** About the attempt as a whole. */
  readonly message?: string | undefined;
  /** About one field. */
  readonly identifier?: string | undefined;
  readonly password?: string | undefined;
}

export interface LoginPage {
  readonly client: ClientOnPage;
  readonly action: string;
  readonly csrf: string;
  readonly cancel?: { readonly action: string; readonly csrf: string; readonly label: string } | undefined;
  /** From login_hint (OIDC Core §3.1.2.1) or the last attempt. */
  readonly identifier?: string | undefined;
  /** Somebody is signed in and is asked to prove it once more. */
  readonly again?: boolean | undefined;
  readonly lostPasswordUrl?: string | undefined;
  /** Where who has no account makes one, if they may. */
  readonly signUp?: { readonly url: string; readonly text: string } | undefined;
  /** Nothing else will do. */
  readonly byPasskey?: boolean | undefined;
  /** Where one of the browser's other accounts is chosen, if it knows any. */
  readonly chooseUrl?: string | undefined;
  readonly problem?: LoginProblem | undefined;
  /** The name of a provider that is linked with the account which is signed in to. */
  readonly linking?: string | undefined;
  /** Others at which people may have an account. */
  readonly providers: readonly ProviderOnPage[];
  /** Whether a code can be mailed in the place of the password. */
  readonly offersEmailCode: boolean;
  readonly passkey: PasskeyOnPage;
}

interface ProviderOnPage {
  readonly name: string;
  readonly action: string;
}

/** What the script needs to ask for a passkey; without script nothing of it shows. */
interface PasskeyOnPage {
  readonly script: ScriptFile | undefined;
  readonly options: PasskeyRequestOptions;
  /** The id of a credential that was offered and is nobody's, for the browser to forget (WebAuthn Level 3 §5.1.10). */
  readonly unknown?: string | undefined;
}

const summary = (problem: LoginProblem): Html => html`
  <div class="alert" role="alert" id="problem">
    <strong>${problem.title}</strong>
    ${problem.message && html`<p>${problem.message}</p>`}
    ${
      (problem.identifier ?? problem.password) &&
      html`<ul>
        ${problem.identifier && html`<li><a href="#identifier">${problem.identifier}</a></li>`}
        ${problem.password && html`<li><a href="#password">${problem.password}</a></li>`}
      </ul>`
    }
  </div>`;

const passkeyNotice = ({ texts: { login: text } }: View): Html => html`
  <div class="notice" role="status">
    <strong>${text.byPasskeyTitle}</strong>
    <p>${text.byPasskey}</p>
  </div>`;

const linkingNotice = ({ texts: { federation: text } }: View, provider: string): Html => html`
  <div class="notice" role="status">
    <strong>${text.linkTitle}</strong>
    <p>${text.link(provider)}</p>
  </div>`;

const fault = (field: string, message: string | undefined): Html | undefined =>
  message === undefined ? undefined : html`<p class="fault" id="${field}-fault">${message}</p>`;

const described = (field: string, message: string | undefined): Html | undefined =>
  message === undefined ? undefined : html` aria-invalid="true" aria-describedby="${field}-fault"`;

/**
 * Beside the password, and from the identifier's field by autofill (WebAuthn Level 3 §5.1.4). The script shows the button and sends
 * the form for it.
 */
const passkeyButton = (view: View, { passkey }: LoginPage): Html => html`
  <input type="hidden" name="passkey">
  <input type="hidden" name="able" data-passkey="able">
  <button class="button second" type="button" data-passkey="use" data-options="${JSON.stringify(passkey.options)}" hidden${
    passkey.unknown && html` data-unknown="${passkey.unknown}"`
  }>${view.texts.login.passkey}</button>`;

/** A button for each provider, which sends the browser there. */
const providerButtons = ({ texts }: View, { providers, csrf }: LoginPage): Html | false =>
  providers.length > 0 &&
  html`<div class="providers">${providers.map(
    ({ name, action }) => html`<form method="post" action="${action}">
      ${csrfField(csrf)}
      <button class="button second" type="submit">${texts.federation.button(name)}</button>
    </form>`,
  )}</div>`;

/** The form for username or e-mail and password. */
export function renderLoginPage(view: View, page: LoginPage): Page {
  const text = view.texts.login;
  const { problem, identifier } = page;
  const toPassword = identifier !== undefined && !problem?.identifier;
  return layout(
    view,
    { title: text.title, clientLogo: page.client.logoUri, scriptFile: page.passkey.script },
    html`
      <p class="lead">${text.lead(html`<strong>${page.client.name}</strong>`)}${page.again && html`<br>${text.again}`}</p>
      ${page.byPasskey && !problem && passkeyNotice(view)}
      ${page.linking !== undefined && linkingNotice(view, page.linking)}
      ${problem && summary(problem)}
      <form method="post" action="${page.action}">
        ${csrfField(page.csrf)}
        <div class="field">
          <label for="identifier">${text.identifier}</label>
          <input id="identifier" name="identifier" type="text" value="${identifier ?? ''}" autocomplete="username webauthn"
            autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="254" required${
              !toPassword && html` autofocus`
            }${described('identifier', problem?.identifier)}>
          ${fault('identifier', problem?.identifier)}
        </div>
        <div class="field">
          <label for="password">${text.password}</label>
          <input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required${
            toPassword && html` autofocus`
          }${described('password', problem?.password)}>
          ${showPasswordButton(view.texts)}
          ${fault('password', problem?.password)}
        </div>
        <button class="button" type="submit">${text.submit}</button>
        ${passkeyButton(view, page)}
        ${
          page.offersEmailCode &&
          html`<button class="button second" type="submit" name="email_code" value="yes" formnovalidate>${text.emailCode}</button>`
        }
      </form>
      ${providerButtons(view, page)}
      ${page.chooseUrl && html`<p class="help"><a href="${page.chooseUrl}">${view.texts.selectAccount.title}</a></p>`}
      ${page.lostPasswordUrl && html`<p class="help"><a href="${page.lostPasswordUrl}">${text.lostPassword}</a></p>`}
      ${page.signUp && html`<p class="help"><a href="${page.signUp.url}">${page.signUp.text}</a></p>`}
      ${
        page.cancel &&
        html`<div class="foot">
        <form method="post" action="${page.cancel.action}">
          ${csrfField(page.cancel.csrf)}
          <button class="plain" type="submit" name="decision" value="deny">${page.cancel.label}</button>
        </form>
        ${clientLinks(view.texts, page.client)}
      </div>`
      }`,
  );
}
