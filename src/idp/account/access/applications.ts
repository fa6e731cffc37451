import { momentIn } from '../../../mail/templates/letter.js';
import { type Html, html } from '../../../pages/html.js';
import { allowedPermissions } from '../../../protocol/authorization/due-step.js';
import type { Permission } from '../../../protocol/permission.js';
import { type Application, listApplications } from '../../../storage/grants/applications.js';
import { describePermission } from '../../consent/page.js';
import type { Idp } from '../../deps.js';
import { csrfField } from '../../interaction/parts.js';
import { accountPage } from '../frame.js';
import { ownerOf } from '../owner.js';
import type { AccountSection, AccountVisit } from '../section.js';
import { withdrawOwnAccess } from './changes.js';

/** What it may: what was allowed and what it was granted although nobody was asked. */
export function permissionsOf({ config }: Idp, { consent, grantedScopes }: Application): readonly Permission[] {
  const allowed = allowedPermissions(consent, config);
  return allowed.length > 0 ? allowed : grantedScopes;
}

function application(idp: Idp, { action, csrf, view }: AccountVisit, shown: Application): Html {
  const { account: text, consent, language } = view.texts;
  const name = shown.name ?? shown.clientId;
  const permissions = permissionsOf(idp, shown);
  return html`
    <section class="group">
      <h2>${name}</h2>
      <ul class="scopes">${permissions.map(
        (each) => html`<li><span>${describePermission(consent, each, idp.config.claims.scopes)}</span></li>`,
      )}</ul>
      <p class="fine">${text.accessSince}: ${momentIn(language, shown.since.toISOString())}</p>
      <form method="post" action="${action}">
        ${csrfField(csrf)}<input type="hidden" name="client" value="${shown.clientId}">
        <button class="plain" type="submit">${text.withdraw}<span class="visually-hidden"> ${name}</span></button>
      </form>
    </section>`;
}

async function applicationsPage(idp: Idp, visit: AccountVisit) {
  const { account: text } = visit.view.texts;
  const applications = await listApplications(idp.sql, visit.session.userId, idp.clock.now());
  const lead = applications.length > 0 ? text.applicationsLead : text.noApplications;
  const content = html`
    <p class="lead">${lead}</p>
    ${applications.map((each) => application(idp, visit, each))}`;
  return { page: accountPage(idp, visit, content) };
}

/** Which applications have access to the account; each can lose it. */
export const applicationsSection = (idp: Idp): AccountSection => ({
  page: (visit) => applicationsPage(idp, visit),
  async submit(visit, form) {
    await withdrawOwnAccess(idp, ownerOf(visit), form.get('client') ?? '');
    return { seeOther: visit.action };
  },
});
