import { isMailOn } from '../../config/configuration.js';
import type { Page } from '../../http/browser/headers.js';
import { type Html, html } from '../../pages/html.js';
import { layout, type ScriptFile } from '../../pages/layout.js';
import type { AccountPage } from '../../protocol/endpoints.js';
import type { Idp } from '../deps.js';
import { accountPath } from '../interaction/paths.js';
import type { AccountVisit } from './section.js';

/** In the order of the menu: who somebody is, how they sign in, who has access, and their data. */
const groups: readonly (readonly AccountPage[])[] = [
  ['account', 'accountProfile', 'accountEmail'],
  ['accountPassword', 'accountPasskeys', 'accountAuthenticator', 'accountLinks'],
  ['accountSessions', 'accountApplications', 'accountActivity'],
  ['accountData', 'accountDeletion'],
];

/** Linked accounts are there where there is something to link with, the e-mail address where mail is sent. */
export function accountPageGroups({ config }: Idp): readonly (readonly AccountPage[])[] {
  const isThere = { accountLinks: config.identityProviders.length > 0, accountEmail: isMailOn(config) };
  return groups.map((group) => group.filter((name) => isThere[name as keyof typeof isThere] ?? true));
}

/** The way to every page of the account; where there is no room for it, {@link wayBack} and the overview's own list serve instead. */
function menu(idp: Idp, { view, page }: AccountVisit): Html {
  const { titles, pages } = view.texts.account;
  const item = (name: AccountPage) =>
    name === page
      ? html`<li><a href="${accountPath(idp, name)}" aria-current="page">${titles[name]}</a></li>`
      : html`<li><a href="${accountPath(idp, name)}">${titles[name]}</a></li>`;
  return html`<nav class="menu" aria-label="${pages}">${accountPageGroups(idp).map(
    (group) => html`<ul>${group.map(item)}</ul>`,
  )}</nav>`;
}

const wayBack = (idp: Idp, { view, page }: AccountVisit): Html | false =>
  page !== 'account' &&
  html`<a class="back" href="${accountPath(idp, 'account')}"><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false"><path d="m10 3-5 5 5 5" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"/></svg>${view.texts.account.titles.account}</a>`;

/** The frame of each account page: its title, and the way to the others. */
export const accountPage = (idp: Idp, visit: AccountVisit, content: Html, script?: ScriptFile): Page =>
  layout(
    visit.view,
    {
      title: visit.view.texts.account.titles[visit.page],
      scriptFile: script,
      among: { menu: menu(idp, visit), back: wayBack(idp, visit) },
    },
    content,
  );
