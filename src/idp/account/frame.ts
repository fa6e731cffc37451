import { isMailOn } from '../../config/configuration.js';
import type { Page } from '../../http/browser/headers.js';
import { type Html, html } from '../../pages/html.js';
import { layout, type ScriptFile } from '../../pages/layout.js';
import { type AccountPage, accountPages } from '../../protocol/endpoints.js';
import type { Idp } from '../deps.js';
import { accountPath } from '../interaction/paths.js';
import type { AccountVisit } from './section.js';

/** Linked accounts are there where there is something to link with, the e-mail address where mail is sent. */
function pagesOf({ config }: Idp): readonly AccountPage[] {
  const isThere = { accountLinks: config.identityProviders.length > 0, accountEmail: isMailOn(config) };
  return accountPages.filter((name) => isThere[name as keyof typeof isThere] ?? true);
}

/** The frame of each account page: its title, and the way to the others. */
export function accountPage(idp: Idp, { view, page }: AccountVisit, content: Html, script?: ScriptFile): Page {
  const { titles, pages } = view.texts.account;
  return layout(
    view,
    { title: titles[page], scriptFile: script },
    html`
      ${content}
      <div class="foot"><nav class="links" aria-label="${pages}">${pagesOf(idp).map((name) =>
        name === page
          ? html`<a href="${accountPath(idp, name)}" aria-current="page">${titles[name]}</a>`
          : html`<a href="${accountPath(idp, name)}">${titles[name]}</a>`,
      )}</nav></div>`,
  );
}
