import { after } from '../../../clock.js';
import { momentIn } from '../../../mail/templates/letter.js';
import { html } from '../../../pages/html.js';
import { layout } from '../../../pages/layout.js';
import { sessionCookie } from '../../cookies/cookies.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { csrfField } from '../../interaction/parts.js';
import { accountPage } from '../frame.js';
import { ownerOf } from '../owner.js';
import type { AccountSection, AccountVisit } from '../section.js';
import { askForDeletion } from './changes.js';

function deletionPage(idp: Idp, visit: AccountVisit): Answer {
  const { deletion: text, language } = visit.view.texts;
  const deleteAfter = after(idp.clock.now(), idp.config.lifetimes.accountDeletion);
  const content = html`
    <p class="lead">${text.lead(momentIn(language, deleteAfter.toISOString()))}</p>
    <form method="post" action="${visit.action}">
      ${csrfField(visit.csrf)}
      <button class="button" type="submit" name="decision" value="delete">${text.submit}</button>
    </form>`;
  return { page: accountPage(idp, visit, content) };
}

async function deleteAccount(idp: Idp, visit: AccountVisit): Promise<Answer> {
  const { view, action } = visit;
  const until = await askForDeletion(idp, ownerOf(visit));
  if (!until) return { seeOther: action };
  const { deletion: text, language } = view.texts;
  const done = html`<p class="lead">${text.done(momentIn(language, until.toISOString()))}</p>`;
  return { page: layout(view, { title: text.pendingTitle }, done), cookies: [sessionCookie(null)] };
}

/** The account goes once the time to think better of it is over; until then nobody gets anything with it. */
export const deletionSection = (idp: Idp): AccountSection => ({
  sensitive: true,
  page: async (visit) => deletionPage(idp, visit),
  submit: async (visit, form) =>
    form.get('decision') === 'delete' ? deleteAccount(idp, visit) : { seeOther: visit.action },
});
