import { momentIn } from '../../mail/templates/letter.js';
import { html } from '../../pages/html.js';
import type { Idp } from '../deps.js';
import { accountChip, personOnPage } from '../interaction/parts.js';
import { logoutPath } from '../interaction/paths.js';
import { accountPage } from './frame.js';
import type { AccountSection, AccountVisit } from './section.js';

function overview(idp: Idp, visit: AccountVisit) {
  const { session, view } = visit;
  const { account: text, language } = view.texts;
  const fact = (name: string, value: string | null) => value !== null && html`<dt>${name}</dt><dd>${value}</dd>`;
  const moment = (at: Date | null) => at && momentIn(language, at.toISOString());
  const unverified = session.email !== null && !session.emailVerified;
  return accountPage(
    idp,
    visit,
    html`
      ${accountChip(view.texts, personOnPage(session))}
      <dl class="facts">
        ${fact(text.username, session.username)}
        ${fact(text.email, unverified ? text.unverified(session.email ?? '') : session.email)}
        ${fact(text.since, moment(session.createdAt))}
        ${fact(text.passwordChanged, moment(session.passwordChangedAt))}
        ${fact(text.signedIn, moment(session.authTime))}
      </dl>
      <p><a href="${logoutPath(idp)}">${view.texts.logout.submit}</a></p>`,
  );
}

/** Who somebody is here, and the way to everything else. */
export const overviewSection = (idp: Idp): AccountSection => ({
  page: async (visit) => ({ page: overview(idp, visit) }),
});
