import { momentIn } from '../../mail/templates/letter.js';
import { html } from '../../pages/html.js';
import { layout } from '../../pages/layout.js';
import { keepAccount } from '../../storage/people/deletion.js';
import type { Idp } from '../deps.js';
import type { Answer } from '../interaction/answer.js';
import { formOf } from '../interaction/interaction-form.js';
import { accountChip, csrfField, personOnPage } from '../interaction/parts.js';
import { hubPath } from '../interaction/paths.js';
import { unknownDecision } from '../interaction/refusal.js';
import type { InteractionStep, StepForm } from '../interaction/step.js';
import type { Visit } from '../interaction/visit.js';
import { signOutForm } from '../openid/logout.js';

const keepForm: StepForm<'keepAccount'> = { kind: 'keepAccount', boundToUser: true };

function keepPage(idp: Idp, visit: Visit): Answer {
  const { session, view } = visit;
  if (!session?.deleteAfter) throw new Error('an account is kept that stays anyway');
  const { deletion: text, language } = view.texts;
  const { action, csrf } = formOf(idp, visit, keepForm);
  const leaving = signOutForm(idp, session.secret);
  const content = html`
    ${accountChip(view.texts, personOnPage(session))}
    <p class="lead">${text.pending(momentIn(language, session.deleteAfter.toISOString()))}</p>
    <form method="post" action="${action}">
      ${csrfField(csrf)}
      <button class="button" type="submit" name="decision" value="keep">${text.keep}</button>
    </form>
    <p class="fine">${text.leave}</p>
    <form method="post" action="${leaving.action}">
      ${csrfField(leaving.csrf)}
      <button class="button second" type="submit">${view.texts.logout.submit}</button>
    </form>`;
  return { page: layout(view, { title: text.pendingTitle }, content) };
}

/** Asks whoever signs in to an account that is about to be deleted whether they keep it. */
export const keepAccountStep = (idp: Idp): InteractionStep<'keepAccount'> => ({
  ...keepForm,
  page: (visit) => keepPage(idp, visit),
  async submit({ visit, form, asked }) {
    if (form.get('decision') !== 'keep') throw unknownDecision();
    if (visit.session) {
      const { userId, id: sessionId } = visit.session;
      const event = { type: 'user_changed', userId, sessionId, detail: { change: 'deletion undone' } } as const;
      await idp.events.recordWith(asked, event, (audit) =>
        keepAccount(idp.sql, { userId, sessionId, now: idp.clock.now(), audit }),
      );
    }
    return { seeOther: hubPath(idp, visit) };
  },
});
