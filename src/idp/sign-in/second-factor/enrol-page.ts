import type { Page } from '../../../http/browser/headers.js';
import { type Html, html } from '../../../pages/html.js';
import { layout, type ScriptFile } from '../../../pages/layout.js';
import type { View } from '../../../pages/view.js';
import type { DueEnrolment } from '../../../protocol/sign-in/assurance.js';
import { accountChip, type ClientOnPage, clientLinks, csrfField, type PersonOnPage } from '../../interaction/parts.js';
import type { PasskeyCreation } from '../passkeys/creation.js';
import { codeField, codeProblem, keySection, recoveryCodeList } from './enrol-parts.js';

interface EnrolPage {
  readonly client: ClientOnPage;
  readonly person: PersonOnPage;
  readonly action: string;
  readonly csrf: string;
  readonly switchAccount: string;
  readonly cancel: { readonly action: string; readonly csrf: string };
  readonly wanted: DueEnrolment['wanted'];
  /** No is an answer. */
  readonly mayDecline: boolean;
  /** What can be set up here; a sign-in comes first where there is nothing. */
  readonly choices?: EnrolChoices | undefined;
}

export interface EnrolChoices {
  readonly passkey: PasskeyChoice;
  /** Undefined where a passkey alone will do. */
  readonly app?: AppChoice | undefined;
}

interface PasskeyChoice extends PasskeyCreation {
  readonly script: ScriptFile | undefined;
  /** It was tried, and came to nothing. */
  readonly failed: boolean;
}

interface AppChoice {
  readonly secret: Buffer;
  /** Under which the app files it. */
  readonly username: string;
  /** The code of the last attempt was. */
  readonly wrong: boolean;
}

/** Only a script can ask a browser for one: without it the form stays hidden, and a sentence says so. */
const passkeySection = (view: View, { action, csrf, choices }: EnrolPage, { options, failed }: PasskeyChoice): Html => {
  const text = view.texts.enrol;
  return html`<section class="group">
    <h2>${text.byPasskey}</h2>
    <p class="alert" role="alert" data-passkey="failed"${!failed && html` hidden`}>${text.passkeyFailed}</p>
    <p data-passkey="unable">${choices?.app ? text.unable : text.unableAtAll}</p>
    <form method="post" action="${action}" data-passkey="add" data-options="${JSON.stringify(options)}" hidden>
      <p class="help">${view.texts.passkey.offer}</p>
      ${csrfField(csrf)}
      <input type="hidden" name="passkey">
      <button class="button${choices?.app && html` second`}" type="submit">${view.texts.passkey.create}</button>
    </form>
  </section>`;
};

const appSection = (view: View, { action, csrf }: EnrolPage, { secret, username, wrong }: AppChoice): Html => html`
  <section class="group">
    <h2>${view.texts.enrol.byApp}</h2>
    ${wrong && codeProblem(view)}
    ${keySection(view, secret, username)}
    <form method="post" action="${action}">
      ${csrfField(csrf)}
      ${codeField(view, wrong)}
      <button class="button" type="submit">${view.texts.enrol.submit}</button>
    </form>
  </section>`;

/** What can be set up, or the way to the sign-in that has to come first. */
const choiceSections = (view: View, page: EnrolPage): Html => {
  const { choices, switchAccount } = page;
  if (!choices) return html`<a class="button" href="${switchAccount}">${view.texts.enrol.signInFirst}</a>`;
  return html`
    ${passkeySection(view, page, choices.passkey)}
    ${choices.app && appSection(view, page, choices.app)}`;
};

function leadOf({ texts: { enrol: text } }: View, { client, wanted, mayDecline }: EnrolPage): string {
  if (mayDecline) return text.wish(client.name);
  return wanted === 'phr' ? text.needsPasskey : text.lead;
}

/** What can be set up on the way: a passkey, or an authenticator app where that will do. */
export function renderEnrolPage(view: View, page: EnrolPage): Page {
  const { texts } = view;
  const { client, choices, cancel } = page;
  return layout(
    view,
    { title: texts.enrol.title, clientLogo: client.logoUri, scriptFile: choices?.passkey.script },
    html`
      <p class="lead">${leadOf(view, page)}</p>
      ${accountChip(texts, page.person, html`<a href="${page.switchAccount}">${texts.consent.switchAccount}</a>`)}
      ${choiceSections(view, page)}
      ${
        page.mayDecline &&
        html`<form method="post" action="${page.action}">
        ${csrfField(page.csrf)}
        <button class="button second" type="submit" name="decision" value="later">${texts.passkey.later}</button>
      </form>`
      }
      <div class="foot">
        <form method="post" action="${cancel.action}">
          ${csrfField(cancel.csrf)}
          <button class="plain" type="submit" name="decision" value="deny">${texts.login.cancel(client.name)}</button>
        </form>
        ${clientLinks(texts, client)}
      </div>`,
  );
}

interface RecoveryCodesPage {
  readonly client: ClientOnPage;
  readonly codes: readonly string[];
  /** Where it goes on. */
  readonly next: string;
}

/** The recovery codes, which no page shows again. */
export function renderRecoveryCodesPage(view: View, { client, codes, next }: RecoveryCodesPage): Page {
  const text = view.texts.enrol;
  return layout(
    view,
    { title: text.codesTitle, clientLogo: client.logoUri },
    html`
      ${recoveryCodeList(view, codes)}
      <a class="button" href="${next}">${text.kept}</a>`,
  );
}
