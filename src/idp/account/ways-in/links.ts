import { momentIn } from '../../../mail/templates/letter.js';
import { type Html, html } from '../../../pages/html.js';
import type { Parameters } from '../../../protocol/parameters.js';
import { type LinkedIdentity, listLinkedIdentities } from '../../../storage/federation/linked-identities.js';
import type { Idp } from '../../deps.js';
import { failedAnswer, fromLinks } from '../../federation/answers.js';
import { depart } from '../../federation/begin.js';
import type { Upstream } from '../../federation/upstream.js';
import type { Answer } from '../../interaction/answer.js';
import { csrfField } from '../../interaction/parts.js';
import { startAccount } from '../begin.js';
import { accountPage } from '../frame.js';
import { ownerOf } from '../owner.js';
import type { AccountSection, AccountVisit } from '../section.js';
import { providersOf, unlinkOwnIdentity } from './changes.js';

const nameOf = ({ config }: Idp, id: string): string =>
  config.identityProviders.find((provider) => provider.id === id)?.name ?? id;

function unlinkForm({ action, csrf, view }: AccountVisit, { provider, subject }: LinkedIdentity, name: string): Html {
  return html`<form method="post" action="${action}">
    ${csrfField(csrf)}<input type="hidden" name="provider" value="${provider}"><input type="hidden" name="subject" value="${subject}">
    <button class="plain" type="submit" name="decision" value="unlink">${view.texts.account.unlink}<span class="visually-hidden"> ${name}</span></button>
  </form>`;
}

function group(idp: Idp, visit: AccountVisit, identity: LinkedIdentity): Html {
  const { account: text, language } = visit.view.texts;
  const name = nameOf(idp, identity.provider);
  const moment = (at: Date) => momentIn(language, at.toISOString());
  return html`<section class="group">
    <h2>${name}</h2>
    ${identity.label && html`<p>${identity.label}</p>`}
    <p class="fine">${text.linked}: ${moment(identity.linkedAt)}${
      identity.lastUsedAt && html`<br>${text.lastSeen}: ${moment(identity.lastUsedAt)}`
    }</p>
    ${identity.isRemovable ? unlinkForm(visit, identity, name) : html`<p class="fine">${text.onlyWayIn}</p>`}
  </section>`;
}

async function linksPage(idp: Idp, visit: AccountVisit): Promise<Answer> {
  const { action, csrf, view, session } = visit;
  const { account: text } = view.texts;
  const owner = { userId: session.userId, providers: providersOf(idp) };
  const identities = await listLinkedIdentities(idp.sql, owner);
  const content = html`
    <p class="lead">${identities.length > 0 ? text.linksLead : text.noLinks}</p>
    ${identities.map((each) => group(idp, visit, each))}
    ${idp.config.identityProviders.map(
      ({ id, name }) => html`<form method="post" action="${action}">
        ${csrfField(csrf)}<input type="hidden" name="provider" value="${id}">
        <button class="button second" type="submit" name="decision" value="link">${text.link(name)}</button>
      </form>`,
    )}`;
  return { page: accountPage(idp, visit, content) };
}

/** To the provider and back, with an interaction of one's own in the place of a client's. */
async function link(idp: Idp, upstream: Upstream, { asked, session, cookies, view }: AccountVisit): Promise<Answer> {
  const { browser } = cookies;
  if (browser === undefined) throw new Error('somebody is signed in in a browser without its cookie');
  const interactionId = await startAccount(idp, asked, 'accountLinks');
  try {
    return await depart(idp, upstream, { interactionId, browser, again: false, linkTo: session.userId });
  } catch (error) {
    return failedAnswer(idp, upstream, fromLinks(idp, view), error);
  }
}

async function submit(idp: Idp, upstreams: readonly Upstream[], visit: AccountVisit, form: Parameters) {
  const id = form.get('provider') ?? '';
  const upstream = upstreams.find(({ provider }) => provider.id === id);
  if (form.get('decision') === 'link' && upstream) return link(idp, upstream, visit);
  if (form.get('decision') === 'unlink') await unlinkOwnIdentity(idp, ownerOf(visit), id, form.get('subject') ?? '');
  return { seeOther: visit.action };
}

/** The accounts elsewhere with which somebody signs in to theirs: one is added after a proof over there, and goes unless it is the only way in. */
export const linksSection = (idp: Idp, upstreams: readonly Upstream[]): AccountSection => ({
  sensitive: true,
  page: (visit) => linksPage(idp, visit),
  submit: (visit, form) => submit(idp, upstreams, visit, form),
});
