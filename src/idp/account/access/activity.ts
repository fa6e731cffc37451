import { momentIn } from '../../../mail/templates/letter.js';
import { html } from '../../../pages/html.js';
import type { Texts } from '../../../pages/texts/en.js';
import { type Activity, listActivity } from '../../../storage/audit/activity.js';
import type { Idp } from '../../deps.js';
import { accountPage } from '../frame.js';
import type { AccountSection, AccountVisit } from '../section.js';

const most = 50;

/** What people have words for; the rest is between programs. */
export const toldEvents = [
  'sign_in',
  'sign_in_failed',
  'sign_out',
  'consent_granted',
  'consent_denied',
  'consent_withdrawn',
  'token_reuse_detected',
  'passkey_added',
  'passkey_removed',
  'passkey_flagged',
  'identity_linked',
  'identity_unlinked',
  'authenticator_added',
  'authenticator_removed',
  'recovery_codes_replaced',
  'user_changed',
] as const;

type Told = Activity<(typeof toldEvents)[number]>;

const sentence = ({ events }: Texts['account'], { type, change }: Told): string =>
  type === 'user_changed' && change === 'password set' ? events.password_changed : events[type];

async function activityPage(idp: Idp, visit: AccountVisit) {
  const { account: text, language } = visit.view.texts;
  const asked = visit.query.get('before') ?? '';
  const before = /^\d{1,18}$/.test(asked) ? asked : null;
  // One more than is shown tells whether there is another page.
  const which = { userId: visit.session.userId, types: toldEvents, most: most + 1, before };
  const found = await listActivity(idp.sql, which);
  const activity = found.slice(0, most);
  const lines = activity.map((each) => {
    const where = [each.client, each.address].filter((value) => value !== null).join(', ');
    return html`<li><div>
      <strong>${sentence(text, each)}</strong>
      <p class="fine">${momentIn(language, each.occurredAt.toISOString())}${where !== '' && html`<br>${where}`}</p>
    </div></li>`;
  });
  const older = found.length > most && html`<a href="${visit.action}?before=${activity.at(-1)?.id}">${text.older}</a>`;
  const newest = before !== null && html`<a href="${visit.action}">${text.newest}</a>`;
  const content = html`<p class="lead">${text.activityLead}</p><ul class="scopes">${lines}</ul>
    ${(older || newest) && html`<nav class="links" aria-label="${text.activityPages}">${newest}${older}</nav>`}`;
  return { page: accountPage(idp, visit, content) };
}

/** What happened to the account, from the audit trail. */
export const activitySection = (idp: Idp): AccountSection => ({ page: (visit) => activityPage(idp, visit) });
