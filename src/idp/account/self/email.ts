import { html } from '../../../pages/html.js';
import type { Idp } from '../../deps.js';
import { csrfField } from '../../interaction/parts.js';
import { field } from '../field.js';
import { accountPage } from '../frame.js';
import type { AccountSection, AccountVisit } from '../section.js';
import { emailProblem, mailEmailLink } from './changes.js';

/** One that is not proven is offered to be: it gets the link like another. */
function emailPage(idp: Idp, visit: AccountVisit, entered?: { readonly email: string; readonly fault: string }) {
  const { session, view, action, csrf } = visit;
  const { emailChange: text, signUp, recovery, account } = view.texts;
  const { email, emailVerified } = session;
  const address = { name: 'email', label: signUp.email, type: 'email', autocomplete: 'email', required: true } as const;
  const offered = emailVerified ? '' : (email ?? '');
  return accountPage(
    idp,
    visit,
    html`
      <p class="lead">${text.lead}</p>
      ${email !== null && html`<dl class="facts"><dt>${account.email}</dt><dd>${emailVerified ? email : account.unverified(email)}</dd></dl>`}
      <form method="post" action="${action}">
        ${csrfField(csrf)}
        ${field({ ...address, value: entered?.email ?? offered, fault: entered?.fault })}
        <button class="button" type="submit">${recovery.submit}</button>
      </form>`,
  );
}

/** The same for every address: that it is another's is told where the link leads. */
const sentPage = (idp: Idp, visit: AccountVisit, email: string) =>
  accountPage(
    idp,
    visit,
    html`
      <p class="lead">${visit.view.texts.signUp.sent(email)}</p>
      <p class="help"><a href="${visit.action}">${visit.view.texts.signUp.otherAddress}</a></p>`,
  );

function faultOf({ session, view }: AccountVisit, email: string): string | undefined {
  switch (emailProblem(session, email)) {
    case 'noAddress':
      return view.texts.signUp.noAddress;
    case 'same':
      return view.texts.emailChange.same;
  }
}

/** Another address, or a proof of the one that there is: by a link that is mailed there. */
export const emailSection = (idp: Idp): AccountSection => ({
  sensitive: true,
  page: async (visit) => ({ page: emailPage(idp, visit) }),
  async submit(visit, form) {
    const email = (form.get('email') ?? '').trim().normalize('NFC');
    const fault = faultOf(visit, email);
    if (fault !== undefined) return { page: emailPage(idp, visit, { email, fault }), status: 422 };
    await mailEmailLink(idp, visit.session, email);
    return { page: sentPage(idp, visit, email) };
  },
});
