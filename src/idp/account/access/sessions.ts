import { momentIn } from '../../../mail/templates/letter.js';
import { type Html, html } from '../../../pages/html.js';
import { endOwnSessions, listOwnSessions, type OwnSession } from '../../../storage/sessions/own-sessions.js';
import type { Idp } from '../../deps.js';
import { csrfField } from '../../interaction/parts.js';
import { accountPage } from '../frame.js';
import type { AccountSection, AccountVisit } from '../section.js';

/** Nobody tells more browsers apart; to end all others reaches the rest as well. */
const most = 50;

const everyOther = 'others';

const endForm = ({ action, csrf }: AccountVisit, session: string, label: string, name: string): Html => html`
  <form method="post" action="${action}">
    ${csrfField(csrf)}<input type="hidden" name="session" value="${session}">
    <button class="plain" type="submit">${label}<span class="visually-hidden"> ${name}</span></button>
  </form>`;

function line(visit: AccountVisit, { id, device, authTime, lastSeenAt }: OwnSession): Html {
  const { account: text, language } = visit.view.texts;
  const name = device ?? text.unknownDevice;
  const moment = (at: Date) => momentIn(language, at.toISOString());
  const isThis = id === visit.session.id;
  return html`<li><div>
    <strong>${name}</strong>${isThis && html` <em>${text.thisSession}</em>`}
    <p class="fine">${text.signedIn}: ${moment(authTime)}</p>
    <p class="fine">${text.lastSeen}: ${moment(lastSeenAt)}</p>
    ${!isThis && endForm(visit, id, text.endSession, name)}
  </div></li>`;
}

async function sessionsPage(idp: Idp, visit: AccountVisit) {
  const { account: text } = visit.view.texts;
  const sessions = await listOwnSessions(idp.sql, { userId: visit.session.userId, most, now: idp.clock.now() });
  const content = html`
    <p class="lead">${text.sessionsLead}</p>
    <ul class="scopes">${sessions.map((session) => line(visit, session))}</ul>
    ${sessions.length > 1 && endForm(visit, everyOther, text.endOthers, '')}`;
  return { page: accountPage(idp, visit, content) };
}

const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** In which browsers somebody is signed in: one can be ended, or all but this one. */
export const sessionsSection = (idp: Idp): AccountSection => ({
  page: (visit) => sessionsPage(idp, visit),
  async submit({ session: { id: currentId, userId }, asked, action }, form) {
    const named = form.get('session') ?? '';
    const id = named === everyOther ? null : named;
    if (id === null || isId(id)) {
      const now = idp.clock.now();
      const notice = id === null ? idp.mailing.notice('sessions_ended', { at: now.toISOString() }) : null;
      const event = { type: 'sign_out', userId, detail: { ended_from: currentId } } as const;
      const ended = await idp.events.recordWith(asked, event, (audit) =>
        endOwnSessions(idp.sql, { userId, currentId, id, now, audit, notice }),
      );
      if (ended) idp.mailing.tell(notice, ended.notice);
      idp.logoutWake.wake();
    }
    return { seeOther: action };
  },
});
