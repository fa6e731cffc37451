import { after } from '../../../clock.js';
import { momentIn } from '../../../mail/templates/letter.js';
import { html } from '../../../pages/html.js';
import { layout } from '../../../pages/layout.js';
import { requestDeletion } from '../../../storage/people/deletion.js';
import type { Idp } from '../../deps.js';
import type { Answer } from '../../interaction/answer.js';
import { sessionCookie } from '../../interaction/cookies.js';
import { csrfField } from '../../interaction/parts.js';
import { accountPage } from '../frame.js';
import type { AccountSection, AccountVisit } from '../section.js';

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

async function askForDeletion(idp: Idp, visit: AccountVisit): Promise<Answer> {
  const { asked, view, action } = visit;
  const { userId, id: currentId } = visit.session;
  const now = idp.clock.now();
  const deleteAfter = after(now, idp.config.lifetimes.accountDeletion);
  const until = deleteAfter.toISOString();
  const notice = idp.mailing.notice('account_deletion', { at: now.toISOString(), until });
  const event = { type: 'user_changed', userId, sessionId: currentId, detail: { change: 'deletion asked' } } as const;
  const changed = await idp.events.recordWith(asked, event, (audit) =>
    requestDeletion(idp.sql, { userId, currentId, deleteAfter, now, audit, notice }),
  );
  if (!changed) return { seeOther: action };
  idp.mailing.tell(notice, changed.notice);
  idp.logoutWake.wake();
  const { deletion: text, language } = view.texts;
  const done = html`<p class="lead">${text.done(momentIn(language, until))}</p>`;
  return { page: layout(view, { title: text.pendingTitle }, done), cookies: [sessionCookie(null)] };
}

/** The account goes once the time to think better of it is over; until then nobody gets anything with it. */
export const deletionSection = (idp: Idp): AccountSection => ({
  sensitive: true,
  page: async (visit) => deletionPage(idp, visit),
  submit: async (visit, form) =>
    form.get('decision') === 'delete' ? askForDeletion(idp, visit) : { seeOther: visit.action },
});
