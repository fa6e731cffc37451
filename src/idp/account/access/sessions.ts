import { hashToken } from '../../../crypto/digest.js';
import { momentIn } from '../../../mail/templates/letter.js';
import { type Html, html } from '../../../pages/html.js';
import { listOwnSessions, type OwnSession } from '../../../storage/sessions/own-sessions.js';
import { findSessions } from '../../../storage/sessions/sessions.js';
import type { Idp } from '../../deps.js';
import { csrfField, personOnPage } from '../../interaction/parts.js';
import { accountPath } from '../../interaction/paths.js';
import { presentedTrust } from '../../sign-in/trusted-browser.js';
import { accountPage } from '../frame.js';
import { ownerOf } from '../owner.js';
import type { AccountSection, AccountVisit } from '../section.js';
import { endSessionsOf, endTrustOf, mostSessions } from './changes.js';
import { everyTrusted, trustedBrowsersPart } from './trusted-browsers.js';

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

/** The other accounts that are signed in in this very browser. */
async function accountsHere(idp: Idp, { cookies, view }: AccountVisit): Promise<Html | false> {
  const { account: text, consent, selectAccount, language } = view.texts;
  const hashes = cookies.keptSessions.map(hashToken);
  const others = hashes.length === 0 ? [] : await findSessions(idp.sql, hashes, idp.clock.now());
  return (
    others.length > 0 &&
    html`<h2 id="here">${text.accountsHere}</h2>
    <ul class="scopes" aria-labelledby="here">${others.map((session) => {
      const { name, detail } = personOnPage(session);
      const since = selectAccount.signedIn(momentIn(language, session.authTime.toISOString()));
      return html`<li><div><strong>${name}</strong><p class="fine">${detail}</p><p class="fine">${since}</p></div></li>`;
    })}</ul>
    <p><a href="${accountPath(idp, 'account')}?account=choose">${consent.switchAccount}</a></p>`
  );
}

async function sessionsPage(idp: Idp, visit: AccountVisit) {
  const { account: text } = visit.view.texts;
  const sessions = await listOwnSessions(idp.sql, {
    userId: visit.session.userId,
    most: mostSessions,
    now: idp.clock.now(),
  });
  const content = html`
    <p class="lead">${text.sessionsLead}</p>
    <ul class="scopes">${sessions.map((session) => line(visit, session))}</ul>
    ${sessions.length > 1 && endForm(visit, everyOther, text.endOthers, '')}
    ${await accountsHere(idp, visit)}
    ${await trustedBrowsersPart(idp, visit)}`;
  return { page: accountPage(idp, visit, content) };
}

/** In which browsers somebody is signed in, and which they trust: one can be ended, or all but this one. */
export const sessionsSection = (idp: Idp): AccountSection => ({
  page: (visit) => sessionsPage(idp, visit),
  async submit(visit, form) {
    const owner = ownerOf(visit);
    const [session, browser] = [form.get('session'), form.get('trusted_browser')];
    if (session !== undefined) {
      const here = presentedTrust(idp, visit.cookies);
      await endSessionsOf(idp, owner, session === everyOther ? null : session, here);
    }
    if (browser !== undefined) await endTrustOf(idp, owner, browser === everyTrusted ? null : browser);
    return { seeOther: visit.action };
  },
});
