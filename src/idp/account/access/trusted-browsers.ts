import { momentIn } from '../../../mail/templates/letter.js';
import { type Html, html } from '../../../pages/html.js';
import { listTrustedBrowsers, type OwnTrustedBrowser } from '../../../storage/factors/trusted-browsers.js';
import type { Idp } from '../../deps.js';
import { csrfField } from '../../interaction/parts.js';
import type { AccountVisit } from '../section.js';

/** What the form says that ends the trust of all. */
export const everyTrusted = 'all';

const removeForm = ({ action, csrf }: AccountVisit, browser: string, label: string, name = ''): Html => html`
  <form method="post" action="${action}">
    ${csrfField(csrf)}<input type="hidden" name="trusted_browser" value="${browser}">
    <button class="plain" type="submit">${label}<span class="visually-hidden"> ${name}</span></button>
  </form>`;

function line(visit: AccountVisit, { id, device, createdAt, lastUsedAt, expiresAt }: OwnTrustedBrowser): Html {
  const { account: text, language } = visit.view.texts;
  const name = device ?? text.unknownDevice;
  const moment = (at: Date) => momentIn(language, at.toISOString());
  return html`<li><div>
    <strong>${name}</strong>
    <p class="fine">${text.trustedSince}: ${moment(createdAt)}</p>
    <p class="fine">${text.lastSeen}: ${moment(lastUsedAt)}</p>
    <p class="fine">${text.trustedUntil}: ${moment(expiresAt)}</p>
    ${removeForm(visit, id, text.untrust, name)}
  </div></li>`;
}

/** The browsers in which somebody is not asked for a code; nothing where there is none. */
export async function trustedBrowsersPart(idp: Idp, visit: AccountVisit): Promise<Html | undefined> {
  const { account: text } = visit.view.texts;
  const browsers = await listTrustedBrowsers(idp.sql, { userId: visit.session.userId, now: idp.clock.now() });
  if (browsers.length === 0) return undefined;
  return html`<section class="group">
    <h2>${text.trustedTitle}</h2>
    <p class="fine">${text.trustedLead}</p>
    <ul class="scopes">${browsers.map((browser) => line(visit, browser))}</ul>
    ${browsers.length > 1 && removeForm(visit, everyTrusted, text.untrustAll)}
  </section>`;
}
