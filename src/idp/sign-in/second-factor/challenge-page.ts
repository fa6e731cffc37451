import type { Page } from '../../../http/browser/headers.js';
import { type Html, html } from '../../../pages/html.js';
import { layout } from '../../../pages/layout.js';
import type { View } from '../../../pages/view.js';
import { accountChip, type ClientOnPage, clientLinks, csrfField, type PersonOnPage } from '../../interaction/parts.js';

/** Why the form is shown once more. */
export interface ChallengeProblem {
  readonly title: string;
  readonly message: string;
  readonly field: 'code' | 'recovery';
}

interface ChallengePage {
  readonly client: ClientOnPage;
  readonly person?: PersonOnPage | undefined;
  readonly action: string;
  readonly csrf: string;
  readonly switchAccount: string;
  readonly cancel: { readonly action: string; readonly csrf: string };
  /** Milliseconds for which no code is asked for in this browser, if somebody wants that; undefined where they cannot have it. */
  readonly trustFor?: number | undefined;
  readonly problem?: ChallengeProblem | undefined;
}

const day = 86_400_000;

const trustBox = ({ texts: { challenge: text } }: View, lifetime: number): Html => html`
    <div class="field">
      <label class="choice"><input type="checkbox" name="trust" value="yes" aria-describedby="trust-hint">
        <span>${text.trust(Math.round(lifetime / day))}</span></label>
      <p class="fine" id="trust-hint">${text.trustHint}</p>
    </div>`;

const described = (faulty: boolean): Html | undefined =>
  faulty ? html` aria-invalid="true" aria-describedby="problem"` : undefined;

const codeForm = (view: View, { action, csrf, trustFor, problem }: ChallengePage): Html => html`
  <form method="post" action="${action}">
    ${csrfField(csrf)}
    <div class="field">
      <label for="code">${view.texts.challenge.code}</label>
      <input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" autocapitalize="none"
        autocorrect="off" spellcheck="false" maxlength="16" required${
          problem?.field !== 'recovery' && html` autofocus`
        }${described(problem?.field === 'code')}>
    </div>
    ${trustFor !== undefined && trustBox(view, trustFor)}
    <button class="button" type="submit">${view.texts.challenge.submit}</button>
  </form>`;

const recoveryForm = (view: View, { action, csrf, problem }: ChallengePage): Html => html`
  <details${problem?.field === 'recovery' && html` open`}>
    <summary>${view.texts.challenge.useRecoveryCode}</summary>
    <form method="post" action="${action}">
      ${csrfField(csrf)}
      <div class="field">
        <label for="recovery-code">${view.texts.challenge.recoveryCode}</label>
        <input id="recovery-code" name="recovery_code" type="text" autocomplete="off" autocapitalize="none"
          autocorrect="off" spellcheck="false" maxlength="64" required${
            problem?.field === 'recovery' && html` autofocus`
          }${described(problem?.field === 'recovery')}>
      </div>
      <button class="button second" type="submit">${view.texts.challenge.submit}</button>
    </form>
  </details>`;

/** The form for a code of the authenticator app, and the one for a recovery code. */
export function renderChallengePage(view: View, page: ChallengePage): Page {
  const text = view.texts.challenge;
  const { problem, person, client } = page;
  const switchAccount = html`<a href="${page.switchAccount}">${view.texts.consent.switchAccount}</a>`;
  return layout(
    view,
    { title: text.title, clientLogo: client.logoUri },
    html`
      <p class="lead">${text.lead}</p>
      ${person && accountChip(view.texts, person, switchAccount, text.signingInAs)}
      ${problem && html`<div class="alert" role="alert" id="problem"><strong>${problem.title}</strong><p>${problem.message}</p></div>`}
      ${codeForm(view, page)}
      ${recoveryForm(view, page)}
      <div class="foot">
        <form method="post" action="${page.cancel.action}">
          ${csrfField(page.cancel.csrf)}
          <button class="plain" type="submit" name="decision" value="deny">${view.texts.login.cancel(client.name)}</button>
        </form>
        ${clientLinks(view.texts, client)}
      </div>`,
  );
}
