import type { Page } from '../../http/browser/headers.js';
import { type Html, html } from '../../pages/html.js';
import { layout } from '../../pages/layout.js';
import type { Texts } from '../../pages/texts/en.js';
import type { View } from '../../pages/view.js';
import { type CustomScopes, claimsOfScopes } from '../../protocol/claims.js';
import { claimOfPermission, type Permission, partsOfPermission } from '../../protocol/permission.js';
import { accountScopes } from '../../protocol/resource/account-api.js';
import {
  accountChip,
  type ClientOnPage,
  clientLinks,
  csrfField,
  type PersonOnPage,
  unverifiedNotice,
} from '../interaction/parts.js';

/** What is asked for, and how it is told. */
export interface AskedOnPage {
  readonly permissions: readonly Permission[];
  /** Those among them that the user has not allowed before. */
  readonly newPermissions: readonly Permission[];
  /** Scopes of the installation's own, which are described by their claims. */
  readonly customScopes: CustomScopes;
}

/** A page that asks somebody whether a client may have what it asks for. */
export interface AccessPage extends AskedOnPage {
  readonly client: ClientOnPage;
  readonly person: PersonOnPage;
  readonly action: string;
  readonly csrf: string;
  readonly switchAccount: string;
}

export interface ConsentPage extends AccessPage {
  /** The host to which the browser goes on, whatever the decision. */
  readonly returnsTo?: string | undefined;
}

type ConsentTexts = Texts['consent'];

const tick = html`<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
  <path d="m4.5 10.5 3.5 3.5 7.5-8" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>
</svg>`;

/** Claims by their names, which people can read but for the underscores. */
const namesOf = (claims: readonly string[]): string => claims.join(', ').replaceAll('_', ' ');

/** A scope in words; one that we have no words for is told by its claims, or at least named (OIDC Core §3.1.2.4). */
function describeScope(text: ConsentTexts, scope: string, customScopes: CustomScopes): string {
  const known: Readonly<Record<string, string>> = text.scopes;
  if (Object.hasOwn(known, scope)) return known[scope] ?? '';
  const claims = claimsOfScopes([scope], customScopes);
  return claims.length > 0 ? text.claims(namesOf(claims)) : text.otherScope(scope);
}

/** What is asked for in words, with the resource where it is good. */
export function describePermission(text: ConsentTexts, asked: Permission, customScopes: CustomScopes): Html {
  const claim = claimOfPermission(asked);
  if (claim !== undefined) return html`${text.claims(namesOf([claim]))}`;
  const { scope, resource } = partsOfPermission(asked);
  const words = describeScope(text, scope, customScopes);
  // Of the account there is but one: nothing else has its scopes.
  const isOwn = Object.values<string>(accountScopes).includes(scope);
  return resource === undefined || isOwn
    ? html`${words}`
    : html`${words} ${text.at(html`<em>${withoutScheme(resource)}</em>`)}`;
}

/** A resource as people read it. */
const withoutScheme = (resource: string): string => resource.replace(/^https?:\/\//, '');

interface PermissionGroup {
  readonly id: string;
  readonly heading: string;
  readonly permissions: readonly Permission[];
  readonly look: string;
}

/** A list of permissions in words, below its heading. */
const group = (
  text: ConsentTexts,
  { id, heading, permissions, look }: PermissionGroup,
  customScopes: CustomScopes,
): Html => html`
  <section class="group">
    <h2 id="${id}">${heading}</h2>
    <ul class="${look}" aria-labelledby="${id}">
      ${permissions.map((asked) => html`<li>${tick}<span>${describePermission(text, asked, customScopes)}</span></li>`)}
    </ul>
  </section>`;

/** What is new is listed apart from what was allowed before; where all is old or all is new, there is one list. */
export function permissionLists(text: ConsentTexts, { permissions, newPermissions, customScopes }: AskedOnPage): Html {
  const known = permissions.filter((asked) => !newPermissions.includes(asked));
  if (known.length === 0 || newPermissions.length === 0)
    return group(text, { id: 'requested', heading: text.requested, permissions, look: 'scopes' }, customScopes);
  const added = { id: 'requested', heading: text.inAddition, permissions: newPermissions, look: 'scopes' };
  const before = { id: 'allowed', heading: text.allowedBefore, permissions: known, look: 'scopes known' };
  return html`${group(text, added, customScopes)}
    ${group(text, before, customScopes)}`;
}

/** The form with which it is allowed or denied. */
export const decisionForm = (text: ConsentTexts, { action, csrf }: Pick<AccessPage, 'action' | 'csrf'>): Html => html`
  <form method="post" action="${action}">
    ${csrfField(csrf)}
    <div class="choices">
      <button class="button second" type="submit" name="decision" value="deny">${text.deny}</button>
      <button class="button" type="submit" name="decision" value="allow">${text.allow}</button>
    </div>
  </form>`;

/** The question whether a client may have what it asks for (OIDC Core §3.1.2.4): each scope in words, and what is new. */
export function renderConsentPage(view: View, page: ConsentPage): Page {
  const text = view.texts.consent;
  const name = html`<strong>${page.client.name}</strong>`;
  const more = page.newPermissions.length > 0 && page.newPermissions.length < page.permissions.length;
  return layout(
    view,
    { title: text.title, clientLogo: page.client.logoUri },
    html`
      <p class="lead">${more ? text.more(name) : text.lead(name)}</p>
      ${unverifiedNotice(view.texts, page.client)}
      ${accountChip(view.texts, page.person, html`<a href="${page.switchAccount}">${text.switchAccount}</a>`)}
      ${permissionLists(text, page)}
      ${decisionForm(text, page)}
      <div class="foot">
        ${page.returnsTo && html`<p class="fine">${text.returnsTo(page.returnsTo)}</p>`}
        ${clientLinks(view.texts, page.client)}
      </div>`,
  );
}
