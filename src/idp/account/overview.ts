import { momentIn } from '../../mail/templates/letter.js';
import { type Html, html } from '../../pages/html.js';
import { type AccountSafety, type AccountSession, findAccountSafety } from '../../storage/people/account.js';
import type { Idp } from '../deps.js';
import { accountChip, personOnPage } from '../interaction/parts.js';
import { logoutPath } from '../interaction/paths.js';
import { beginAccount } from './begin.js';
import { accountPage } from './frame.js';
import type { AccountSection, AccountVisit } from './section.js';

type Advice = 'passwordAlone' | 'passwordToo' | 'fewCodes' | 'good';

/** Fewer unused recovery codes than this are too few. */
const enoughCodes = 3;

/** What would make the account safer, most urgent first. */
function adviceFor({ config }: Idp, { hasPassword }: AccountSession, safety: AccountSafety): Advice {
  if (hasPassword && safety.passkeys === 0 && !safety.hasAuthenticator) return 'passwordAlone';
  if (hasPassword && (!safety.hasAuthenticator || config.policy.secondFactor === 'optional')) return 'passwordToo';
  return safety.hasAuthenticator && safety.recoveryCodes < enoughCodes ? 'fewCodes' : 'good';
}

function safetyPart(idp: Idp, { session, view }: AccountVisit, safety: AccountSafety): Html {
  const { safety: text, titles } = view.texts.account;
  const fact = (name: string, value: string) => html`<dt>${name}</dt><dd>${value}</dd>`;
  return html`
      <h2>${text.title}</h2>
      <p class="lead">${text[adviceFor(idp, session, safety)]}</p>
      <dl class="facts">
        ${fact(titles.accountPasskeys, String(safety.passkeys))}
        ${fact(titles.accountAuthenticator, safety.hasAuthenticator ? text.setUp : text.notSetUp)}
        ${safety.hasAuthenticator && fact(text.codesLeft, String(safety.recoveryCodes))}
      </dl>`;
}

function overview(idp: Idp, visit: AccountVisit, safety: AccountSafety | null) {
  const { session, view } = visit;
  const { account: text, language } = view.texts;
  const fact = (name: string, value: string | null) => value !== null && html`<dt>${name}</dt><dd>${value}</dd>`;
  const moment = (at: Date | null) => at && momentIn(language, at.toISOString());
  const unverified = session.email !== null && !session.emailVerified;
  return accountPage(
    idp,
    visit,
    html`
      ${accountChip(view.texts, personOnPage(session), html`<a href="${visit.action}?account=choose">${view.texts.consent.switchAccount}</a>`)}
      <dl class="facts">
        ${fact(text.username, session.username)}
        ${fact(text.email, unverified ? text.unverified(session.email ?? '') : session.email)}
        ${fact(text.since, moment(session.createdAt))}
        ${fact(text.passwordChanged, moment(session.passwordChangedAt))}
        ${fact(text.signedIn, moment(session.authTime))}
      </dl>
      ${safety && safetyPart(idp, visit, safety)}
      <p><a href="${logoutPath(idp)}">${view.texts.logout.submit}</a></p>`,
  );
}

/** Who somebody is here, how safe the account is, and the way to everything else; or to another account of the browser. */
export const overviewSection = (idp: Idp): AccountSection => ({
  async page(visit) {
    if (visit.query.get('account') === 'choose')
      return beginAccount(idp, visit.asked, 'account', { choosesAccount: true });
    return { page: overview(idp, visit, await findAccountSafety(idp.sql, visit.session.userId)) };
  },
});
