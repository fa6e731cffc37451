import { momentIn } from '../../../mail/templates/letter.js';
import { html } from '../../../pages/html.js';
import type { Texts } from '../../../pages/texts/en.js';
import type { Idp } from '../../deps.js';
import { accountPage } from '../frame.js';
import type { AccountSection, AccountVisit } from '../section.js';
import { activityOf, type ToldActivity } from './changes.js';

const sentence = ({ events }: Texts['account'], { type, change }: ToldActivity): string =>
  type === 'user_changed' && change === 'password set' ? events.password_changed : events[type];

async function activityPage(idp: Idp, visit: AccountVisit) {
  const { account: text, language } = visit.view.texts;
  const before = visit.query.get('before') ?? null;
  const { events, next } = await activityOf(idp, visit.session.userId, before);
  const lines = events.map((each) => {
    const where = [each.client, each.address].filter((value) => value !== null).join(', ');
    return html`<li><div>
      <strong>${sentence(text, each)}</strong>
      <p class="fine">${momentIn(language, each.occurredAt.toISOString())}${where !== '' && html`<br>${where}`}</p>
    </div></li>`;
  });
  const older = next !== null && html`<a href="${visit.action}?before=${next}">${text.older}</a>`;
  const newest = before !== null && html`<a href="${visit.action}">${text.newest}</a>`;
  const content = html`<p class="lead">${text.activityLead}</p><ul class="scopes">${lines}</ul>
    ${(older || newest) && html`<nav class="links" aria-label="${text.activityPages}">${newest}${older}</nav>`}`;
  return { page: accountPage(idp, visit, content) };
}

/** What happened to the account, from the audit trail. */
export const activitySection = (idp: Idp): AccountSection => ({ page: (visit) => activityPage(idp, visit) });
