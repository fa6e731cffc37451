import type { Page } from '../../http/browser/headers.js';
import { html } from '../../pages/html.js';
import { layout } from '../../pages/layout.js';
import type { View } from '../../pages/view.js';
import { csrfField } from '../interaction/parts.js';

interface LinkPage {
  /** The address that the link sets. */
  readonly email: string;
  readonly action: string;
  readonly csrf: string;
}

const question = (view: View, page: LinkPage, { title, lead, submit }: Record<'title' | 'lead' | 'submit', string>) =>
  layout(
    view,
    { title },
    html`
      <p class="lead">${lead}</p>
      <form method="post" action="${page.action}">
        ${csrfField(page.csrf)}
        <button class="button" type="submit">${submit}</button>
      </form>`,
  );

/** Asks whether the address is to be the account's. */
export const renderConfirmEmailPage = (view: View, page: LinkPage): Page => {
  const { emailChange: text } = view.texts;
  return question(view, page, {
    title: text.confirmTitle,
    lead: text.confirmLead(page.email),
    submit: text.confirm,
  });
};

/** The link is of use only to who asked for it. */
export const renderSignInFirstPage = (view: View, signIn: string): Page =>
  layout(
    view,
    { title: view.texts.emailChange.confirmTitle },
    html`
      <p class="lead">${view.texts.emailChange.signInFirst}</p>
      <p class="help"><a href="${signIn}">${view.texts.login.title}</a></p>`,
  );

/** Asks whether the address is to be put back. */
export const renderUndoPage = (view: View, page: LinkPage): Page => {
  const { emailChange: text } = view.texts;
  return question(view, page, { title: text.undoTitle, lead: text.undoLead(page.email), submit: text.undo });
};

/** The address is back. @param newPassword where one is to be had, if anywhere */
export const renderUndonePage = (view: View, newPassword: string | undefined): Page =>
  layout(
    view,
    { title: view.texts.emailChange.undoneTitle, mood: 'notice' },
    html`
      <p class="lead">${view.texts.emailChange.undone}</p>
      ${newPassword !== undefined && html`<p class="help"><a href="${newPassword}">${view.texts.recovery.newTitle}</a></p>`}`,
  );
