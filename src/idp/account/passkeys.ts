import { momentIn } from '../../mail/templates/letter.js';
import { type Html, html } from '../../pages/html.js';
import { type ListedPasskey, listPasskeys, removePasskey, renamePasskey } from '../../storage/factors/passkeys.js';
import type { Idp } from '../deps.js';
import { csrfField } from '../interaction/parts.js';
import { field } from './field.js';
import { accountPage } from './frame.js';
import type { AccountSection, AccountVisit } from './section.js';

const longestName = 64;

const moment = ({ view }: AccountVisit, at: Date): string => momentIn(view.texts.language, at.toISOString());

function forms({ action, csrf, view }: AccountVisit, { id, name }: ListedPasskey, isRemovable: boolean): Html {
  const { account: text } = view.texts;
  const shared = html`${csrfField(csrf)}<input type="hidden" name="passkey" value="${id}">`;
  const label = text.passkeyName(name);
  return html`
    <form method="post" action="${action}">
      ${shared}
      ${field({ id: `name-${id}`, name: 'name', label, value: name, autocomplete: 'off', required: true })}
      <button class="plain" type="submit" name="decision" value="rename">${text.rename}<span class="visually-hidden"> ${name}</span></button>
    </form>
    ${
      isRemovable &&
      html`<form method="post" action="${action}">
      ${shared}
      <button class="plain" type="submit" name="decision" value="remove">${text.remove}<span class="visually-hidden"> ${name}</span></button>
    </form>`
    }`;
}

async function passkeysPage(idp: Idp, visit: AccountVisit) {
  const { account: text } = visit.view.texts;
  const passkeys = await listPasskeys(idp.sql, visit.session.userId);
  const isRemovable = mayRemove(visit, passkeys);
  const lines = passkeys.map(
    (passkey) => html`<section class="group">
      <h2>${passkey.name}</h2>
      <p class="fine">${text.added}: ${moment(visit, passkey.createdAt)}${
        passkey.lastUsedAt && html`<br>${text.lastSeen}: ${moment(visit, passkey.lastUsedAt)}`
      }</p>
      ${passkey.flaggedAt && html`<p class="fault">${text.passkeyFlagged}</p>`}
      ${forms(visit, passkey, isRemovable)}
    </section>`,
  );
  const content = html`<p class="lead">${passkeys.length > 0 ? text.passkeysLead : text.noPasskeys}</p>${lines}`;
  return { page: accountPage(idp, visit, content) };
}

/** Nobody takes away the last by which they can sign in. */
const mayRemove = ({ session }: AccountVisit, passkeys: readonly ListedPasskey[]): boolean =>
  session.hasPassword || passkeys.length > 1;

async function remove(idp: Idp, visit: AccountVisit, credentialId: Buffer): Promise<void> {
  const { userId, id: sessionId } = visit.session;
  if (!mayRemove(visit, await listPasskeys(idp.sql, userId))) return;
  await idp.events.recordWith(visit.asked, { type: 'passkey_removed', userId, sessionId }, (audit) =>
    removePasskey(idp.sql, { userId, credentialId, now: idp.clock.now(), audit }),
  );
}

async function rename(idp: Idp, visit: AccountVisit, credentialId: Buffer, entered: string): Promise<void> {
  const { userId, id: sessionId } = visit.session;
  const name = [...entered.replace(/\p{C}/gu, '').trim()].slice(0, longestName).join('');
  if (name === '') return;
  await idp.events.recordWith(visit.asked, { type: 'passkey_renamed', userId, sessionId }, (audit) =>
    renamePasskey(idp.sql, { userId, credentialId, name, now: idp.clock.now(), audit }),
  );
}

/** The passkeys of somebody who has just proven who they are: what they are called, and which of them go. */
export const passkeysSection = (idp: Idp): AccountSection => ({
  sensitive: true,
  page: (visit) => passkeysPage(idp, visit),
  async submit(visit, form) {
    const credentialId = Buffer.from(form.get('passkey') ?? '', 'base64url');
    const isRemoval = form.get('decision') === 'remove';
    await (isRemoval ? remove(idp, visit, credentialId) : rename(idp, visit, credentialId, form.get('name') ?? ''));
    return { seeOther: visit.action };
  },
});
