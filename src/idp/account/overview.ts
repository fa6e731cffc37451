import { momentIn } from '../../mail/templates/letter.js';
import { type Html, html } from '../../pages/html.js';
import type { Texts } from '../../pages/texts/en.js';
import type { View } from '../../pages/view.js';
import type { AccountPage } from '../../protocol/endpoints.js';
import { type AccountSafety, type AccountSession, findAccountSafety } from '../../storage/people/account.js';
import type { Idp } from '../deps.js';
import { accountChip, personOnPage } from '../interaction/parts.js';
import { accountPath, logoutPath } from '../interaction/paths.js';
import { beginAccount } from './begin.js';
import { accountPage, accountPageGroups } from './frame.js';
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

const signs = {
  good: html`<path d="m8 12.5 2.75 2.75L16.25 9.5" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>`,
  better: html`<path d="M12 7v6.25M12 16.5v.25" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>`,
};

/** Where to go to follow an advice, and what the way there is called. */
const remedyOf = ({ passkey, account }: Texts, advice: Advice): { page: AccountPage; text: string } | undefined => {
  if (advice === 'good') return undefined;
  return advice === 'fewCodes'
    ? { page: 'accountAuthenticator', text: account.newCodes }
    : { page: 'accountPasskeys', text: passkey.create };
};

function safetyPart(idp: Idp, { session, view }: AccountVisit, safety: AccountSafety): Html {
  const { safety: text } = view.texts.account;
  const advice = adviceFor(idp, session, safety);
  const remedy = remedyOf(view.texts, advice);
  return html`
      <section class="safety">
        <svg class="sign" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
          <circle cx="12" cy="12" r="9.25" fill="none" stroke="currentColor" stroke-width="1.5"/>${signs[advice === 'good' ? 'good' : 'better']}
        </svg>
        <div>
          <h2>${text.title}</h2>
          <p>${text[advice]}</p>
          ${remedy && html`<a class="button second" href="${accountPath(idp, remedy.page)}">${remedy.text}</a>`}
        </div>
      </section>`;
}

const chevron = html`<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><path d="m6 3 5 5-5 5" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

type Facts = Partial<Record<AccountPage, string>>;

/** How things stand, by the page that tells more. */
function factsOf({ session, view }: AccountVisit, safety: AccountSafety | null): Facts {
  const { account: text, language } = view.texts;
  const moment = (at: Date) => momentIn(language, at.toISOString());
  const { email, emailVerified, passwordChangedAt, authTime } = session;
  return {
    accountProfile: `${text.username}: ${session.username}`,
    ...(email !== null && { accountEmail: emailVerified ? email : text.unverified(email) }),
    ...(passwordChangedAt && { accountPassword: `${text.passwordChanged}: ${moment(passwordChangedAt)}` }),
    accountSessions: `${text.signedIn}: ${moment(authTime)}`,
    accountActivity: `${text.since}: ${moment(session.createdAt)}`,
    ...(safety && safetyFacts(view, safety)),
  };
}

function safetyFacts({ texts }: View, { passkeys, hasAuthenticator, recoveryCodes }: AccountSafety): Facts {
  const { safety: text, codesLeft } = texts.account;
  return {
    accountPasskeys: passkeys === 0 ? text.notSetUp : String(passkeys),
    accountAuthenticator: hasAuthenticator ? codesLeft(recoveryCodes) : text.notSetUp,
  };
}

function overview(idp: Idp, visit: AccountVisit, safety: AccountSafety | null) {
  const { session, view } = visit;
  const { titles } = view.texts.account;
  const facts = factsOf(visit, safety);
  const row = (name: AccountPage) =>
    html`<li><a href="${accountPath(idp, name)}"><span>${titles[name]}${facts[name] !== undefined && html`<small>${facts[name]}</small>`}</span>${chevron}</a></li>`;
  return accountPage(
    idp,
    visit,
    html`
      ${accountChip(view.texts, personOnPage(session), html`<a href="${visit.action}?account=choose">${view.texts.consent.switchAccount}</a>`)}
      ${safety && safetyPart(idp, visit, safety)}
      ${accountPageGroups(idp).map(
        (group) => html`<ul class="rows">${group.filter((name) => name !== visit.page).map(row)}</ul>`,
      )}
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
